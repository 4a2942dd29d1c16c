import type { WorkloadSettings } from "../../core/settings.ts";

/** A certificate to verify where TLS is not used. */
export function warnOfTarget({ name, targetScheme, targetVerify }: WorkloadSettings): string[] {
  if (!targetVerify || targetScheme === "https") return [];
  return [`container "${name}": target_verify has no effect without target_scheme: https`];
}
