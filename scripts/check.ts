/**
 * `npm run check`: runs all checks and prints one line for each, with its output if it fails. `check.ts lint` runs only
 * the linter; `check.ts fix` fixes what it can.
 */
import { spawn } from "node:child_process";

interface Tool {
  readonly name: string;
  /** Arguments for Node. */
  readonly args: readonly string[];
}

const bin = (name: string): string => `node_modules/.bin/${name}`;

const types: Tool = { name: "types", args: [bin("tsc"), "--noEmit", "-p", "tsconfig.json"] };
const lint: Tool = { name: "lint", args: [bin("oxlint"), "--deny-warnings"] };
const format: Tool = { name: "format", args: [bin("oxfmt"), "--check"] };
const imports: Tool = { name: "imports", args: [bin("depcruise"), "--config", ".dependency-cruiser.mjs", "src"] };
const dead: Tool = { name: "dead code", args: [bin("knip"), "--no-progress"] };
// Code that only tests use counts as dead, too; code that a generator of documents uses does not.
const tested: Tool = { name: "only tested", args: [bin("knip"), "--no-progress", "--production"] };
const generated: Tool = { name: "generated", args: ["scripts/generate.ts", "--check"] };
const words: Tool = { name: "words", args: ["scripts/check-words.ts"] };

const plans: Readonly<Record<string, readonly Tool[]>> = {
  check: [types, lint, format, imports, dead, tested, generated, words],
  lint: [lint],
  fix: [
    { name: "lint --fix", args: [bin("oxlint"), "--fix"] },
    { name: "format", args: [bin("oxfmt")] },
    { name: "generate", args: ["scripts/generate.ts"] },
  ],
};

const plan = plans[process.argv[2] ?? "check"] ?? [];
let failed = plan.length === 0;
for (const tool of plan) failed = !(await passes(tool)) || failed;
process.exitCode = failed ? 1 : 0;

async function passes({ name, args }: Tool): Promise<boolean> {
  const began = performance.now();
  const { code, output } = await run(args);
  const mark = code === 0 ? "✓" : "✗";
  console.log(`${mark} ${name}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (code !== 0) console.log(shorten(output.trimEnd().split("\n")));
  return code === 0;
}

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    // oxlint colours its output if CI is set to anything.
    const { CI: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Cuts a long output after its beginning, because the first fault is the one to fix. */
function shorten(lines: readonly string[]): string {
  if (lines.length <= 120) return lines.join("\n");
  return [...lines.slice(0, 110), `… ${lines.length - 110} more lines`].join("\n");
}
