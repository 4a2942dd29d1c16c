import assert from "node:assert/strict";
import test from "node:test";
import { establishedFrom } from "./established.ts";

const title = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (local: string, remote: string, state: string): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0`;
// 10.64.0.3 port 80, as little-endian words.
const own = "0300400A";

const cases: [rule: string, local: string, remote: string, state: string, count: number][] = [
  ["a connection from outside counts", `${own}:0050`, "0100400A:D431", "01", 1],
  ["one to another port does not", `${own}:0051`, "0100400A:D431", "01", 0],
  ["one that the app made does not, even to the same port", `${own}:D431`, "0100400A:0050", "01", 0],
  ["a listening socket does not", "00000000:0050", "00000000:0000", "0A", 0],
  ["one that is closing does not", `${own}:0050`, "0100400A:D431", "06", 0],
  ["a health check over loopback does not", "0100007F:0050", "0100007F:D431", "01", 0],
  ["nor over the container's own address", `${own}:0050`, `${own}:D431`, "01", 0],
  ["IPv6 counts", "000000000000000000000000000000FD:0050", "010000000000000000000000000000FD:D431", "01", 1],
  ["IPv6 loopback does not", `${"0".repeat(24)}01000000:0050`, `${"0".repeat(24)}01000000:D431`, "01", 0],
  [
    "IPv4 over an IPv6 socket counts",
    `0000000000000000FFFF0000${own}:0050`,
    "0000000000000000FFFF00000100400A:D431",
    "01",
    1,
  ],
  [
    "but its loopback does not",
    "0000000000000000FFFF00000100007F:0050",
    "0000000000000000FFFF00000100007F:D431",
    "01",
    0,
  ],
];

test("a connection to any port that hosts name counts, each once", () => {
  const rows = [row(`${own}:0050`, "0100400A:D431", "01"), row(`${own}:0051`, "0100400A:D432", "01")];
  assert.equal(establishedFrom([title, ...rows].join("\n"), [80, 81]).length, 2);
});

for (const [rule, local, remote, state, count] of cases) {
  test(rule, () =>
    assert.deepEqual(establishedFrom([title, row(local, remote, state), ""].join("\n"), [80]), count ? [remote] : []),
  );
}
