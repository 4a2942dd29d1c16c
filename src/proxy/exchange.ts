import type { IncomingMessage, ServerResponse } from "node:http";

/** How an exchange ended. */
export type ForwardOutcome =
  /** The answer was relayed whole. */
  | { readonly kind: "done"; readonly status: number }
  /** No connection: nothing was sent, nothing is lost. */
  | { readonly kind: "refused" }
  /** The upstream broke before its answer began. */
  | { readonly kind: "failed"; readonly code: "upstream-reset" | "upstream-timeout" | "upstream-protocol" }
  /** The upstream broke in the middle of its answer: so did the client's connection. */
  | { readonly kind: "cut"; readonly status: number }
  /** The client left; status is 0 when no answer had begun. */
  | { readonly kind: "gone"; readonly status: number };

/** One request and its answer under way. It is over when both the upstream and the client are through with it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly extraHeaders: readonly string[] | undefined;
  readonly onEnd: (outcome: ForwardOutcome) => void;
  readonly onClose: () => void;
  /** Called when the client leaves while the upstream is at work; must lead to `upstreamOver`. */
  abort: () => void;
  /** Of the answer; 0 before its head. */
  status: number;
  /** Bytes of the answer's body that its Content-Length still promises; -1: unknown. */
  left: number;
  /** The head has gone to the client's socket. */
  flushed: boolean;
  clientOver: boolean;
  /** Set when the upstream is through. */
  outcome: ForwardOutcome | undefined;
}

export function openExchange(
  req: IncomingMessage,
  res: ServerResponse,
  extraHeaders: readonly string[] | undefined,
  onEnd: (outcome: ForwardOutcome) => void,
): Exchange {
  const onClose = (): void => clientOver(exchange);
  const exchange: Exchange = {
    req,
    res,
    extraHeaders,
    onEnd,
    onClose,
    abort: () => upstreamOver(exchange, { kind: "gone", status: exchange.status }),
    status: 0,
    left: -1,
    flushed: false,
    clientOver: false,
    outcome: undefined,
  };
  if (res.destroyed || req.socket.destroyed) process.nextTick(clientOver, exchange);
  else res.on("close", onClose);
  return exchange;
}

/** Whether the client had left before anything began; `onEnd` is on its way then. */
export function isOver({ res, req }: Exchange): boolean {
  return res.destroyed || req.socket.destroyed;
}

/** The upstream is through with it. What left the answer to the caller ends at once, the rest with the client. */
export function upstreamOver(exchange: Exchange, outcome: ForwardOutcome): void {
  if (exchange.outcome !== undefined) return;
  exchange.outcome = outcome;
  if (exchange.clientOver) exchange.onEnd(outcome);
  else if (outcome.kind === "refused" || outcome.kind === "failed") {
    exchange.res.off("close", exchange.onClose);
    exchange.onEnd(outcome);
  }
}

function clientOver(exchange: Exchange): void {
  exchange.clientOver = true;
  if (exchange.outcome === undefined) exchange.abort();
  else exchange.onEnd(exchange.outcome);
}
