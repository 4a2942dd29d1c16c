import { z } from "zod";
import { type Finding, missing, note } from "./finding.ts";

/** What a Traefik middleware means before ours: each was tried on a live Traefik (docs/traefik.md). */
export const orderedMiddleware = z.looseObject({
  errors: z.looseObject({ status: z.array(z.string()).default([]) }).optional(),
  retry: z.looseObject({ status: z.array(z.string()).default([]) }).optional(),
  buffering: z.looseObject({ maxResponseBodyBytes: z.number().default(0) }).optional(),
  rateLimit: z.unknown().optional(),
  circuitBreaker: z.looseObject({ expression: z.string().default("") }).optional(),
});

type Ordered = z.infer<typeof orderedMiddleware>;

/** Finds what a middleware does to our page and its polls when it precedes ours on a router. */
export function findInOrder(where: string, name: string, middleware: Ordered | undefined): Finding[] {
  const { errors, retry, buffering, rateLimit, circuitBreaker } = middleware ?? {};
  const what = `${where}: middleware ${name}`;
  const ours = OUR_STATUSES.filter((status) => errors?.status.some((range) => covers(range, status)));
  return [
    ...(ours.length > 0
      ? [
          missing(
            `${what} (errors) replaces the gateway's ${ours.join(", ")} responses, the loading page and its polls included: ${LATER}`,
          ),
        ]
      : []),
    ...(retry?.status.some((range) => covers(range, 503))
      ? [missing(`${what} (retry of 503) retries instead of showing the loading page: ${LATER}`)]
      : []),
    ...(isTooSmall(buffering?.maxResponseBodyBytes)
      ? [missing(`${what} (buffering.maxResponseBodyBytes) turns a larger page into a 500: ${LATER}`)]
      : []),
    ...(COUNTS_WAKES.test(circuitBreaker?.expression ?? "")
      ? [missing(`${what} (circuitBreaker) opens on the loading page's 503 and on held requests: ${LATER}`)]
      : []),
    ...(rateLimit === undefined
      ? []
      : [note(`${what} (rateLimit) also limits the loading page's polls: allow 3 per second and a burst of 10`)]),
  ];
}

const LATER =
  "list it after the gateway's middleware; middlewares of an entry point run before those of every router, so move it from there to the routers";

/** The statuses of the page or its polls, or of an app that is not there: an app's own error pages would hide them. */
const OUR_STATUSES = [502, 503];

/** Conditions that a wake fulfils; `NetworkErrorRatio` counts 502 and 504 alone. */
const COUNTS_WAKES = /ResponseCodeRatio|LatencyAtQuantileMS/u;

/** As Traefik writes them: `503`, `500-599`. */
function covers(range: string, status: number): boolean {
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return from <= status && status <= to;
}

/** A page has some 20 KiB; a custom logo may be inlined. */
function isTooSmall(limit = 0): boolean {
  return limit > 0 && limit < 1_048_576;
}
