import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainEvent } from "../core/events.ts";
import { createEventStream } from "./event-stream.ts";

const wake: DomainEvent = { type: "wake", workload: "app", cause: "request" };

test("every subscriber gets every event, until it unsubscribes", () => {
  const stream = createEventStream();
  const heard: string[] = [];
  const listen = (event: DomainEvent): void => void heard.push(event.type);
  const stop = stream.subscribe(listen);
  stream.subscribe(listen);
  stream.emit(wake);
  stop();
  stream.emit(wake);
  assert.deepEqual(heard, ["wake", "wake", "wake"]);
});

test("a listener that throws affects neither the emitter nor the other listeners, which get the fault", () => {
  const stream = createEventStream();
  const heard: DomainEvent[] = [];
  stream.subscribe(() => {
    throw new Error("full disk");
  });
  stream.subscribe((event) => heard.push(event));
  stream.emit(wake);
  assert.deepEqual(heard, [
    { type: "fault", message: 'a listener failed on an event of type "wake"', detail: "Error: full disk" },
    wake,
  ]);
});

test("when all listeners throw, nothing goes round in circles", () => {
  const stream = createEventStream();
  for (let count = 0; count < 3; count += 1) {
    stream.subscribe(() => {
      throw new Error("broken");
    });
  }
  assert.doesNotThrow(() => stream.emit(wake));
});
