import type { Step } from "./client.ts";
import { escapeBytes } from "./escape.ts";
import type { ExchangePlan, WireReply } from "./exchange-plan.ts";
import { renderedBytes } from "./exchange-run.ts";

/** Writes down what clients and app send, byte for byte. */
export function describeExchange(plan: ExchangePlan, host: string): string {
  const shapes = plan.connections.map(({ parts }) =>
    parts.map(({ request, reply }) => `${request.shape} → ${reply.shape}`),
  );
  return renderedBytes(plan, host)
    .map(({ steps, replies }, at) => {
      const client = steps.map((step) => `  ${describeStep(step)}`).join("\n");
      const app = replies.map((reply, index) => `  app, to ${index}: ${describeReply(reply)}`).join("\n");
      return `connection ${at} (${shapes[at]?.join(", ")})\n${client}\n${app}`;
    })
    .join("\n");
}

/** Writes down what a client does, byte for byte. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case "write":
      return `client sends ${shorten(escapeBytes(step.bytes).replaceAll("\n", "\n    "))}`;
    case "pause":
      return `client waits ${step.ms} ms`;
    case "receive":
      return `client waits for ${step.bytes} bytes, at most ${step.ms} ms`;
    case "fin":
    case "reset":
      return `client: ${step.do}`;
  }
}

function describeReply({ pieces, end, isEarly }: WireReply): string {
  const shown = pieces.map(({ bytes, pauseMs }) => {
    const text = shorten(escapeBytes(bytes).replaceAll("\n", ""), 600);
    return pauseMs > 0 ? `(${pauseMs} ms) ${text}` : text;
  });
  return `${isEarly ? "at its head " : ""}${shown.slice(0, 12).join(" | ")} → ${end}`;
}

function shorten(text: string, length = 2_500): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 300)} …${text.length - length} characters… ${text.slice(-300)}`;
}
