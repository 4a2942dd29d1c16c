import type { InventoryItem } from "../../core/observation.ts";
import { workloadsByName } from "../../core/workloads-by-name.ts";
import type { Settings } from "../../core/settings.ts";
import { keepsStopped } from "./traefik.ts";
import { type Finding, missing } from "./finding.ts";

const ALLOW = "traefik.docker.allownonrunning";

/** Checks the `traefik.*` labels of managed containers; skips containers without such labels. */
export function findInLabels(version: string, items: readonly InventoryItem[], settings: Settings): Finding[] {
  const members = settings.groups.flatMap((group) => group.members);
  const byName = new Set(workloadsByName(settings));
  const routed = settings.workloads.filter(
    (one) => one.hosts.length > 0 || members.includes(one.name) || byName.has(one),
  );
  const names = new Set(routed.map(({ name }) => name));
  return items.filter(({ name }) => names.has(name)).flatMap((item) => ofContainer(version, item));
}

function ofContainer(version: string, { name, labels }: InventoryItem): Finding[] {
  const keys = Object.keys(labels).map((key) => [key.toLowerCase(), labels[key] ?? ""] as const);
  if (!keys.some(([key]) => key.startsWith("traefik.http.")) || keys.some(isSwitchedOff)) return [];
  const has = (form: RegExp): boolean => keys.some(([key]) => form.test(key));
  const [url, port] = [has(/\.loadbalancer\.server\.url$/), has(/\.loadbalancer\.server\.(port|scheme)$/)];
  const allows = keys.some(([key, value]) => key === ALLOW && value === "true");
  return [
    ...(allows || !keepsStopped(version)
      ? []
      : [missing(`container ${name}: label ${ALLOW}=true is missing: while asleep it has no router and answers 404`)]),
    ...(has(/^traefik\.docker\.allownonrunning$/) && !keepsStopped(version)
      ? [missing(`container ${name}: label ${ALLOW} makes Traefik ${version} skip the whole container: remove it`)]
      : []),
    ...(url
      ? []
      : [
          missing(
            `container ${name}: label loadbalancer.server.url=http://${name}:PORT (not server.port) is missing: without it a held request gets a 500`,
          ),
        ]),
    ...(url && port
      ? [
          missing(
            `container ${name}: it has loadbalancer.server.url together with server.port or scheme, which causes a 404 while it runs: keep only the url`,
          ),
        ]
      : []),
  ];
}

function isSwitchedOff([key, value]: readonly [string, string]): boolean {
  return key === "traefik.enable" && value === "false";
}
