import type { IncomingMessage } from "node:http";
import type { HandlerTraits } from "../core/decision.ts";
import type { Answer } from "../respond/answer.ts";

/** A kind of front proxy, with all its differences from the others. */
export interface Front {
  readonly name: "traefik" | "caddy" | "nginx" | "envoy";
  readonly traits: HandlerTraits;
  /** Reads the forwarded request; `path` is the part after `/_auth/NAME`. */
  read(req: IncomingMessage, path: string): ForwardedRequest | Misread;
  /** Converts the answer to a refused request so that the front relays it. */
  refusal(answer: Answer): Answer;
  /**
   * Set if the front does not relay the body of a refusal: this is sent at once, and the front then requests `/page`.
   */
  readonly bareRefusal?: Answer;
  /** For how many whole seconds the front may reuse the 200 of a ready app; absent: not at all. */
  readonly reuseSeconds?: number;
}

/** A client's request in an auth request. All strings are as the client sent them. */
export interface ForwardedRequest {
  /** `page`: the front has to show an error, and requests our page for it. */
  readonly about: "access" | "page";
  readonly host: string;
  readonly uri: string;
  readonly method: string;
  /** Set if the configuration of the front names the target, which takes precedence over the host. */
  readonly override: { readonly kind: "container" | "group"; readonly name: string } | undefined;
}

/** An invalid auth request, and what to fix. */
export interface Misread {
  readonly code: "bad-request" | "unknown-path";
  readonly detail: string;
}
