import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { startProxy, startRawApp } from "./proxy-fixture.ts";
import { delivered } from "../support/delivered.ts";

const TIMES = 200;
const AT_ONCE = 50;

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const SMALL = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
const UPLOAD = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\npart";
const UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const PART = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart";
const AGREED = "HTTP/1.1 101 OK\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";

type Act = (socket: Socket) => void;
const leaves: Act = (socket) => void socket.destroy();
const resets: Act = (socket) => void socket.resetAndDestroy();
const ends: Act = (socket) => void socket.end();
const stays: Act = () => {};
const says =
  (bytes: string, then: Act = stays): Act =>
  (socket) =>
    void socket.write(bytes, () => then(socket));

interface Case {
  readonly title: string;
  readonly request: string;
  /** What the app does when it hears something; `undefined`: there is no app. */
  readonly app: Act | undefined;
  /** What the client does when it hears something, or, with `hastily`, when the app has heard all of its round. */
  readonly client: Act;
  readonly hastily?: boolean;
  readonly outcomes: readonly string[];
}

const CASES: readonly Case[] = [
  { title: "answered", request: GET, app: says(OK), client: leaves, outcomes: ["done"] },
  { title: "answered, with a small body", request: SMALL, app: says(OK), client: leaves, outcomes: ["done"] },
  { title: "answered, streamed", request: CHUNKED, app: says(OK), client: leaves, outcomes: ["done"] },
  { title: "answered, and the app closes", request: GET, app: says(OK, ends), client: ends, outcomes: ["done"] },
  { title: "answered before the upload was over", request: UPLOAD, app: says(OK), client: ends, outcomes: ["done"] },
  { title: "nobody there", request: GET, app: undefined, client: ends, outcomes: ["refused"] },
  { title: "nobody there for a stream", request: CHUNKED, app: undefined, client: ends, outcomes: ["refused"] },
  { title: "nobody there for an upgrade", request: UPGRADE, app: undefined, client: ends, outcomes: ["refused"] },
  { title: "no answer", request: GET, app: leaves, client: ends, outcomes: ["failed"] },
  { title: "no answer to a stream", request: CHUNKED, app: resets, client: ends, outcomes: ["failed"] },
  { title: "no answer to an upgrade", request: UPGRADE, app: leaves, client: ends, outcomes: ["failed"] },
  { title: "half an answer", request: GET, app: says(PART, leaves), client: stays, outcomes: ["cut", "failed"] },
  {
    title: "half an answer to a stream",
    request: CHUNKED,
    app: says(PART, resets),
    client: stays,
    outcomes: ["cut", "failed"],
  },
  { title: "left before the answer", request: GET, app: stays, client: resets, hastily: true, outcomes: ["aborted"] },
  {
    title: "left before the answer to a stream",
    request: CHUNKED,
    app: stays,
    client: leaves,
    hastily: true,
    outcomes: ["aborted"],
  },
  {
    title: "left in the middle of an upload",
    request: UPLOAD,
    app: stays,
    client: resets,
    hastily: true,
    outcomes: ["aborted"],
  },
  { title: "left in the middle of the answer", request: GET, app: says(PART), client: resets, outcomes: ["aborted"] },
  { title: "left in the middle of both", request: UPLOAD, app: says(PART), client: leaves, outcomes: ["aborted"] },
  {
    title: "left before an upgrade's answer",
    request: UPGRADE,
    app: stays,
    client: resets,
    hastily: true,
    outcomes: ["aborted"],
  },
  { title: "a tunnel that the client resets", request: UPGRADE, app: says(AGREED), client: resets, outcomes: ["done"] },
  {
    title: "a tunnel that the app resets",
    request: UPGRADE,
    app: says(AGREED, resets),
    client: stays,
    outcomes: ["done", "failed"],
  },
  { title: "an upgrade declined", request: UPGRADE, app: says(OK), client: ends, outcomes: ["done"] },
  {
    title: "an upgrade half declined",
    request: UPGRADE,
    app: says(PART, leaves),
    client: stays,
    outcomes: ["cut", "failed"],
  },
  {
    title: "an upgrade declined to one who leaves",
    request: UPGRADE,
    app: says(PART),
    client: resets,
    outcomes: ["aborted"],
  },
];

describe(`${TIMES} exchanges end once each and leave nothing open`, () => {
  for (const { title, request, app, client, hastily = false, outcomes } of CASES) {
    void it(title, async (t) => {
      const before = openThings();
      let heard = 0;
      const upstream = await startRawApp(t, (socket) => {
        socket.once("data", () => void (heard += 1));
        socket.on("data", () => app?.(socket));
        socket.on("end", () => socket.end());
      });
      if (app === undefined) await new Promise((resolve) => upstream.server.close(resolve));
      const proxy = await startProxy(t, { upstream: upstream.port });

      async function once(turn: number): Promise<void> {
        const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
        const closed = new Promise((resolve) => socket.once("close", resolve));
        socket.on("error", () => {});
        socket.on("end", () => socket.end());
        socket.on("connect", () => {
          socket.write(request);
          if (hastily) void waitUntil(() => heard >= turn + AT_ONCE, 10_000).then(() => client(socket));
        });
        socket.once("data", () => client(socket));
        await closed;
      }

      for (let turn = 0; turn < TIMES; turn += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => once(turn)));
      }
      await proxy.ended(TIMES);
      await proxy.forwarder.close();
      await waitUntil(async () => (await proxy.clients()) === 0, 5_000, "no client");
      await waitUntil(() => upstream.sockets.every((socket) => socket.destroyed), 5_000, "no connection to the app");
      await waitUntil(() => openThings() <= before + 2, 5_000, "no socket and no timer more than before");
      await delivered();
      assert.equal(proxy.outcomes.length, TIMES);
      assert.deepEqual(new Set(proxy.outcomes.map(({ kind }) => kind)).difference(new Set(outcomes)), new Set());
    });
  }
});

/** Sockets and timers of this process that keep it alive; two listeners belong to the test. */
function openThings(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Timeout|Immediate/u.test(kind)).length;
}
