import type { Random } from "./random.ts";
import { BROKEN_REQUESTS } from "./request-shapes-broken.ts";
import { wireRequest } from "./wire-request.ts";

/** The hosts that the auth requests are about. */
export const READY_HOSTS = ["ready-a.local", "ready-b.local"] as const;
export const ASLEEP_HOST = "asleep.local";

/** What an auth request is to be answered with, when a trusted peer sends it. */
export type Permit =
  /** 200 that names this host's upstream. */
  | { readonly kind: "ready"; readonly host: (typeof READY_HOSTS)[number] }
  /** 200, and nobody is named. */
  | { readonly kind: "passes" }
  /** Anything but 2xx. */
  | { readonly kind: "refused" }
  /** The same, and the connection ends. */
  | { readonly kind: "broken" };

/** An auth request on the wire. */
export interface AuthQuestion {
  readonly bytes: string;
  readonly method: string;
  readonly permit: Permit;
}

/** What distinguishes a question: its path behind the front's name, its fields, and its answer. */
interface Question {
  readonly path?: string;
  readonly host?: string;
  readonly uri?: string | undefined;
  readonly fields?: readonly string[];
  readonly permit: Permit;
}

const REFUSED: Permit = { kind: "refused" };
const PASSES: Permit = { kind: "passes" };

type QuestionShape = (random: Random) => Question;

const SHAPES: Readonly<Record<string, QuestionShape>> = {
  ready: (random) => {
    const host = random.pick(READY_HOSTS);
    return { host: spell(host, random), permit: { kind: "ready", host } };
  },
  asleep: (random) => ({ host: spell(ASLEEP_HOST, random), permit: REFUSED }),
  unknown: (random) => ({
    host: spell(random.pick(["nobody.local", "ready-a.local.evil", "192.0.2.1", "[::1]"]), random),
    permit: PASSES,
  }),
  "no host": () => ({ fields: ["X-Real-Host: ready-a.local"], permit: REFUSED }),
  "bad host": (random) => ({
    host: random.pick(["", "a b", "ready-a.local, asleep.local", "ready-a.local/", "ready-a.local@x", "*"]),
    permit: REFUSED,
  }),
  "two hosts": (random) => {
    const fields = [`X-Forwarded-Host: ${READY_HOSTS[0]}`];
    return { host: random.pick([ASLEEP_HOST, READY_HOSTS[0]]), fields, permit: REFUSED };
  },
  "underscored host": () => ({
    fields: [`X_Forwarded_Host: ${READY_HOSTS[0]}`, `X-Forwarded_Host: ${READY_HOSTS[0]}`],
    permit: REFUSED,
  }),
  "underscored as well": () => ({
    host: ASLEEP_HOST,
    fields: [`X_Forwarded_Host: ${READY_HOSTS[0]}`],
    permit: REFUSED,
  }),
  "other hosts as well": () => ({
    host: ASLEEP_HOST,
    fields: [
      `X-Host: ${READY_HOSTS[0]}`,
      `Forwarded: host=${READY_HOSTS[0]}`,
      `X-Original-Host: ${READY_HOSTS[0]}`,
      `:authority: x`.slice(1),
    ],
    permit: REFUSED,
  }),
  nominated: () => ({ host: ASLEEP_HOST, fields: ["Connection: keep-alive, X-Forwarded-Host"], permit: REFUSED }),
  acme: (random) => ({
    host: random.pick([...READY_HOSTS, ASLEEP_HOST]),
    uri: "/.well-known/acme-challenge/tok-en_1",
    permit: PASSES,
  }),
  "nearly acme": (random) => ({
    host: ASLEEP_HOST,
    uri: random.pick([
      "/.well-known/acme-challenge/../x",
      "/.well-known/acme-challenge/a/b",
      "/.well-known/acme-challenge/%2e%2e",
      "/x#/.well-known/acme-challenge/a",
      "/?/.well-known/acme-challenge/a",
      "//.well-known/acme-challenge/a",
    ]),
    permit: REFUSED,
  }),
  poll: (random) => ({
    host: ASLEEP_HOST,
    uri: random.pick(["/_health?container=asleep-local", "/_logs?container=asleep-local", "/_health", "/_logs#x"]),
    permit: REFUSED,
  }),
  "odd uri": (random) => ({
    host: ASLEEP_HOST,
    uri: random.pick(["", "x", "http://ready-a.local/", "/a%00", "/\xff", "*", "/_status", "/_auth/caddy"]),
    permit: REFUSED,
  }),
  "no uri": (random) => ({ host: random.pick([ASLEEP_HOST]), uri: undefined, permit: REFUSED }),
  named: (random) => {
    const [name, permit] = random.pick([
      ["container/ready-a-local", { kind: "ready", host: READY_HOSTS[0] }],
      ["container/asleep-local", REFUSED],
      ["container/nobody", PASSES],
      ["container/", REFUSED],
      ["nonsense", REFUSED],
      ["container/ready-a-local/more", REFUSED],
      ["container/%E0%A4%A", REFUSED],
      ["page", REFUSED],
    ] as const);
    return { path: `/${name}`, host: ASLEEP_HOST, permit };
  },
};

