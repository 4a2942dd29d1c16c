import type { IncomingMessage, ServerResponse } from "node:http";

/** How an exchange ended. */
export type ForwardOutcome =
  /** The answer was relayed whole. */
  | { readonly kind: "done"; readonly status: number }
  /** No connection: nothing was sent, nothing is lost. */
  | { readonly kind: "refused" }
  /** The upstream broke before its answer began. */
  | { readonly kind: "failed"; readonly code: "upstream-reset" | "upstream-protocol"; readonly why?: string }
  /** The upstream broke in the middle of its answer: so did the client's connection. */
  | { readonly kind: "cut"; readonly status: number }
  /** The client left; status is 0 when no answer had begun. */
  | { readonly kind: "aborted"; readonly status: number };

/** One request and its answer under way. It is over when both the upstream and the client are through with it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly extraHeaders: readonly string[] | undefined;
  readonly onEnd: (outcome: ForwardOutcome) => void;
  readonly ledger: ExchangeLedger;
  readonly onClose: () => void;
  /** Called when the client leaves while the upstream is at work; must lead to `upstreamOver`. Unset: nobody is. */
  abort: (() => void) | undefined;
  /** Of the answer; 0 before its head. */
  status: number;
  clientEnded: boolean;
  /** Set when the upstream is through. */
  outcome: ForwardOutcome | undefined;
}

/** How many exchanges and tunnels are open. */
export interface ExchangeLedger {
  open: number;
  /** Called, and forgotten, when none is open any more. */
  readonly waiting: (() => void)[];
}

/** The call before `onEnd`, for everything that was counted when it began. */
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
  // A response hears of the end of its connection only while node:http has it as the current one, and before Node 24 not
  // while it waits for its turn. As many as the client sends ahead: Node would warn of more than ten.
  req.socket.setMaxListeners(0).on("close", onClose);
  return exchange;
}

/** Whether the client had left before anything began; `onEnd` is on its way then. */
export function isEnded({ res, req }: Exchange): boolean {
  return res.destroyed || req.socket.destroyed;
}

/** The upstream is through with it. What left the answer to the caller ends at once, the rest with the client. */
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
