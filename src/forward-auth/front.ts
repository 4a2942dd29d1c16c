import type { IncomingMessage } from "node:http";
import type { HandlerTraits } from "../core/decision.ts";
import type { Answer } from "../respond/answer.ts";

/** One kind of front proxy, and everything in which it differs from the others. */
export interface Front {
  readonly name: "traefik" | "caddy" | "nginx" | "envoy";
  readonly traits: HandlerTraits;
  /** Reads what a client asked it for; `path` is what follows `/_auth/NAME`. */
  read(req: IncomingMessage, path: string): ForwardedRequest | Misread;
  /** What a refused client gets instead of `answer`, so that the front hands it on. */
  refusal(answer: Answer): Answer;
  /** Set where a refusal's body does not reach the client: this goes out at once, and the front then asks for `/page`. */
  readonly bareRefusal?: Answer;
  /** For how many whole seconds the front may reuse the 200 for an app that is ready; absent: not at all. */
  readonly reuseSeconds?: number;
}

/** An auth request, understood. Strings come from a client as they are. */
export interface ForwardedRequest {
  /** `page`: the front has an error to show and wants our page for it. */
  readonly about: "access" | "page";
  readonly host: string;
  readonly uri: string;
  readonly method: string;
  /** Set by the front's own configuration: whose host it is does not matter then. */
  readonly override: { readonly kind: "container" | "group"; readonly name: string } | undefined;
}

/** An auth request that nothing can be decided from, and what a person must mend. */
export interface Misread {
  readonly code: "bad-request" | "unknown-path";
  readonly detail: string;
}
