import { createHash, timingSafeEqual } from "node:crypto";
import type { AdminAuth } from "../../core/settings.ts";

/** The credentials of a request. */
export type Credentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  /** Credentials were sent, but they cannot be read. */
  | { readonly kind: "unreadable" };

/** Parses an `Authorization` field; `undefined` when there is none. */
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

/** Whether the credentials are right; the time this takes reveals nothing about them. */
export function areRight(auth: AdminAuth, given: Credentials): boolean {
  switch (auth.method) {
    case "none":
      return true;
    case "basic": {
      if (given.kind !== "basic") return false;
      const username = isSame(auth.username, given.username);
      const password = isSame(auth.password, given.password);
      return username && password; // both are compared, whatever the first result is
    }
    case "bearer":
      return given.kind === "bearer" && isSame(auth.token, given.token);
  }
}

/** Digests have one length, so not even the length of a secret shows. An empty secret is never right. */
function isSame(secret: string, given: string): boolean {
  return timingSafeEqual(digest(secret), digest(given)) && secret !== "";
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
