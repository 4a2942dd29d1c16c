import { readFile } from "node:fs/promises";
import { request } from "undici";
import type { InventoryItem } from "../../core/observation.ts";
import type { Settings } from "../../core/settings.ts";
import { findInCaddy } from "./caddy.ts";
import { type Finding, missing, note, ok } from "./finding.ts";
import { findInLabels } from "./labels.ts";
import { findInNginx } from "./nginx.ts";
import { findPeers } from "./peers.ts";
import { traefikData, traefikVersion } from "./traefik-data.ts";
import { findInTraefik } from "./traefik.ts";

/** Which front to check, and for which hosts. */
export interface FrontCheck {
  readonly front: string;
  /** The address of its API, or the file with nginx's configuration; absent: the default. */
  readonly place: string | undefined;
  readonly settings: Settings;
  /** The containers of this host, whose labels are checked too; empty if they were not read. */
  readonly items: readonly InventoryItem[];
  /** The address of the running gateway; `undefined`: the configured one. */
  readonly gatewayUrl: string | undefined;
}

/** The timeout for the front's API. */
const PATIENCE_MS = 5_000;

/**
 * Checks a front and the gateway's settings for it; returns what is right, missing or worth knowing. Rejects if the
 * front is unreachable.
 */
export async function checkFront({ front, place, settings, items, gatewayUrl }: FrontCheck): Promise<Finding[]> {
  const findings = await findInFront(front, place, settings, items);
  return [...findInGateway(front, settings), ...(await findPeers(settings, gatewayUrl, front)), ...findings];
}

async function findInFront(
  front: string,
  place: string | undefined,
  settings: Settings,
  items: readonly InventoryItem[],
): Promise<Finding[]> {
  switch (front) {
    case "traefik": {
      const api = place ?? "http://127.0.0.1:8080";
      const { Version: version } = traefikVersion.parse(await getJson(api, "api/version"));
      const data = traefikData.parse(await getJson(api, "api/rawdata"));
      return [...findInTraefik(version, data, settings), ...findInLabels(version, items, settings)];
    }
    case "caddy":
      return findInCaddy(await getJson(place ?? "http://127.0.0.1:2019", "config/"), settings);
    default:
      return findInNginx(await readDump(place ?? ""), settings);
  }
}

/** The longest hold with each front, from `HandlerTraits`. */
const HOLD_LIMITS_MS: Readonly<Record<string, number>> = { traefik: 25_000, nginx: 55_000 };

function findInGateway(front: string, { gateway, workloads }: Settings): Finding[] {
  const limitMs = HOLD_LIMITS_MS[front] ?? Number.POSITIVE_INFINITY;
  const cut = workloads.filter(({ hosts, holdTimeoutMs }) => hosts.length > 0 && holdTimeoutMs > limitMs);
  return [
    gateway.trustedProxies.length === 0
      ? missing("gateway.trusted_proxies is empty: every auth request gets a 403; add the front proxy's address")
      : ok(`gateway.trusted_proxies: ${gateway.trustedProxies.join(", ")}`),
    ...cut.map(({ name }) =>
      note(`${name}: hold_timeout is limited to ${limitMs / 1_000} s, because ${front} waits no longer`),
    ),
  ];
}

/** Reads the output of `nginx -T`. */
function readDump(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new Error(`cannot read ${file}, which must contain the output of nginx -T`, { cause: error });
  });
}

/** Requests JSON. Not with `fetch`, because Caddy's admin endpoint answers 403 to its Sec-Fetch fields. */
async function getJson(api: string, path: string): Promise<unknown> {
  const url = new URL(path, api.endsWith("/") ? api : `${api}/`);
  const answer = await request(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot reach ${url.href} (${cause}); set --api to the front proxy's API`, { cause: error });
  });
  if (answer.statusCode !== 200) throw new Error(`${url.href} answered ${answer.statusCode}`);
  return answer.body.json();
}
