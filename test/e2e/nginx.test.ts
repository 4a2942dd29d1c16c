import { testRounds } from "../support/front-suite.ts";

testRounds("nginx");
