import type { WorkloadSettings } from "../../core/settings.ts";

/** A certificate to verify where none is ever shown. */
export function warnOfTarget({ name, targetScheme, targetVerify }: WorkloadSettings): string[] {
  if (!targetVerify || targetScheme === "https") return [];
  return [`container "${name}": target_verify has no effect without target_scheme: https`];
}
