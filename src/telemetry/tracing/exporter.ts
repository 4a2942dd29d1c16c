import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";

/** An exporter that reports failures. */
export interface ReportingExporter extends SpanExporter {
  /** Returns whether the last export failed. */
  failing(): boolean;
}

/** Wraps an exporter so that it reports the first of consecutive failures. */
export function reportingExporter(exporter: SpanExporter, report: (why: string) => void): ReportingExporter {
  let failing = false;
  return {
    failing: () => failing,
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== ExportResultCode.SUCCESS;
        if (hasFailed && !failing) report(reasonOf(result.error));
        failing = hasFailed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Describes a failure: by the collector's status, the message, or the code of a system error without a message. */
function reasonOf(error: (Error & { readonly code?: number | string }) | undefined): string {
  if (error === undefined) return "no reason was given";
  const { code, message } = error;
  if (code === undefined || message.includes(String(code))) return message;
  return message === "" ? String(code) : `${code} ${message}`;
}
