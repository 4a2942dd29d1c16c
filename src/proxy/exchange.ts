import type { IncomingMessage, ServerResponse } from "node:http";

/** How an exchange ended. */
export type ForwardOutcome =
  /** The response was relayed completely. */
  | { readonly kind: "done"; readonly status: number }
  /** No connection: nothing was sent and nothing is lost. */
  | { readonly kind: "refused" }
  /** The upstream broke before its response began. */
  | { readonly kind: "failed"; readonly code: "upstream-reset" | "upstream-protocol"; readonly why?: string }
  /** The upstream broke in the middle of its response, so the connection of the client was broken as well. */
  | { readonly kind: "cut"; readonly status: number }
  /** The client left; status is 0 when no response had begun. */
  | { readonly kind: "aborted"; readonly status: number };

/** One request and its response. It ends when both the upstream and the client are done. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly extraHeaders: readonly string[] | undefined;
  readonly onEnd: (outcome: ForwardOutcome) => void;
  readonly ledger: ExchangeLedger;
  readonly onClose: () => void;
  /** Called when the client leaves while the upstream is in use; must call `endUpstream`. */
  abort: (() => void) | undefined;
  /** Of the response; 0 before its head. */
  status: number;
  clientEnded: boolean;
  /** Set when the upstream is done. */
  outcome: ForwardOutcome | undefined;
}

/** How many exchanges and tunnels are open. */
export interface ExchangeLedger {
  open: number;
  /** Called once when none is open any more. */
  readonly waiting: (() => void)[];
}

/** Called before `onEnd`, to undo what was counted at the start. */
export function closeInLedger(ledger: ExchangeLedger): void {
  ledger.open -= 1;
  if (ledger.open === 0 && ledger.waiting.length > 0) for (const done of ledger.waiting.splice(0)) done();
}

export function openExchange(opened: Pick<Exchange, "req" | "res" | "extraHeaders" | "ledger" | "onEnd">): Exchange {
  const { req, res, ledger } = opened;
  ledger.open += 1;
  const onClose = (): void => clientEnded(exchange);
  const exchange: Exchange = {
    ...opened,
    onClose,
    abort: undefined,
    status: 0,
    clientEnded: false,
    outcome: undefined,
  };
  if (res.destroyed || req.socket.destroyed) process.nextTick(clientEnded, exchange);
  else res.on("close", onClose);
  // A response is notified of the end of its connection only while it is the current one, and before Node 24 not while
  // it waits for its turn. There are as many listeners as pipelined requests: Node would warn above ten.
  req.socket.setMaxListeners(0).on("close", onClose);
  return exchange;
}

/** Whether the client had left before anything began; then `onEnd` follows. */
export function isEnded({ res, req }: Exchange): boolean {
  return res.destroyed || req.socket.destroyed;
}

/**
 * Ends the upstream side. An outcome that leaves the response to the caller ends the exchange at once, others end with
 * the client.
 */
export function endUpstream(exchange: Exchange, outcome: ForwardOutcome): void {
  if (exchange.outcome !== undefined) return;
  exchange.outcome = outcome;
  if (exchange.clientEnded) end(exchange, outcome);
  else if (outcome.kind === "refused" || outcome.kind === "failed") {
    exchange.res.off("close", exchange.onClose);
    end(exchange, outcome);
  }
}

function clientEnded(exchange: Exchange): void {
  if (exchange.clientEnded) return;
  exchange.clientEnded = true;
  if (exchange.outcome !== undefined) end(exchange, exchange.outcome);
  else if (exchange.abort !== undefined) exchange.abort();
  else endUpstream(exchange, { kind: "aborted", status: exchange.status });
}

function end({ ledger, onEnd, req, onClose }: Exchange, outcome: ForwardOutcome): void {
  req.socket.off("close", onClose);
  closeInLedger(ledger);
  onEnd(outcome);
}
