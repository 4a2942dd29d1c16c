import type { FailureCause } from "../core/failure.ts";
import { cleanText } from "./clean-text.ts";
import type { Translate } from "./language.ts";

/** The text of a failed wake on a page. */
export interface FailureText {
  /** What went wrong, in the client's language. */
  readonly sentence: string;
  /** The output of the app or the engine, and advice; may be empty. */
  readonly words: string;
}

/** Formats the cause of a failed wake. */
export function failureText(t: Translate, cause: FailureCause): FailureText {
  switch (cause.code) {
    case "exited": {
      const { exitCode: code, restarts, output } = cause;
      const sentence = code === undefined ? t("failed.ended") : t("failed.exited", { code });
      return text(sentence, output, restarts && t("failed.restarts"));
    }
    case "absent":
      return text(t("failed.absent", { name: cleanText(cause.name) }));
    case "silent": {
      const { path, ports, seconds, lastAnswer, exposed } = cause;
      const sentence =
        path === ""
          ? t("failed.silent", { ports: ports.join(" / "), seconds })
          : t("failed.silentPath", { path: cleanText(path), seconds });
      return text(
        sentence,
        lastAnswer !== undefined && t("failed.lastAnswer", { answer: cleanText(lastAnswer) }),
        exposed.length > 0 && t("failed.exposes", { ports: exposed.join(", ") }),
      );
    }
    case "late":
    case "unfinished":
      return text(t(`failed.${cause.code}`, { seconds: cause.seconds }));
    case "check": {
      const { seconds, output } = cause;
      return text(seconds === undefined ? t("failed.check") : t("failed.checkLate", { seconds }), output);
    }
    case "not-ready":
      return text(t("failed.not-ready", { seconds: cause.seconds }), cause.message);
    case "tls":
      return text(t("failed.tls", { port: cause.port }));
    case "refused":
    case "unreachable":
    case "network":
      return text(t(`failed.${cause.code}`), cause.message);
    case "needs": {
      const { sentence, words } = failureText(t, cause.cause);
      return text(t("failed.needs", { name: cleanText(cause.name) }), `${cause.name}: ${sentence}`, words);
    }
    case "needs-stopped":
    case "needs-suspended":
    case "needs-stuck":
      return text(t(`failed.${cause.code}`, { name: cleanText(cause.name) }));
    case "internal":
    case "oom":
    case "paused":
    case "removed":
    case "stopped":
      return text(t(`failed.${cause.code}`));
  }
}

function text(sentence: string, ...words: readonly (string | false)[]): FailureText {
  return { sentence, words: words.flatMap((part) => (part ? [cleanText(part)] : [])).join(" ") };
}
