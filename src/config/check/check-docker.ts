import type { DockerHostKeys } from "../schema/docker-schema.ts";
import type { Positioned } from "./check-containers.ts";
import type { KeyIssue } from "./schema-issues.ts";

/** The prefixes of other engines' names. */
const RESERVED: ReadonlySet<string> = new Set(["process", "swarm", "kubernetes"]);

/** Checks the rules across Docker hosts and their keys. */
export function checkDocker(hosts: readonly Positioned<DockerHostKeys>[]): KeyIssue[] {
  const names = new Set<string>();
  const places = new Set<string>();
  return hosts.flatMap(({ index, keys }) => {
    const issues: KeyIssue[] = [];
    const report = (key: string[], message: string): void =>
      void issues.push({ path: ["docker", index, ...key], part: "value", message });
    const { name, host, tls } = keys;
    if (names.has(name)) report(["name"], `duplicate Docker host found: "${name}"`);
    if (RESERVED.has(name)) report(["name"], `"${name}" is the name of another engine`);
    if (places.has(host)) {
      const where = host === "" ? "without `host` both use DOCKER_HOST" : `both are at ${host}`;
      report(["name"], `Docker host "${name}" is listed twice: ${where}`);
    }
    names.add(name);
    places.add(host);
    if (tls === undefined) return issues;
    if (!/^(?:tcp|https):/.test(host)) report(["tls"], "requires a host that begins with tcp://");
    if ((tls.cert === "") !== (tls.key === "")) report(["tls"], "cert and key must both be set");
    return issues;
  });
}
