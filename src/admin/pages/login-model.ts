import type { AdminAuth } from "../../core/settings.ts";
import { durationText } from "../../respond/time-text.ts";
import type { Labels } from "./labels.ts";

/** Returns the login page: an empty form, or the same after a failed attempt. */
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
