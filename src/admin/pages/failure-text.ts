import type { FailureReason } from "../../core/decision.ts";
import type { Translate } from "../../respond/language.ts";

/** Why a wake failed, in the reader's language, as the loading page says it. */
export function failureText(t: Translate, reason: FailureReason, exitCode: number | null): string {
  if (reason === "exited" && exitCode === null) return t("failed.stopped");
  return t(`failed.${reason}`, { code: exitCode ?? "" });
}
