import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { skipOrFail } from "../tools.ts";

/** The programs of a control plane. */
export type KubeBinary = "etcd" | "kube-apiserver" | "kube-controller-manager";

const NAMES: readonly KubeBinary[] = ["etcd", "kube-apiserver", "kube-controller-manager"];

/** Returns the directory of the programs: KUBE_BIN, or where `.ci/run` stores them (`scripts/build-kubernetes.sh`). */
export function kubeDirectory(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  return process.env["KUBE_BIN"] || path.join(cache, "dag-ci/kube/bin");
}

/** Returns whether the control plane can be started; otherwise the test is skipped with the reason, or fails in CI. */
export function hasKubernetes(t: TestContext): boolean {
  const missing = NAMES.filter((name) => !isExecutable(path.join(kubeDirectory(), name)));
  if (missing.length === 0 && process.getuid?.() === 0) return true;
  const reason =
    missing.length > 0
      ? `${missing.join(", ")} not built (scripts/build-kubernetes.sh, or name their directory in KUBE_BIN)`
      : "pods get addresses of their own, for which root adds a route";
  skipOrFail(t, reason);
  return false;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
