import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps the memory of a start small; call it before anything else is loaded. V8 optimises for the loops of a start,
 * compiles what never runs again, and nothing would soon collect the garbage: an idle gateway would keep 30 MB of both.
 * `nodeFlags` are those of Node: explicit choices of V8's compilers are left alone. Returns a function that ends the
 * start, in 50 ms: from then on V8 works for throughput, as by default.
 */
export function beginLeanStart(nodeFlags: readonly string[]): () => void {
  forgetWebSockets();
  if (nodeFlags.some((flag) => CHOOSES_COMPILERS.test(flag))) return () => {};
  // Before Node 24 maglev is off by default, and must stay so.
  const compilers = ["sparkplug", ...(hasMaglev() ? ["maglev"] : []), "turbofan"];
  for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`);
  return () => {
    collectGarbage("last-resort"); // an idle gateway makes too little garbage for V8 to collect it
    for (const compiler of compilers) setFlagsFromString(`--${compiler}`);
  };
}

function hasMaglev(): boolean {
  return Number.parseInt(process.versions.node, 10) >= 24;
}

const CHOOSES_COMPILERS = /jitless|lite-mode|sparkplug|maglev|turbofan|turboshaft|-opt\b/;

/** Collects all garbage; as a last resort also compiled code. */
export function collectGarbage(flavor: "regular" | "last-resort" = "regular"): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: object) => void;
  // V8 forgets the shape of Node's queued callbacks if there is none meanwhile, and then takes ten times as long for
  // each.
  process.nextTick(() => {});
  collect({ type: "major", execution: "sync", flavor });
  setFlagsFromString("--no-expose-gc");
}

/**
 * An `import` of node:http reads all its exports, and these three load Node's own copy of undici: 3 MB without a use.
 */
function forgetWebSockets(): void {
  const http = process.getBuiltinModule("node:http");
  for (const name of ["WebSocket", "CloseEvent", "MessageEvent"]) Reflect.deleteProperty(http, name);
}
