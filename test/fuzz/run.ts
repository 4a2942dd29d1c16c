/**
 * `npm run fuzz -- KIND [--seed TEXT] [--seconds N] [--all]`: sends traffic of a kind to a gateway until time is over or a
 * rule is broken, and then prints the smallest case that breaks it. `--all` goes on, and prints each rule once.
 */
import { test } from "node:test";
import { parseArgs } from "node:util";
import { FUZZERS } from "./kinds.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: String(Date.now() % 1e6) },
    seconds: { type: "string", default: "60" },
    all: { type: "boolean", default: false },
  },
});
const [kind = ""] = positionals;
const fuzz = FUZZERS.get(kind);
const seconds = Number(values.seconds);
if (fuzz === undefined || !(seconds > 0)) {
  console.error(`usage: npm run fuzz -- ${[...FUZZERS.keys()].join("|")} [--seed TEXT] [--seconds N] [--all]`);
  process.exit(2);
}
test(`${kind}, seed ${values.seed}`, async (t) => {
  const say = (line: string): void => console.log(line);
  const { findings, ...done } = await fuzz(t, { seed: values.seed, seconds, all: values.all, say });
  console.log(`${kind}, seed ${values.seed}: ${JSON.stringify(done)}`);
  if (findings.length > 0) throw new Error(`${findings.length} findings`);
});
