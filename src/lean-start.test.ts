import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const RULES = [
  { nodeFlags: [], during: false, title: "nothing is compiled in a lean start, and what is hot is after it" },
  {
    nodeFlags: ["--max-old-space-size=64"],
    during: false,
    title: "a flag that has nothing to do with it changes nothing",
  },
  { nodeFlags: ["--no-maglev"], during: true, title: "who chose V8's compilers is left alone" },
  { nodeFlags: ["--title=x --jitless"], during: true, title: "also by NODE_OPTIONS" },
];

for (const { nodeFlags, during, title } of RULES) {
  test(title, () => {
    const [start, life] = trace(nodeFlags).split("started");
    assert.equal(COMPILED.test(start ?? ""), during);
    assert.match(life ?? "", COMPILED);
  });
}

test("the start gives its garbage back, and leaves no way to collect more", () => {
  const script = `
    let garbage = Array.from({ length: 1e5 }, (_, n) => ({ n }));
    garbage = undefined;
    const before = process.memoryUsage().heapUsed;
    end();
    console.log(before - process.memoryUsage().heapUsed > 4e6, typeof globalThis.gc);`;
  assert.equal(run([], script), "true undefined\n");
});

const COMPILED = /completed (compiling|optimizing)/;

/** Returns V8's trace of compilations of two busy functions, during such a start and after it. */
function trace(nodeFlags: readonly string[]): string {
  const busy = "let sum = 0; for (let n = 0; n < 3e5; n += 1) sum += step(n); return sum;";
  return run(
    nodeFlags,
    `setFlagsFromString("--trace-opt");
    setFlagsFromString("--no-concurrent-recompilation");
    const start = new Function("step", ${JSON.stringify(busy)});
    const life = new Function("step", ${JSON.stringify(busy)});
    start((n) => n % 7);
    console.log("started");
    end();
    life((n) => n % 5);`,
  );
}

function run(nodeFlags: readonly string[], script: string): string {
  const url = new URL("lean-start.ts", import.meta.url).href;
  const head = `
    import { setFlagsFromString } from "node:v8";
    import { beginLeanStart } from ${JSON.stringify(url)};
    const end = beginLeanStart(${JSON.stringify(nodeFlags)});`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", `${head}${script}`], { encoding: "utf8" });
}
