import type { AdminAuth } from "../../core/settings.ts";
import { durationText } from "../../respond/time-text.ts";
import type { Labels } from "./labels.ts";

/** What the login page says: an empty form, or the same after a try that was refused. */
export function loginModel(
  { t }: Labels,
  method: AdminAuth["method"],
  next: string,
  verdict: "wrong" | { readonly waitMs: number } | undefined,
) {
  return { method, next, isRetry: verdict !== undefined, fault: faultText() };

  function faultText(): string {
    if (verdict === undefined) return "";
    return verdict === "wrong" ? t("login.wrong") : t("login.wait", { time: durationText(verdict.waitMs) });
  }
}
