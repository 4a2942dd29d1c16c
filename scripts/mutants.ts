/**
 * `npm run mutants [-- WORD …]`: plants one fault after another into a copy of the life cycle, and has the model test find it.
 * Fails unless it finds every one (with WORDs: every one with a WORD in its name). The seed is fixed, so that a fault is
 * found after the same number of lives each time.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { type Mutant, MUTANTS } from "./mutant-list.ts";

const SEED = "20261129";
const MOST_LIVES = "1500";
/** A fault that makes a life go round and round is of no use here: no rule finds it. */
const LONGEST_MS = 120_000;
const { DAG_MODEL_SEED: seed = SEED, DAG_MODEL_RUNS: runs = MOST_LIVES } = process.env;

const words = process.argv.slice(2);
const wanted = MUTANTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const queue = [...wanted];
const survivors: string[] = [];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), queue.length) }, work));
process.stdout.write(`${wanted.length - survivors.length} of ${wanted.length} mutants killed\n`);
for (const name of survivors) process.stdout.write(`SURVIVED: ${name}\n`);
process.exitCode = survivors.length > 0 || wanted.length === 0 ? 1 : 0;

/** Works the queue off in a copy of its own. */
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
  // A mutant that only does not run has not been found by a rule.
  const lives = /Property failed after (\d+) tests/u.exec(output)?.[1];
  const rule = /\[cause\]: Error: (?:AssertionError \[ERR_ASSERTION\]: |Error: )?(.*)/u.exec(output)?.[1];
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  if (lives === undefined) survivors.push(mutant.name);
  const found = lives === undefined ? "SURVIVED" : `life ${lives.padStart(4)}: ${rule}`;
  process.stdout.write(`${seconds.padStart(5)} s  ${mutant.name}\n         ${found}\n`);
}

/** Changes the copy; the result changes it back. */
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
