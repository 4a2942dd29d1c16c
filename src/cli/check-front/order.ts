import { z } from "zod";
import { type Finding, missing, note } from "./finding.ts";

/** What a Traefik middleware means before ours: each was tried on a live Traefik (docs/traefik.md). */
export const orderedMiddleware = z.looseObject({
  errors: z.looseObject({ status: z.array(z.string()).default([]) }).optional(),
  retry: z.looseObject({ status: z.array(z.string()).default([]) }).optional(),
  buffering: z.looseObject({ maxResponseBodyBytes: z.number().default(0) }).optional(),
  rateLimit: z.unknown().optional(),
});

type Ordered = z.infer<typeof orderedMiddleware>;

/** Finds what a middleware does to our page and its polls when it precedes ours on a router. */
export function findInOrder(where: string, name: string, middleware: Ordered | undefined): Finding[] {
  const { errors, retry, buffering, rateLimit } = middleware ?? {};
  const what = `${where}: middleware ${name}`;
  const ours = OUR_STATUSES.filter((status) => errors?.status.some((range) => covers(range, status)));
  return [
    ...(ours.length > 0
      ? [missing(`${what} (errors) replaces the gateway's answers ${ours.join(", ")}, page and polls alike: ${LATER}`)]
      : []),
    ...(retry?.status.some((range) => covers(range, 503))
      ? [missing(`${what} (retry of 503) asks again in place of showing the loading page: ${LATER}`)]
      : []),
    ...(isTooSmall(buffering?.maxResponseBodyBytes)
      ? [missing(`${what} (buffering.maxResponseBodyBytes) turns a page that is larger into a 500: ${LATER}`)]
      : []),
    ...(rateLimit === undefined
      ? []
      : [note(`${what} (rateLimit) counts the loading page's polls too: allow 3 a second and a burst of 10`)]),
  ];
}

const LATER =
  "name it after the gateway's middleware; an entry point's come before every router's, so that it must move from there to the routers";

/** The statuses of the page or its polls, or of an app that is not there: an app's own error pages would hide them. */
const OUR_STATUSES = [502, 503];

/** As Traefik writes them: `503`, `500-599`. */
function covers(range: string, status: number): boolean {
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return from <= status && status <= to;
}

/** A page has some 20 KiB; a custom logo may be inlined. */
function isTooSmall(limit = 0): boolean {
  return limit > 0 && limit < 1_048_576;
}
