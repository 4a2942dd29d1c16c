import type { WireRequest } from "./exchange-plan.ts";
import type { Random } from "./random.ts";
import { BROKEN_REQUESTS } from "./request-shapes-broken.ts";
import { type Shape, wireRequest } from "./wire-request.ts";

/** Requests that the app is to answer, or the gateway by itself. */
const SOUND: Readonly<Record<string, Shape>> = {
  plain: (random) => ({
    method: random.pick(["GET", "GET", "GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"]),
  }),
  last: () => ({ fields: ["Connection: close"] }),
  "kept on purpose": () => ({ fields: ["Connection: Keep-Alive"] }),
  sized: (random) => ({ method: random.pick(["POST", "PUT", "PATCH", "DELETE", "GET"]), sized: contentOf(random) }),
  chunked: (random) => ({ method: random.pick(["POST", "PUT", "DELETE", "GET"]), chunked: contentOf(random) }),
  expecting: (random) => {
    const body = contentOf(random);
    return {
      method: "POST",
      fields: ["Expect: 100-continue"],
      ...(random.chance(0.5) ? { chunked: body } : { sized: body }),
    };
  },
  "with TE": () => ({ fields: ["TE: trailers", "Connection: TE"] }),
  upgrade: () => ({ fields: UPGRADE, dropped: [] }),
  "upgrade with a body": (random) => {
    const body = contentOf(random);
    return { method: "POST", fields: UPGRADE, ...(random.chance(0.5) ? { chunked: body } : { sized: body }) };
  },
  h2c: () => ({
    fields: ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"],
    dropped: ["http2-settings"],
  }),
  absolute: () => ({ isAbsolute: true }),
  old: (random) => ({ version: "HTTP/1.0", fields: random.chance(0.5) ? ["Connection: keep-alive"] : [] }),
  nominating: () => ({ fields: ["Connection: keep-alive, X-Nominated", "X-Nominated: 1"], dropped: ["x-nominated"] }),
  "other spelling of the host": (random) => ({ host: random.pick(["APP.local", "app.local:80", "app.local."]) }),
  "claims of a stranger": () => ({
    fields: ["X-Forwarded-For: 1.2.3.4", "X-Real-IP: 1.2.3.4", "X_Forwarded_For: 1.2.3.4", "Forwarded: for=1.2.3.4"],
    dropped: ["x_forwarded_for", "forwarded"],
  }),
  "many fields": (random) => {
    const names = Array.from(
      { length: 10 + random.below(90) },
      (_, at) => `X-Many-${at}: ${"v".repeat(random.below(200))}`,
    );
    return { fields: names };
  },
  "unknown host": (random) => {
    const form = random.pick([{}, { sized: contentOf(random) }, { chunked: contentOf(random) }]);
    return { method: "POST", host: "nobody.local", verdict: "own", ...form };
  },
  "no host": () => ({ host: undefined, verdict: "own" }),
  "two hosts": () => ({ fields: ["Host: app.local"], verdict: "own" }),
  "a path of the gateway": (random) => ({
    target: random.pick(["/_live", "/_ready", "/_auth/traefik"]),
    verdict: "own",
  }),
  "unknown coding": () => ({
    method: "POST",
    fields: ["Transfer-Encoding: gzip, chunked"],
    raw: "0\r\n\r\n",
    verdict: "own",
  }),
  "empty lines before": () => ({ before: "\r\n", verdict: "lenient" }),
  "HTTP/1.2": () => ({ version: "HTTP/1.2", verdict: "lenient" }),
};

/** Every shape of a request, by name. */
export const REQUEST_SHAPES: Readonly<Record<string, Shape>> = { ...SOUND, ...BROKEN_REQUESTS };

/** The shapes by which an app is to be reached. */
export const ANSWERED_SHAPES: readonly string[] = [
  "plain",
  "plain",
  "last",
  "sized",
  "chunked",
  "with TE",
  "old",
  "upgrade",
  "expecting",
  "upgrade with a body",
];

/** Draws one: mostly sound ones, for what is broken ends the connection. */
export function drawRequest(random: Random): string {
  if (random.chance(0.3)) return "plain";
  return random.pick(Object.keys(random.chance(0.75) ? SOUND : BROKEN_REQUESTS));
}

/** Makes a request of a shape. */
export function makeRequest(shape: string, random: Random, id: string, host: string): WireRequest {
  const make = REQUEST_SHAPES[shape];
  if (make === undefined) throw new TypeError(`no shape ${shape}`);
  return wireRequest(make(random, id), random, id, host);
}

const UPGRADE = ["Connection: Upgrade", "Upgrade: x"];

/** Content that would be a request of its own if its framing were lost. */
function contentOf(random: Random): string {
  const inside = "GET /INSIDE HTTP/1.1\r\nHost: app.local\r\n\r\n";
  const length = random.pick([1, 0, 5, 43, 1_000, random.below(9_000), random.below(150_000)]);
  if (length > 100) return inside.repeat(length / inside.length) + random.text(9);
  return random.chance(0.5) ? inside : random.text(length);
}
