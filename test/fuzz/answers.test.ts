import { fuzzTest } from "./fuzz-test.ts";

fuzzTest(
  "answers",
  "whatever apps answer, clients get complete responses to their own requests, or recognizably incomplete ones",
  60,
);
