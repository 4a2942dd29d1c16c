import { createRequire, Module } from "node:module";
import type Docker from "dockerode";

/**
 * Loads dockerode on first use, which costs 40 ms and 5 MB that a gateway with only local processes saves. Leaves out
 * building images with registry logins (gRPC) and ssh, which are not used and would cost as much again.
 */
export function loadDockerode(): typeof Docker {
  const require = createRequire(import.meta.url);
  const dockerodeRequire = createRequire(require.resolve("dockerode"));
  leaveOut(dockerodeRequire, "./session");
  leaveOut(dockerodeRequire, "docker-modem/lib/ssh");
  return require("dockerode") as typeof Docker;
}

/** Replaces a module in the require cache, so that its file is not read. Ignores files that a later version lacks. */
function leaveOut(dockerodeRequire: NodeJS.Require, file: string): void {
  try {
    const filename = dockerodeRequire.resolve(file);
    dockerodeRequire.cache[filename] ??= Object.assign(new Module(filename), {
      filename,
      loaded: true,
      exports: refuse,
    });
  } catch {
    // Not found: the module is loaded as usual and costs its memory.
  }
}

function refuse(): never {
  throw new Error("this part of dockerode was left out by load-dockerode.ts");
}
