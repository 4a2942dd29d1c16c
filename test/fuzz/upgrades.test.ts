import { fuzzTest } from "./fuzz-test.ts";

fuzzTest("upgrades", "upgraded connections carry all bytes in both directions, and each end as an end", 25);
