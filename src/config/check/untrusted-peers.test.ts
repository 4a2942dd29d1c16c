import assert from "node:assert/strict";
import { test } from "node:test";
import { createAddressSet } from "../address-set.ts";
import { createUntrustedPeers } from "./untrusted-peers.ts";

function watched(trusted: readonly string[] = []) {
  const reported: string[] = [];
  let isTrusted = createAddressSet(trusted);
  const peers = createUntrustedPeers({
    isTrusted: (address) => isTrusted(address),
    report: (address) => reported.push(address),
  });
  return { peers, reported, trust: (...cidrs: string[]) => void (isTrusted = createAddressSet(cidrs)) };
}

test("an untrusted private peer is reported once, however often it connects", () => {
  const { peers, reported } = watched(["10.0.0.1"]);
  for (const peer of ["10.0.0.2", "::ffff:10.0.0.2", "10.0.0.2", "10.0.0.1", "fd00::7", "::1", "100.64.0.1"])
    peers.note(peer);
  assert.deepEqual(reported, ["10.0.0.2", "fd00::7", "::1", "100.64.0.1"]);
});

test("what strangers write from public addresses is nobody's mistake", () => {
  const { peers, reported } = watched();
  for (const peer of ["203.0.113.9", "172.32.0.1", "2001:db8::1", ""]) peers.note(peer);
  assert.deepEqual(reported, []);
});

test("a peer that is trusted since is no longer on the list", () => {
  const { peers, trust } = watched();
  peers.note("10.0.0.2");
  peers.note("10.0.0.3");
  trust("10.0.0.2/32");
  assert.deepEqual(peers.list(), ["10.0.0.3"]);
});

test("at most 32 peers are remembered", () => {
  const { peers, reported } = watched();
  for (let at = 0; at < 100; at += 1) peers.note(`10.1.0.${at}`);
  assert.deepEqual([reported.length, peers.list().length], [32, 32]);
});
