import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../../lifecycle/ports.ts";

/** How long a login lasts. */
export const SESSION_MS = 12 * 3_600_000;
const MOST_SESSIONS = 1_000;

/** A login. */
export interface Session {
  /** The host of the login; the session is not valid on other hosts. */
  readonly host: string;
  readonly untilMs: number;
  /** The token that forms of this session must contain. */
  readonly csrf: string;
}

/** All logins, in memory only, so that they end with the gateway. */
export interface Sessions {
  /** Creates a session and returns its id, 256 random bits. */
  open(host: string): string;
  find(id: string, host: string): Session | undefined;
  close(id: string): void;
  readonly size: () => number;
}

/** Creates the sessions. */
export function createSessions({ clock }: { readonly clock: Clock }): Sessions {
  /** Keyed by the digest of the id, so that the time of a lookup reveals nothing about it. */
  const sessions = new Map<string, Session>();

  return {
    open(host) {
      const id = randomBytes(32).toString("base64url");
      for (const [key, { untilMs }] of sessions) if (untilMs <= clock.now()) sessions.delete(key);
      if (sessions.size >= MOST_SESSIONS) sessions.delete(sessions.keys().next().value ?? "");
      const csrf = randomBytes(32).toString("base64url");
      sessions.set(keyOf(id), { host, untilMs: clock.now() + SESSION_MS, csrf });
      return id;
    },
    find(id, host) {
      const session = sessions.get(keyOf(id));
      return session !== undefined && session.host === host && session.untilMs > clock.now() ? session : undefined;
    },
    close: (id) => void sessions.delete(keyOf(id)),
    size: () => sessions.size,
  };
}

function keyOf(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
