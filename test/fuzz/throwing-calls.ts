/**
 * Loaded into the gateway that is fuzzed: on the connections of victims, which their addresses tell, calls of the gateway's
 * own code to sockets and messages throw now and then, and so do its event handlers. Whatever else may throw in a handler
 * leaves it in the same way.
 */
import type { EventEmitter } from "node:events";
import { ClientRequest, IncomingMessage, OutgoingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createRandom } from "./random.ts";
import { isVictimOf, type Injection } from "./victims.ts";

const random = createRandom(process.env["FUZZ_SEED"] ?? "");
const SHARE = 0.02;

// Not `destroy`: it is what ends a connection whose handler has thrown.
sabotage(Socket.prototype, [
  "write",
  "end",
  "destroySoon",
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
for (const prototype of [Socket.prototype, OutgoingMessage.prototype, IncomingMessage.prototype]) {
  for (const method of ["on", "once"] as const) wrapHandlers(prototype, method);
}

/** Makes calls from the gateway's code throw. */
function sabotage<T extends object>(prototype: T, methods: readonly (keyof T & string)[]): void {
  for (const method of methods) {
    const original = prototype[method] as (this: T, ...args: unknown[]) => unknown;
    const replaced = function (this: T, ...args: unknown[]): unknown {
      mayThrow("calls", this, method, replaced);
      return Reflect.apply(original, this, args);
    };
    Object.defineProperty(prototype, method, { value: replaced, writable: true, configurable: true });
  }
}

/** Makes handlers of the gateway's code throw before they do anything. */
function wrapHandlers(prototype: EventEmitter, method: "on" | "once"): void {
  const original = prototype[method];
  const replaced = function (this: EventEmitter, event: string, handler: (...args: unknown[]) => void): EventEmitter {
    if (event === "error" || event === "close" || !isFromSource(replaced))
      return Reflect.apply(original, this, [event, handler]);
    const wrapped = function (this: EventEmitter, ...args: unknown[]): void {
      if (isVictimOf("handlers", this) && random.chance(SHARE)) throw new Error(`injected into a handler of ${event}`);
      Reflect.apply(handler, this, args);
    };
    return Reflect.apply(original, this, [event, Object.assign(wrapped, { listener: handler })]);
  };
  Object.defineProperty(prototype, method, { value: replaced, writable: true, configurable: true });
}

function mayThrow(injection: Injection, on: object, method: string, from: (...args: never[]) => unknown): void {
  if (!isVictimOf(injection, on) || !random.chance(SHARE) || !isFromSource(from)) return;
  throw new Error(`injected into a call of ${method}`);
}

/** Whether the caller of that function is a file of the gateway. */
function isFromSource(below: (...args: never[]) => unknown): boolean {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, below);
  return holder.stack?.split("\n")[1]?.includes("/src/") === true;
}
