import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { describe } from "node:test";
import type { Gateway } from "../support/gateway.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";

const MIB = 1024 * 1024;
const AMOUNT = 256 * MIB;
const BLOCK = Buffer.alloc(64 * 1024, "x");

describe("a body of 256 MiB passes in flat memory", () => {
  onDocker("down", async (t, docker) => {
    const { gateway, host } = await startSleeping(t, docker);
    await gateway.request({ host, path: `/big?bytes=${64 * MIB}` });
    const before = await residentMiB(gateway);
    const answer = await gateway.open({ host, path: `/big?bytes=${AMOUNT}` });
    let bytes = 0;
    let peak = 0;
    for await (const chunk of answer) {
      const had = bytes;
      bytes += (chunk as Buffer).length;
      if (bytes >> 25 !== had >> 25) peak = Math.max(peak, await residentMiB(gateway));
    }
    assert.equal(bytes, AMOUNT);
    assert.ok(peak < before + 50, `it grew from ${before} to ${peak} MiB`);
  });

  onDocker("up, also towards an app that was asleep", async (t, docker) => {
    const { gateway, host } = await startSleeping(t, docker);
    // The first quarter lets the buffers grow to their size; later data must not make them grow further.
    let before = 0;
    let peak = 0;
    async function* body(): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < AMOUNT; sent += BLOCK.length) {
        if (sent === 64 * MIB) before = await residentMiB(gateway);
        if (sent > 64 * MIB && sent % (16 * MIB) === 0) peak = Math.max(peak, await residentMiB(gateway));
        yield BLOCK;
      }
    }
    const answer = await gateway.request({ host, method: "POST", path: "/echo", body: Readable.from(body()) });
    assert.equal(answer.json().bytes, AMOUNT);
    assert.ok(peak < before + 50, `it grew from ${before} to ${peak} MiB`);
  });
});

async function residentMiB({ pid }: Gateway): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1024;
}
