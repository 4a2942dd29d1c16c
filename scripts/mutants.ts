/**
 * `npm run mutants [-- WORD …]`: plants one fault after another in a copy of the life cycle and runs the model test.
 * Fails unless the test detects all of them (with WORDs: all with a WORD in their name). The seed is fixed, so that a
 * fault is always detected after the same number of lives.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { type Mutant, MUTANTS } from "./mutant-list.ts";

const SEED = "20261129";
const MOST_LIVES = "1500";
/** The time limit of one test; a mutant that loops forever is not detected by a rule. */
const LONGEST_MS = 300_000;
const { DAG_MODEL_SEED: seed = SEED, DAG_MODEL_RUNS: runs = MOST_LIVES } = process.env;

const words = process.argv.slice(2);
const wanted = MUTANTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const queue = [...wanted];
const survivors: string[] = [];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), queue.length) }, work));
process.stdout.write(`${wanted.length - survivors.length} of ${wanted.length} mutants killed\n`);
for (const name of survivors) process.stdout.write(`SURVIVED: ${name}\n`);
process.exitCode = survivors.length > 0 || wanted.length === 0 ? 1 : 0;

/** Takes mutants from the queue and tries them in its own copy. */
async function work(): Promise<void> {
  const copy = mkdtempSync(path.join(tmpdir(), "dag-mutants-"));
  try {
    for (const part of ["src", "test/integration", "test/support", "package.json"]) {
      cpSync(part, path.join(copy, part), { recursive: true });
    }
    symlinkSync(path.resolve("node_modules"), path.join(copy, "node_modules"));
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) await tryOne(copy, mutant);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function tryOne(copy: string, mutant: Mutant): Promise<void> {
  const began = performance.now();
  const restore = plant(copy, mutant);
  const output = await live(copy);
  restore();
  // If the mutant only fails to run, no rule has detected it.
  const lives = /Property failed after (\d+) tests/u.exec(output)?.[1];
  const rule = /\[cause\]: Error: (?:AssertionError \[ERR_ASSERTION\]: |Error: )?(.*)/u.exec(output)?.[1];
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  if (lives === undefined) survivors.push(mutant.name);
  const found = lives === undefined ? "SURVIVED" : `life ${lives.padStart(4)}: ${rule}`;
  process.stdout.write(`${seconds.padStart(5)} s  ${mutant.name}\n         ${found}\n`);
}

/** Plants a mutant in the copy; returns a function that restores the copy. */
function plant(copy: string, { name, edits }: Mutant): () => void {
  const originals = new Map<string, string>();
  for (const [file, find, replacement] of edits) {
    const place = path.join(copy, "src", file);
    const text = readFileSync(place, "utf8");
    if (text.split(find).length !== 2) throw new Error(`${name}: not exactly once in ${file}: ${find}`);
    if (!originals.has(place)) originals.set(place, text);
    writeFileSync(
      place,
      text.replace(find, () => replacement),
    );
  }
  return () => {
    for (const [place, text] of originals) writeFileSync(place, text);
  };
}

function live(cwd: string): Promise<string> {
  const child = spawn(process.execPath, ["--test", "test/integration/lifecycle-model.test.ts"], {
    cwd,
    env: { ...process.env, DAG_MODEL_SEED: seed, DAG_MODEL_RUNS: runs, DAG_MODEL_SHRINK: "no" },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: LONGEST_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  return new Promise((resolve, reject) => child.on("error", reject).on("close", () => resolve(output)));
}
