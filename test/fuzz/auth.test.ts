import { fuzzTest } from "./fuzz-test.ts";

fuzzTest("auth", "whatever fronts and strangers ask, only ready and unknown hosts are let through", 60);
