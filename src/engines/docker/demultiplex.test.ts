import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createDemultiplexer } from "./demultiplex.ts";

const frames = fc.array(
  fc.record({ output: fc.constantFrom("stdout", "stderr"), data: fc.uint8Array({ maxLength: 40 }) }),
);

test("however the frames are cut into chunks, each output gets its bytes in order", () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 30 }), (sent, size) => {
      const wire = Buffer.concat(sent.flatMap(({ output, data }) => [header(output, data.length), data]));
      const got = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      const push = createDemultiplexer((output, piece) => void got[output].push(Buffer.from(piece)));
      for (let at = 0; at < wire.length; at += size) push(wire.subarray(at, at + size));
      for (const name of ["stdout", "stderr"] as const) {
        const wanted = sent.filter(({ output }) => output === name).map(({ data }) => data);
        assert.deepEqual(Buffer.concat(got[name]), Buffer.concat(wanted));
      }
    }),
  );
});

function header(output: string, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[0] = output === "stderr" ? 2 : 1;
  bytes.writeUInt32BE(length, 4);
  return bytes;
}
