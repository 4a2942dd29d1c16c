import type { IncomingMessage } from "node:http";
import type { HandlerTraits } from "../core/decision.ts";
import type { Answer } from "../respond/answer.ts";

/** A kind of front proxy, with everything in which it differs from the others. */
export interface Front {
  readonly name: "traefik" | "caddy" | "nginx" | "envoy";
  readonly traits: HandlerTraits;
  /** Reads the forwarded request; `path` is what follows `/_auth/NAME`. */
  read(req: IncomingMessage, path: string): ForwardedRequest | Misread;
  /** Returns what a refused client gets instead of `answer`, so that the front relays it. */
  refusal(answer: Answer): Answer;
  /**
   * Set where the body of a refusal does not reach the client: this is sent at once, and the front then requests
   * `/page`.
   */
  readonly bareRefusal?: Answer;
  /** How many whole seconds the front may reuse the 200 for a ready app; absent: not at all. */
  readonly reuseSeconds?: number;
}

/** A client's request as an auth request forwards it. Strings come from the client unchanged. */
export interface ForwardedRequest {
  /** `page`: the front has an error to show and requests our page for it. */
  readonly about: "access" | "page";
  readonly host: string;
  readonly uri: string;
  readonly method: string;
  /** Set by the configuration of the front, which then overrides the host. */
  readonly override: { readonly kind: "container" | "group"; readonly name: string } | undefined;
}

/** An auth request that cannot be understood, and what to fix. */
export interface Misread {
  readonly code: "bad-request" | "unknown-path";
  readonly detail: string;
}
