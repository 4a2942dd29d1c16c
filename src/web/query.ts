import type { IncomingMessage } from "node:http";
import { cleanText } from "../respond/clean-text.ts";

/** More than any query of our endpoints needs. */
const LONGEST = 4_096;

/**
 * Returns the query of a request; `undefined` if it is too long to be one of ours. Of a repeated parameter, callers use
 * the first.
 */
export function queryOf(req: IncomingMessage): URLSearchParams | undefined {
  const target = req.url ?? "";
  const start = target.indexOf("?");
  if (start === -1) return new URLSearchParams();
  if (target.length - start > LONGEST) return undefined;
  const end = target.indexOf("#", start);
  return new URLSearchParams(target.slice(start + 1, end === -1 ? undefined : end));
}

/** Describes what is wrong with the parameter `container` of an admin request that names no container. */
export function containerFault(name: string | null | undefined): string {
  return name == null ? 'the parameter "container" is missing' : `unknown container "${cleanText(name, 100)}"`;
}
