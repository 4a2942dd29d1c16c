import { createHash, timingSafeEqual } from "node:crypto";
import type { AdminAuth } from "../../core/settings.ts";

/** The credentials of a request. */
export type Credentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  /** Credentials that cannot be parsed. */
  | { readonly kind: "unreadable" };

/** Parses an `Authorization` field; `undefined` without one. */
export function readAuthorization(header: string | undefined): Credentials | undefined {
  if (header === undefined) return undefined;
  const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return { kind: "bearer", token: value };
  if (scheme.toLowerCase() !== "basic") return { kind: "unreadable" };
  const pair = Buffer.from(value, "base64").toString("utf8");
  const colon = pair.indexOf(":"); // RFC 7617: a password may contain colons
  if (colon === -1) return { kind: "unreadable" };
  return { kind: "basic", username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** Returns whether the credentials are right, in constant time. */
export function areRight(auth: AdminAuth, given: Credentials): boolean {
  switch (auth.method) {
    case "none":
      return true;
    case "basic": {
      if (given.kind !== "basic") return false;
      const username = isSame(auth.username, given.username);
      const password = isSame(auth.password, given.password);
      return username && password; // both were compared, for constant time
    }
    case "bearer":
      return given.kind === "bearer" && isSame(auth.token, given.token);
  }
}

/** Compares digests, so that not even the length of a secret shows. An empty secret never matches. */
function isSame(secret: string, given: string): boolean {
  return timingSafeEqual(digest(secret), digest(given)) && secret !== "";
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
