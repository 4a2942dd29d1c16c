import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findUse, type Sample, type StreamState, type UseSignal } from "./in-use.ts";
import type { Usage } from "../../core/usage.ts";

const ZERO: Usage = {
  rxBytes: 0,
  txBytes: 0,
  rxPackets: 0,
  txPackets: 0,
  cpuMs: 0,
  memoryBytes: 0,
  connections: undefined,
};

function use(
  signal: UseSignal,
  seconds: number,
  after: Partial<Usage>,
  stream: StreamState = "none",
): string | undefined {
  const usage = { ...ZERO, ...after };
  return findUse(signal, { atMs: 0, usage: ZERO }, { atMs: seconds * 1_000, usage }, stream);
}

/** Returns bytes with their packets, multiplied by `times`. */
function traffic(
  times: number,
  [rxPackets, rxBytes]: [number, number],
  [txPackets, txBytes]: [number, number],
): Partial<Usage> {
  return {
    rxPackets: rxPackets * times,
    rxBytes: rxBytes * times,
    txPackets: txPackets * times,
    txBytes: txBytes * times,
  };
}

const TCP_CHECK = [
  [4, 272],
  [3, 206],
] as const satisfies [number, number][];

describe("what goes over the wire without anybody's using the app stays below the floor", () => {
  for (const [what, seconds, counters] of [
    ["ARP, once a second", 10, traffic(10, [1, 42], [1, 42])],
    ["a TCP health check a second", 30, traffic(30, ...TCP_CHECK)],
    ["a TCP health check in ten, in one short look", 1, traffic(1, ...TCP_CHECK)],
    ["a TCP health check over IPv6", 30, traffic(30, [4, 352], [3, 266])],
    ["what neighbours shout to all", 30, traffic(60, [1, 450], [0, 0])],
    ["keep-alive probes of an idle pool", 10, traffic(4, [1, 66], [1, 66])],
    ["an HTTP health check with a small answer in 30 s", 30, traffic(1, [5, 460], [4, 560])],
  ] as [string, number, Partial<Usage>][]) {
    test(what, () => assert.equal(use("traffic", seconds, counters), undefined));
  }
});

describe("what is carried through a front is seen", () => {
  for (const [what, seconds, counters] of [
    ["a download", 1, traffic(1, [40, 2_640], [40, 1_000_000])],
    ["a download at 1 KiB a second", 10, traffic(10, [2, 132], [2, 1_156])],
    ["an upload", 1, traffic(1, [40, 1_000_000], [40, 2_640])],
    ["a stream of 100 bytes a second", 30, traffic(30, [1, 66], [1, 166])],
    ["a message of 1 KiB in 30 s", 30, traffic(1, [1, 66], [1, 1_090])],
  ] as [string, number, Partial<Usage>][]) {
    test(what, () => assert.equal(use("traffic", seconds, counters), "traffic"));
  }
});

describe("where a stream was let through, a sign of life is enough", () => {
  const ping = traffic(1, [2, 138], [2, 134]);
  test("a WebSocket's ping", () => {
    assert.equal(use("traffic", 10, ping), undefined, "it is no bigger than a probe");
    assert.equal(use("traffic", 10, ping, "recent"), "traffic");
  });
  test("a ping together with ARP and the keep-alives of an idle pool", () => {
    assert.equal(
      use("traffic", 10, traffic(1, [2 + 1 + 2, 138 + 42 + 132], [2 + 1 + 2, 134 + 42 + 132]), "recent"),
      "traffic",
    );
  });
  test("but not the kernel's keep-alive of a connection, which the front's idle pool has as well", () => {
    assert.equal(use("traffic", 10, traffic(1, [1, 66], [1, 66]), "recent"), undefined);
    assert.equal(use("traffic", 20, traffic(2, [3, 174], [3, 174]), "recent"), undefined, "with ARP");
    assert.equal(use("traffic", 20, traffic(3, [1, 86], [1, 86]), "recent"), undefined, "over IPv6");
  });
  test("nor ARP, nor what neighbours shout", () => {
    assert.equal(use("traffic", 10, traffic(3, [1, 42], [1, 42]), "recent"), undefined);
    assert.equal(use("traffic", 10, traffic(1, [1, 300], [0, 0]), "recent"), undefined);
  });
  test("and nothing where the socket table shows that no connection is open", () => {
    assert.equal(use("traffic", 10, { ...ping, connections: 0 }, "recent"), undefined);
    assert.equal(use("traffic", 10, { ...ping, connections: 1 }, "recent"), "traffic");
  });
});

describe("where connections and payload can be counted, payload over an open connection is use", () => {
  const seen = (connections: number, segments: number, loopbackPackets = 0): Partial<Usage> => ({
    ...traffic(1, [2, 132], [2, 232]),
    connections,
    payload: { segments, loopbackPackets },
  });
  const before = { ...ZERO, payload: { segments: 0, loopbackPackets: 0 } };
  const find = (after: Partial<Usage>, stream: StreamState): string | undefined =>
    findUse("traffic", { atMs: 0, usage: before }, { atMs: 20_000, usage: { ...ZERO, ...after } }, stream);
  test("however little of it, whether a stream was announced or not", () => {
    assert.equal(find(seen(1, 1), "none"), "traffic");
    assert.equal(find(seen(1, 1), "recent"), "traffic");
  });
  test("but neither an open connection without payload nor payload without one", () => {
    assert.equal(find(seen(1, 0), "recent"), undefined);
    assert.equal(find(seen(0, 9), "recent"), undefined);
  });
  test("and payload over loopback tells nothing: bytes decide", () => {
    assert.equal(find({ ...seen(1, 9, 40), ...traffic(1, [1, 66], [1, 66]) }, "none"), undefined);
    assert.equal(find(seen(1, 9, 40), "recent"), "traffic");
  });
});

