import assert from "node:assert/strict";
import type { DependencyCondition, WorkloadSettings } from "../../src/core/settings.ts";
import type { LifecycleFixture } from "./lifecycle-fixture.ts";

export const IDLE = 60_000;
type Part = Partial<WorkloadSettings> & { name: string };

/** A workload with a host that needs others, as `db` or `db:started`. */
export function app(name: string, needs: readonly string[], more: Partial<WorkloadSettings> = {}): Part {
  const dependsOn = needs.map((need) => {
    const [needed = "", condition = "healthy"] = need.split(":");
    return { name: needed, condition: condition as DependencyCondition };
  });
  return { name, dependsOn, idleTimeoutMs: IDLE, ...more };
}

/** A workload that only others need. */
export function part(name: string, needs: readonly string[] = [], more: Partial<WorkloadSettings> = {}): Part {
  return app(name, needs, { hosts: [], idleTimeoutMs: undefined, ...more });
}

/** Somebody asks, is let in within `ms`, and leaves. */
export async function visitAndLeave(fixture: LifecycleFixture, host: string, ms = 200): Promise<void> {
  const client = fixture.visit(host);
  await fixture.clock.advance(ms);
  assert.equal(client.answer, `forward ${host}`);
  client.close();
}
