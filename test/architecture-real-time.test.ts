import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const files = globSync(["test/**/*.ts", "{src,scripts}/**/*.test.ts"], { cwd: root, exclude: ["test/bench/**"] });
const HELPERS = "test/support/real-time.ts";

/** What a file lets real time pass for, with `elapse`. Where an effect is waited for, it is awaited instead. */
const ELAPSES: Readonly<Record<string, string>> = {
  "src/config/parse/source.test.ts": "the file changes after the watcher's first look",
  "test/contract/engine-process-orphans.test.ts": "the kill comes at each moment of a start",
  "test/e2e/burst.test.ts": "memory is measured when the start-up is over",
  "test/e2e/forward-auth-idle-stops.test.ts": "clients pause about as long as the idle timeout",
  "test/e2e/forward-auth-idle.test.ts": "clients that are slow for as long as the test says",
  "test/e2e/forward-auth-stops.test.ts": "clients pause; stops come at random moments",
  "test/e2e/forward-auth.test.ts": "clients pause for less than the idle timeout",
  "test/e2e/gateway-away.test.ts": "clients pause; the gateway is away for a time",
  "test/e2e/host-ports.test.ts": "a client pauses for less than the idle timeout",
  "test/e2e/idling.test.ts": "a client pauses for less than the idle timeout",
  "test/e2e/kubernetes-trouble.test.ts": "a client pauses between requests",
  "test/e2e/kubernetes.test.ts": "clients pause; the API server is frozen for a time",
  "test/e2e/rest.test.ts": "CPU time is measured over a time",
  "test/e2e/soak.test.ts": "clients pause between requests",
  "test/e2e/traefik-direct.test.ts": "a connection is silent for longer than the idle timeout",
  "test/e2e/traefik-recall.test.ts": "requests arrive at each moment of a stop",
  "test/fuzz/exchange-log.ts": "an app pauses within an answer",
  "test/fuzz/tunnel-stream.ts": "a side pauses within its stream",
  "test/integration/proxy-run-over.test.ts": "a client does not read for longer than a silent connection lives",
  "test/integration/client-connections.test.ts": "a packet comes before node:http reads on, and after that",
  "test/integration/wire-drain.test.ts": "node:http takes half a request; one lasts longer than half a head may",
  "test/support/front-rounds.ts": "a client that was refused pauses, as the page does",
  "test/support/kube/kube-api.ts": "pauses before the next connection to a server that restarts",
  "test/support/kube/node.ts": "a pod that takes its time",
  "test/support/kube/pod-server.ts": "an app that takes its time",
  "test/support/update-stand.ts": "clients send before the update and after it",
};

test("no test sleeps but through the helpers for real time", () => {
  const SLEEPS = /timers\/promises"?\)?;?$|new Promise\b[^;]*\bsetTimeout\(\s*(?:\w+,|\(\) => \w+\()|Atomics\.wait/mu;
  const may = new Set([HELPERS, "test/support/wait-until.ts", "test/architecture-real-time.test.ts"]);
  const isTurn = /^import \{ setImmediate as turn \} from "node:timers\/promises";$/mu;
  assert.deepEqual(
    files.filter((file) => !may.has(file) && SLEEPS.test(read(file).replace(isTurn, ""))),
    [],
  );
});

test("a file that lets real time pass has its reason here", () => {
  const users = files.filter((file) => file !== HELPERS && /\belapse\b.*real-time\.ts"/u.test(read(file)));
  assert.deepEqual(users.toSorted(), Object.keys(ELAPSES).toSorted());
});

test("a test whose clock stands still needs no real time", () => {
  const isManual = (text: string): boolean => /(?:manual-clock|lifecycle-fixture|polls-fixture)\.ts"/u.test(text);
  assert.deepEqual(
    files.filter((file) => isManual(read(file)) && read(file).includes('real-time.ts"')),
    [],
  );
});
