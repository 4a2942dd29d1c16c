import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import type Docker from "dockerode";
import { cleanup } from "./cleanup.ts";

/** The running containers whose names contain `name`, according to Docker's events. */
export interface Generations {
  /** The short ids of containers that ran at the same time. */
  readonly together: string[];
}

export async function watchGenerations(t: TestContext, docker: Docker, name: string): Promise<Generations> {
  const filters = { type: ["container" as const], event: ["start", "die"] };
  const stream = (await docker.getEvents({ filters })) as unknown as Readable;
  cleanup(t, () => void stream.destroy());
  stream.on("error", () => undefined);
  const running = new Set<string>();
  const together: string[] = [];
  createInterface(stream).on("line", (line) => {
    const { Action: action, Actor: actor } = JSON.parse(line);
    if (!String(actor.Attributes.name).includes(name)) return;
    const id = String(actor.ID).slice(0, 12);
    if (action === "die") running.delete(id);
    else running.add(id);
    if (running.size > 1) together.push([...running].join(" + "));
  });
  return { together };
}
