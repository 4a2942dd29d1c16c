import type { AdminAuth, GatewaySettings } from "../../core/settings.ts";
import type { DockerHostKeys } from "../schema/docker-schema.ts";
import type { GatewayKeys } from "../schema/gateway-schema.ts";

/** Converts the keys of the gateway to settings. `localTimezone` is the machine's. */
export function toGatewaySettings(
  keys: GatewayKeys,
  localTimezone: string,
  docker: readonly DockerHostKeys[],
): GatewaySettings {
  return {
    port: keys.port,
    bind: keys.bind.replace(/^\[(.*)\]$/, "$1"),
    logLines: keys.log_lines,
    discoveryIntervalMs: keys.discovery_interval,
    trustedProxies: [...new Set(keys.trusted_proxies)],
    adminAuth: toAdminAuth(keys.admin_auth),
    adminHosts: [...new Set(keys.admin_hosts)],
    scheduleTimezone: keys.schedule_timezone || localTimezone,
    network: keys.network,
    address: keys.address,
    defaultDocker: defaultDocker(docker),
    swarmManagers: [...new Set(keys.swarm_managers)],
    holdTimeoutMs: keys.hold_timeout,
    maxPending: keys.max_pending,
    logs: keys.logs,
    stateFile: keys.state_file,
    templatesDir: keys.templates_dir,
    theme: keys.theme,
    traefik: {
      entryPoints: keys.traefik.entry_points,
      certResolver: keys.traefik.cert_resolver,
      via: keys.traefik.via,
      whenAwake: keys.traefik.when_awake,
      throttleMs: keys.traefik.providers_throttle,
      middlewares: keys.traefik.middlewares,
      priority: keys.traefik.priority,
    },
    notify: keys.notify,
  };
}

/** Returns the name that the file gives to the host of `DOCKER_HOST`. */
function defaultDocker(docker: readonly DockerHostKeys[]): string {
  return docker.find(({ host }) => host === "")?.name ?? "docker";
}

function toAdminAuth({ method, username, password, token, ...more }: GatewayKeys["admin_auth"]): AdminAuth {
  const trusted = more.trusted_header === "" ? {} : { trustedHeader: more.trusted_header.toLowerCase() };
  switch (method) {
    case "none":
      return { method };
    case "basic":
      return { method, username, password, ...trusted };
    case "bearer":
      return { method, token, ...trusted };
  }
}
