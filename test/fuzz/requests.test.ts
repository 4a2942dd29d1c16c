import { fuzzTest } from "./fuzz-test.ts";

fuzzTest(
  "requests",
  "whatever clients send, each gets its own answers in order, and apps see only what was sent as a request",
  60,
);