/** The name of every shape of a question. */
export const QUESTION_SHAPES: readonly string[] = [...Object.keys(SHAPES), ...Array<string>(6).fill("ready"), "broken"];

const BROKEN_HEADS = [
  "version",
  "both framings",
  "lengths",
  "space before the colon",
  "folded line",
  "no field",
  "bare LF in the head",
  "bare CR in the head",
  "method",
];

/** Writes an auth request of a shape. */
export function makeQuestion(shape: string, random: Random, id: string): AuthQuestion {
  const front = random.pick(["traefik", "caddy", "nginx"]);
  const broken = shape === "broken" ? BROKEN_REQUESTS[random.pick(BROKEN_HEADS)]?.(random, id) : undefined;
  const asked = broken === undefined ? SHAPES[shape]?.(random) : SHAPES["ready"]?.(random);
  if (asked === undefined) throw new TypeError(`no shape ${shape}`);
  const { path = "", host, permit, fields = [] } = asked;
  const uri = "uri" in asked ? asked.uri : random.pick(["/", "/a?b=c", "/a#b"]);
  const forwarded = [
    ...(host === undefined ? [] : [`X-Forwarded-Host: ${host}`]),
    ...(uri === undefined ? [] : [`X-Forwarded-Uri: ${uri}`]),
    ...fields,
  ];
  const method = random.pick(["GET", "GET", "GET", "HEAD", "POST"]);
  const form = broken ?? { ...drawForm(random, front), method };
  const target = broken?.target ?? `/_auth/${front}${path}`;
  const all = [...forwarded, ...(form.fields ?? [])];
  const wire = wireRequest({ ...form, target, fields: shuffle(all, random) }, random, id, "gateway.local");
  return { bytes: wire.bytes, method: wire.method, permit: broken === undefined ? permit : { kind: "broken" } };
}

function drawForm(random: Random, front: string) {
  const body = random.text(random.below(50));
  return random.pick([
    {},
    {},
    {},
    { fields: ["X-Forwarded-Method: POST", "X-Forwarded-Proto: https"] },
    { fields: ["Sec-Fetch-Mode: navigate", "Accept: text/html"] },
    { fields: ["Connection: close"] },
    { fields: ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"] },
    { sized: body },
    { chunked: body },
    ...(front === "caddy" ? [{ fields: ["Expect: 100-continue"], sized: body }] : []),
  ] as const);
}

function spell(host: string, random: Random): string {
  return random.pick([host, host, host, host.toUpperCase(), `${host}:8443`, `${host}.`, `${host}:`, `  ${host} `]);
}

/** Keeps the order of repeated fields. */
function shuffle(fields: readonly string[], random: Random): string[] {
  const left = [...fields];
  return fields.map(() => left.splice(random.below(left.length), 1)[0] ?? "");
}
