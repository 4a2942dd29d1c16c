import { z } from "zod";
import { type Finding, missing, note } from "./finding.ts";

/**
 * The settings of Traefik middlewares that matter before ours; each was tried with a real Traefik (docs/traefik.md).
 */
export const orderedMiddleware = z.looseObject({
  errors: z.looseObject({ status: z.array(z.string()).default([]) }).optional(),
  retry: z.looseObject({ status: z.array(z.string()).default([]) }).optional(),
  buffering: z.looseObject({ maxResponseBodyBytes: z.number().default(0) }).optional(),
  rateLimit: z.unknown().optional(),
  circuitBreaker: z.looseObject({ expression: z.string().default("") }).optional(),
});

type Ordered = z.infer<typeof orderedMiddleware>;

/** Reports the effects of a middleware before ours on our page and its polls. */
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

/** The statuses of our page, its polls and an unreachable app, which error pages would replace. */
const OUR_STATUSES = [502, 503];

/** Conditions that a wake meets; `NetworkErrorRatio` counts only 502 and 504. */
const COUNTS_WAKES = /ResponseCodeRatio|LatencyAtQuantileMS/u;

/** Returns whether a range in Traefik's notation (`503`, `500-599`) contains a status. */
function covers(range: string, status: number): boolean {
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return from <= status && status <= to;
}

/** Returns whether a limit is too low: a page has some 20 KiB, plus an inline logo. */
function isTooSmall(limit = 0): boolean {
  return limit > 0 && limit < 1_048_576;
}
