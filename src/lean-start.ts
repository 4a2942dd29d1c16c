import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Saves memory during the start; must be called before anything else is loaded. Otherwise V8 optimises code that only
 * the start runs, and an idle gateway would keep this code and garbage, 30 MB in total. `nodeFlags` are Node's options;
 * if they select V8's compilers, these stay as they are. Returns a function to call after the start: it collects
 * garbage (50 ms) and restores V8's defaults.
 */
export function beginLeanStart(nodeFlags: readonly string[]): () => void {
  forgetWebSockets();
  if (nodeFlags.some((flag) => CHOOSES_COMPILERS.test(flag))) return () => {};
  // Before Node 24 maglev is off by default, and must stay off.
  const compilers = ["sparkplug", ...(hasMaglev() ? ["maglev"] : []), "turbofan"];
  for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`);
  return () => {
    collectGarbage("last-resort"); // an idle gateway makes too little garbage for V8 to collect it
    forbidRepeats();
    for (const compiler of compilers) setFlagsFromString(`--${compiler}`);
  };
}

/**
 * Keeps V8's memory reducer from collecting twice more within the next minute, which takes 200 ms with 10,000
 * containers, and again after each later collection: give-memory-back.ts knows better when that is worth it.
 */
function forbidRepeats(): void {
  if (hasMaglev()) setFlagsFromString("--memory-reducer-gc-count=0");
}

function hasMaglev(): boolean {
  return Number.parseInt(process.versions.node, 10) >= 24;
}

const CHOOSES_COMPILERS = /jitless|lite-mode|sparkplug|maglev|turbofan|turboshaft|-opt\b/;

/** Collects all garbage; as a last resort also compiled code. */
export function collectGarbage(flavor: "regular" | "last-resort" = "regular"): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: object) => void;
  // Keeps one queued callback alive: without any, V8 forgets their shape, and each then takes ten times as long.
  process.nextTick(() => {});
  collect({ type: "major", execution: "sync", flavor });
  setFlagsFromString("--no-expose-gc");
}

/**
 * Removes three exports of node:http: an `import` reads all exports, and these would load Node's own undici, 3 MB
 * unused.
 */
function forgetWebSockets(): void {
  const http = process.getBuiltinModule("node:http");
  for (const name of ["WebSocket", "CloseEvent", "MessageEvent"]) Reflect.deleteProperty(http, name);
}
