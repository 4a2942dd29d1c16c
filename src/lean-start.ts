import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Makes the start leave little behind; call it before anything else is loaded. V8 takes the garbage and the loops of a
 * start for the life to come: it lets the young generation grow and compiles what never runs again, and a gateway at rest
 * would keep both, 45 MB of them. `nodeFlags` are those that Node runs with: who chose V8's compilers is left alone.
 * Returns what ends the start, in 50 ms: from then on V8 works for throughput, with its own defaults.
 */
export function beginLeanStart(nodeFlags: readonly string[]): () => void {
  forgetWebSockets();
  if (nodeFlags.some((flag) => CHOOSES_COMPILERS.test(flag))) return () => {};
  // Before Node 24 maglev is off by itself, and must stay so.
  const compilers = ["sparkplug", ...(hasMaglev() ? ["maglev"] : []), "turbofan"];
  setFlagsFromString("--semi-space-growth-factor=1");
  for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`);
  return () => {
    collectGarbage();
    setFlagsFromString("--semi-space-growth-factor=2");
    for (const compiler of compilers) setFlagsFromString(`--${compiler}`);
  };
}

/** Nothing else would soon: a gateway at rest makes too little garbage for V8 to look. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: object) => void;
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
  setFlagsFromString("--no-expose-gc");
}

/** An `import` of node:http reads all its exports, and these three load Node's own copy of undici: 3 MB that nobody uses. */
function forgetWebSockets(): void {
  const http = process.getBuiltinModule("node:http");
  for (const name of ["WebSocket", "CloseEvent", "MessageEvent"]) Reflect.deleteProperty(http, name);
}

function hasMaglev(): boolean {
  return Number.parseInt(process.versions.node, 10) >= 24;
}

const CHOOSES_COMPILERS = /jitless|lite-mode|sparkplug|maglev|turbofan|turboshaft|-opt\b|semi-space/;