describe("where they cannot, a trickle is distinguished from health checks by its direction", () => {
  const line = traffic(1, [3, 198 - 24], [3, 166 + 66 + 42]);
  test("a line of 100 bytes in 20 s with keep-alives and ARP is an unannounced stream", () => {
    assert.equal(use("traffic", 20, line), "traffic");
  });
  test("payload both ways is one where a stream was let through once, however long ago", () => {
    const frames = traffic(1, [2, 240], [2, 240]);
    assert.equal(use("traffic", 20, frames), undefined);
    assert.equal(use("traffic", 20, frames, "once"), "traffic");
  });
  test("a TCP health check, ARP and an idle pool are none even then", () => {
    for (const noise of [traffic(20, ...TCP_CHECK), traffic(9, [1, 42], [1, 42]), traffic(2, [1, 66], [1, 66])])
      assert.equal(use("traffic", 20, noise, "once"), undefined);
  });
});

describe("in the network of another container", () => {
  const noisy = { ...traffic(1, [900, 900_000], [900, 900_000]), sharesNetwork: true };
  test("connections to its own port decide, or else its CPU", () => {
    assert.equal(use("connections", 10, { ...noisy, connections: 0 }), undefined);
    assert.equal(use("connections", 10, { ...noisy, connections: 1 }), "connections");
    assert.equal(use("connections", 10, noisy), undefined);
    assert.equal(use("connections", 10, { ...noisy, cpuMs: 9_000 }), "cpu");
  });
  describe("by default", () => {
    const before = { ...ZERO, payload: { segments: 0, loopbackPackets: 0 } };
    const find = (after: Partial<Usage>, stream: StreamState = "none"): string | undefined => {
      const usage = { ...ZERO, ...noisy, payload: { segments: 900, loopbackPackets: 0 }, ...after };
      return findUse("shared-network", { atMs: 0, usage: before }, { atMs: 10_000, usage }, stream);
    };
    test("an open connection is use while the app does anything, or a stream was announced", () => {
      assert.equal(find({ connections: 1, cpuMs: 0.1 }), "connections");
      assert.equal(find({ connections: 1 }, "recent"), "connections");
      assert.equal(find({ connections: 0, cpuMs: 1 }, "recent"), undefined);
    });
    test("a front's idle pool is not use: the app is idle, or nothing in the network sends", () => {
      assert.equal(find({ connections: 1 }), undefined);
      assert.equal(find({ connections: 1, cpuMs: 9, payload: { segments: 0, loopbackPackets: 0 } }), undefined);
    });
    test("its CPU decides where connections cannot be seen", () => {
      assert.equal(find({ cpuMs: 9_000 }), "cpu");
      assert.equal(find({ cpuMs: 100 }), undefined);
    });
  });
  test("what says traffic has traffic", () => assert.equal(use("traffic", 10, noisy), "traffic"));
});

describe("the other signals", () => {
  test("connections: any that is established from outside, silent or not", () => {
    assert.equal(use("connections", 10, { ...traffic(1, [0, 0], [0, 0]), connections: 1 }), "connections");
    assert.equal(use("connections", 10, { ...traffic(1, [9, 9_000], [9, 99_000]), connections: 0 }), undefined);
  });
  test("connections: where the table cannot be read, traffic decides", () => {
    assert.equal(use("connections", 1, traffic(1, [40, 2_640], [40, 1_000_000])), "traffic");
  });
  test("cpu: more than a twentieth of a core", () => {
    assert.equal(use("cpu", 10, { ...traffic(0, [0, 0], [0, 0]), cpuMs: 600 }), "cpu");
    assert.equal(use("cpu", 10, { ...traffic(0, [0, 0], [0, 0]), cpuMs: 400 }), undefined);
  });
  test("requests: nothing but requests", () => {
    assert.equal(use("requests", 1, traffic(1, [40, 2_640], [40, 1_000_000])), undefined);
  });
});

describe("without counters of its own silence is no idleness", () => {
  const none = { rxBytes: undefined, txBytes: undefined, rxPackets: undefined, txPackets: undefined };
  test("connections decide", () => {
    assert.equal(use("traffic", 10, { ...none, connections: 2 }), "connections");
    assert.equal(use("traffic", 10, { ...none, connections: 0, cpuMs: 5_000 }), undefined);
  });
  test("or else the work it does", () => {
    assert.equal(use("traffic", 10, { ...none, cpuMs: 5_000 }), "cpu");
    assert.equal(use("traffic", 10, { ...none, cpuMs: 5 }), undefined);
  });
});

test("counters that went backwards, as after a restart, are no traffic", () => {
  const before: Sample = { atMs: 0, usage: { ...ZERO, rxBytes: 9e9, txBytes: 9e9, rxPackets: 9e6, txPackets: 9e6 } };
  assert.equal(findUse("traffic", before, { atMs: 1_000, usage: ZERO }, "recent"), undefined);
});
