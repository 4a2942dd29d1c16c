import { createRequire, Module } from "node:module";
import type Docker from "dockerode";

/**
 * Loads dockerode, in 40 ms and 5 MB, which a gateway of local processes saves. Building images with registry logins
 * (gRPC) and connecting by ssh are left out, since they are not used and would take as much again.
 */
export function loadDockerode(): typeof Docker {
  const require = createRequire(import.meta.url);
  const theirs = createRequire(require.resolve("dockerode"));
  leaveOut(theirs, "./session");
  leaveOut(theirs, "docker-modem/lib/ssh");
  return require("dockerode") as typeof Docker;
}

/** A cached module is not read. A file that a later version no longer has is left alone. */
function leaveOut(theirs: NodeJS.Require, file: string): void {
  try {
    const filename = theirs.resolve(file);
    theirs.cache[filename] ??= Object.assign(new Module(filename), { filename, loaded: true, exports: refuse });
  } catch {
    // it costs its memory
  }
}

function refuse(): never {
  throw new Error("this part of dockerode is not loaded here");
}
