/**
 * Loaded into the gateway that is fuzzed: on the connections of victims, which their addresses tell, calls of the gateway's
 * own code to sockets and messages throw now and then. Whatever else may throw in an event handler leaves it in the same way.
 */
import { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createRandom } from "./random.ts";
import { isOfVictim } from "./victims.ts";

const random = createRandom("faults");
const SHARE = 0.02;

// Not `destroy`: it is what ends a connection whose handler has thrown.
sabotage(Socket.prototype, [
  "write",
  "end",
  "pause",
  "resume",
  "cork",
  "uncork",
  "setKeepAlive",
  "unshift",
  "read",
  "pipe",
]);
sabotage(ServerResponse.prototype, ["writeHead", "write", "end", "addTrailers", "writeContinue", "assignSocket"]);
sabotage(ClientRequest.prototype, ["write", "end", "flushHeaders", "addTrailers"]);
sabotage(IncomingMessage.prototype, ["pause", "resume", "pipe"]);

/** Makes calls from the gateway's code throw. */
function sabotage<T extends object>(prototype: T, methods: readonly (keyof T & string)[]): void {
  for (const method of methods) {
    const original = prototype[method] as (this: T, ...args: unknown[]) => unknown;
    const replaced = function (this: T, ...args: unknown[]): unknown {
      if (isOfVictim(this) && random.chance(SHARE) && isCalledBySource(replaced)) {
        throw new Error(`injected into a call of ${method}`);
      }
      return Reflect.apply(original, this, args);
    };
    Object.defineProperty(prototype, method, { value: replaced, writable: true, configurable: true });
  }
}

/** Whether the caller of that function is a file of the gateway. */
function isCalledBySource(called: (...args: never[]) => unknown): boolean {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, called);
  return holder.stack?.split("\n")[1]?.includes("/src/") === true;
}
