import { fuzzTest } from "./fuzz-test.ts";

fuzzTest("faults", "an exception in a handler of one connection costs that connection alone", 25);
