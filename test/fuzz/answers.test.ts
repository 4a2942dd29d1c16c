import { fuzzTest } from "./fuzz-test.ts";

fuzzTest(
  "answers",
  "whatever apps answer, clients get whole answers to their own requests, or can tell that they do not",
  60,
);
