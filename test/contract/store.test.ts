import assert from "node:assert/strict";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Memory, Store, Stored } from "../../src/lifecycle/ports.ts";
import { createFileStore } from "../../src/store/file-store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";

const MEMORY: Memory = {
  lastActivityMs: 1_700_000_000_123,
  wakesMs: [812, 640],
  wakesTotal: 7,
  failures: 2,
  failedAtMs: undefined,
  stoppedByUs: true,
  wokenByUs: false,
  endedBy: "other",
  asleepMs: 86_400_000,
  suspendedUntilMs: 1_800_000_000_000,
  truceUntilMs: 1_700_000_000_000,
  ownLimits: { id: "c1", values: { NanoCpus: 0, MemoryReservation: -1 } },
  instances: 3,
  counters: {
    startedAtMs: 1_700_000_000_000,
    atMs: 1_700_000_000_200,
    usage: { rxBytes: 9, txBytes: 8, rxPackets: 7, txPackets: 6, payload: { segments: 5, loopbackPackets: 0 } },
  },
};

const FRONTS = [
  { address: "172.18.0.2", everyMs: 2_000, count: 1 },
  { address: "fd00::2", everyMs: 0, count: 2 },
];

const STORES: Record<string, (t: TestContext) => Promise<Store>> = {
  file: async (t) => createFileStore({ path: join(await folder(t), "state.json"), warn: assert.fail }),
  memory: () => Promise.resolve(createMemoryStore()),
};

for (const [kind, create] of Object.entries(STORES)) {
  describe(`a ${kind} store`, () => {
    it("is empty at first", async (t) => {
      const store = await create(t);
      assert.equal((await store.load()).memories.size, 0);
    });

    it("gives back what was saved last, whole", async (t) => {
      const store = await create(t);
      await store.save(stored([["old", MEMORY]]));
      await store.save(
        stored(
          [
            ["app", MEMORY],
            ['"quoted"\n', { ...MEMORY, lastActivityMs: undefined }],
          ],
          FRONTS,
        ),
      );
      const { memories: loaded, fronts } = await store.load();
      assert.deepEqual(fronts, FRONTS);
      assert.deepEqual([...loaded.keys()], ["app", '"quoted"\n']);
      assert.deepEqual(loaded.get("app"), MEMORY);
      assert.equal(loaded.get('"quoted"\n')?.lastActivityMs, undefined);
    });
  });
}

describe("a file store", () => {
  for (const [what, text] of Object.entries({
    "half a file": '{"version":1,"workloads":{"app":{"fail',
    "no JSON": "\u0000\u0000\u0000",
    "another thing": "[1,2]",
    "a later version": '{"version":99,"workloads":{}}',
  })) {
    it(`sets ${what} aside with a warning and starts empty`, async (t) => {
      const path = join(await folder(t), "state.json");
      await writeFile(path, text);
      const warnings: string[] = [];
      const store = createFileStore({ path, warn: (message) => warnings.push(message) });
      assert.equal((await store.load()).memories.size, 0);
      assert.match(warnings.join(), /damaged.*set aside/u);
      assert.equal(await readFile(`${path}.damaged`, "utf8"), text);
      await store.save(stored([["app", MEMORY]]));
      assert.deepEqual((await store.load()).memories.get("app"), MEMORY);
    });
  }

  it("uses the neutral value for a missing or invalid field of a record", async (t) => {
    const path = join(await folder(t), "state.json");
    const traefiks = '[7,{"count":2},{"address":"10.0.0.7","every_ms":"often"}]';
    const app = '{"wakes_ms":[5,"x",-1,null],"failures":"many","wakes_total":1}';
    await writeFile(path, `{"version":1,"traefiks":${traefiks},"workloads":{"app":${app},"bad":7}}`);
    const { memories: loaded, fronts } = await createFileStore({ path, warn: assert.fail }).load();
    assert.deepEqual([...loaded.keys()], ["app"]);
    assert.deepEqual(loaded.get("app")?.wakesMs, [5]);
    assert.equal(loaded.get("app")?.failures, 0);
    assert.equal(loaded.get("app")?.wokenByUs, true, "as earlier versions concluded it");
    assert.deepEqual(fronts, [{ address: "10.0.0.7", everyMs: 0, count: 1 }]);
  });

  it("that cannot write reports it once for each change, leaves no partial file and keeps the old one", async (t) => {
    const where = await folder(t);
    const path = join(where, "deep/state.json");
    const warnings: string[] = [];
    const store = createFileStore({ path, warn: (message) => warnings.push(message) });
    const save = (failures: number): Promise<void> => store.save(stored([["app", { ...MEMORY, failures }]]));
    await save(1);
    await save(2);
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /state file could not be written \(.*ENOENT/u);
    await mkdir(join(where, "deep"));
    await save(3);
    await save(4);
    assert.match(warnings.slice(1).join(), /^the state file .* is written again$/u);
    await rm(join(where, "deep"), { recursive: true });
    await save(5);
    assert.equal(warnings.length, 3);
  });

  for (const [what, make, says] of [
    ["a folder", (path: string) => mkdir(path), /is a folder .*in memory only/u],
    ["unreadable", (path: string) => symlink(path, path), /cannot be read \(.*in memory only/u],
  ] as const) {
    it(`that is ${what} is left as it is with one warning, and nothing is kept`, async (t) => {
      const path = join(await folder(t), "state.json");
      await make(path);
      const before = await lstat(path);
      const warnings: string[] = [];
      const store = createFileStore({ path, warn: (message) => warnings.push(message) });
      assert.equal((await store.load()).memories.size, 0);
      await store.save(stored([["app", MEMORY]]));
      assert.equal(warnings.length, 1);
      assert.match(warnings.join(), says);
      assert.equal((await lstat(path)).ino, before.ino);
    });
  }

  it("leaves nothing else behind", async (t) => {
    const where = await folder(t);
    const store = createFileStore({ path: join(where, "state.json"), warn: assert.fail });
    await store.save(stored([["app", MEMORY]]));
    assert.deepEqual(await readdir(where), ["state.json"]);
  });
});

function stored(memories: readonly [string, Memory][], fronts: Stored["fronts"] = []): Stored {
  return { memories: new Map(memories), fronts };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dag-store-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
