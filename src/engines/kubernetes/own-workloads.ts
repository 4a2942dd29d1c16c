import { readFileSync } from "node:fs";
import path from "node:path";
import { SERVICE_ACCOUNT_DIRECTORY } from "./connection.ts";
import { nameOf } from "./reference.ts";
import { possibleOwners } from "./slice-owners.ts";

/** Returns the workloads to which the gateway's own pod may belong; none if its namespace is unknown. */
export function ownWorkloads(pod: string, directory = SERVICE_ACCOUNT_DIRECTORY): string[] {
  const namespace = readNamespace(directory);
  if (namespace === "") return [];
  const owners = possibleOwners(pod);
  // `my-web-0` belongs to the StatefulSet `my-web`, not to a Deployment `my`.
  return (IS_NUMBERED.test(pod) ? owners.slice(0, 1) : owners).map((name) => nameOf({ namespace, name }));
}

/** The end of a StatefulSet's pod name; that of a Deployment's has five letters or digits. */
const IS_NUMBERED = /-\d{1,4}$/;

function readNamespace(directory: string): string {
  try {
    return readFileSync(path.join(directory, "namespace"), "utf8").trim();
  } catch {
    return "";
  }
}
