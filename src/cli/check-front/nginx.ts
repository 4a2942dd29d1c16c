import type { Settings } from "../../core/settings.ts";
import { NGINX } from "../../forward-auth/nginx.ts";
import { type Finding, bareHost, missing, ok } from "./finding.ts";
import { ofCache } from "./nginx-cache.ts";
import { type Directive, readNginx } from "./nginx-tree.ts";

/** Checks a configuration of nginx, as printed by `nginx -T`, for the hosts of this configuration. */
export function findInNginx(text: string, settings: Settings): Finding[] {
  const all = scopesIn(readNginx(text), []);
  const authLocations = all.filter((scope) => own(scope, "proxy_pass").some(isAuthAddress));
  const authScopes = all.filter((scope) => own(scope, "auth_request").some(([name]) => name !== "off"));
  const hosts = [...settings.workloads, ...settings.groups].flatMap((one) => one.hosts);
  if (authLocations.length === 0)
    return [
      missing(
        "no location uses /_auth/nginx: add `location = /_wake_auth { internal; proxy_pass http://GATEWAY:PORT/_auth/nginx; ... }`",
      ),
    ];
  if (authScopes.length === 0)
    return [
      missing(
        "no auth_request uses the location with /_auth/nginx: add `auth_request /_wake_auth;` to the apps' location",
      ),
    ];
  return [
    ...authLocations.flatMap((scope) => ofAuthLocation(scope, longestHoldMs(settings))),
    ...authScopes.flatMap(ofAuthScope),
    ...ofPage(all),
    ...hosts.map((host) => ofHost(host, all, authScopes)),
  ];
}

/** The nested blocks from the outermost to an inner one. */
type Scope = readonly Directive[];

function scopesIn(directives: readonly Directive[], outer: Scope): Scope[] {
  return directives
    .filter(({ block }) => block.length > 0)
    .flatMap((one) => [[...outer, one], ...scopesIn(one.block, [...outer, one])]);
}

function own(scope: Scope, name: string): (readonly string[])[] {
  return (scope.at(-1)?.block ?? []).filter((one) => one.name === name).map(({ args }) => args);
}

/**
 * Returns the directives in force in a scope: a block inherits a directive from the outer block only if it has none of
 * its own.
 */
function inForce(scope: Scope, name: string): (readonly string[])[] {
  if (scope.length === 0) return [];
  const here = own(scope, name);
  return here.length > 0 ? here : inForce(scope.slice(0, -1), name);
}

function isAuthAddress([url = ""]: readonly string[]): boolean {
  return /\/_auth\/nginx(?!\/page)/.test(url);
}

function ofAuthLocation(scope: Scope, holdMs: number): Finding[] {
  const where = nameOf(scope);
  const [[limit = "60s"] = []] = inForce(scope, "proxy_read_timeout");
  const findings = [
    ...ofForwarded(scope),
    ...ofCache(where, (name) => inForce(scope, name)),
    ...(milliseconds(limit) > holdMs
      ? []
      : [
          missing(
            `${where}: proxy_read_timeout ${limit} is not longer than hold_timeout (${holdMs / 1_000} s), so a request held that long gets a 500: increase it`,
          ),
        ]),
    ...(inForce(scope, "proxy_pass_request_body").some(([state]) => state === "off")
      ? []
      : [missing(`${where}: add \`proxy_pass_request_body off;\` and \`proxy_set_header Content-Length "";\``)]),
  ];
  return findings.length > 0 ? findings : [ok(`${where} sends auth requests to the gateway`)];
}

function ofForwarded(scope: Scope): Finding[] {
  const headers = new Set(inForce(scope, "proxy_set_header").map(([name = ""]) => name.toLowerCase()));
  return Object.entries(FORWARDED)
    .filter(([name]) => !headers.has(name.toLowerCase()))
    .map(([name, value]) =>
      missing(`${nameOf(scope)}: add \`proxy_set_header ${name} ${value};\`: otherwise a client can forge it`),
    );
}

/** Returns the longest hold behind nginx. */
function longestHoldMs({ workloads }: Settings): number {
  const holds = workloads.map(({ holdTimeoutMs }) => holdTimeoutMs);
  return Math.min(NGINX.traits.maxHoldMs, Math.max(0, ...holds));
}

/** Parses a time in nginx's notation: `90`, `90s`, `1m 30s` in quotes. */
function milliseconds(text: string): number {
  return [...text.matchAll(/(\d+)(ms|[smhd]?)/g)].reduce(
    (sum, [, n, unit = ""]) => sum + Number(n) * (UNITS[unit] ?? 0),
    0,
  );
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, "": 1_000, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const FORWARDED = {
  "X-Forwarded-Host": "$http_host",
  "X-Forwarded-Uri": "$request_uri",
  "X-Forwarded-Method": "$request_method",
  "X-Forwarded-Proto": "$scheme",
  "X-Forwarded-For": "$remote_addr",
} as const;

function ofAuthScope(scope: Scope): Finding[] {
  const where = nameOf(scope);
  return inForce(scope, "error_page").some((args) => args.includes("401"))
    ? [ok(`${where} has an error_page for 401`)]
    : [missing(`${where}: add \`error_page 401 = @wake_page;\`: without it visitors see nginx's own 401`)];
}

function ofPage(all: readonly Scope[]): Finding[] {
  const addresses = (scope: Scope): string[] =>
    [...own(scope, "rewrite"), ...own(scope, "proxy_pass")].flat().filter((arg) => arg.includes("/_auth/nginx/page"));
  const pages = all.filter((scope) => addresses(scope).length > 0);
  if (pages.length === 0)
    return [
      missing(
        "no location serves the gateway's page: add `rewrite ^ /_auth/nginx/page? break;` to the location of error_page 401",
      ),
    ];
  const findings = pages.flatMap((scope) => [
    ...ofForwarded(scope),
    ...(addresses(scope).every((address) => address.includes("?"))
      ? []
      : [
          missing(
            "the location of the page passes on the client's query: write `rewrite ^ /_auth/nginx/page? break;`, with the question mark",
          ),
        ]),
  ]);
  return findings.length > 0 ? findings : [ok("a 401 shows the gateway's page")];
}

function ofHost(host: string, all: readonly Scope[], authScopes: readonly Scope[]): Finding {
  const servers = all.filter((scope) => scope.at(-1)?.name === "server" && scope.length === 2);
  const named = servers.filter((scope) =>
    own(scope, "server_name")
      .flat()
      .some((name) => covers(name, bareHost(host))),
  );
  const byDefault = servers.filter((scope, at) => at === 0 || own(scope, "listen").flat().includes("default_server"));
  const serving = new Set((named.length > 0 ? named : byDefault).map((scope) => scope.at(-1)));
  const hasAuthRequests = authScopes.some((scope) => scope.length < 2 || serving.has(scope[1]));
  return hasAuthRequests
    ? ok(`${host}: sends auth requests`)
    : missing(`${host}: its server block has no auth_request to the gateway: add it`);
}

/**
 * Returns whether a server name covers a host; nginx's star stands for any number of labels. Ignores regular
 * expressions.
 */
function covers(pattern: string, host: string): boolean {
  if (pattern.startsWith("~")) return false;
  if (pattern.startsWith("*.")) return host.endsWith(pattern.slice(1).toLowerCase());
  if (pattern.startsWith(".")) return host === pattern.slice(1).toLowerCase() || host.endsWith(pattern.toLowerCase());
  return pattern.toLowerCase() === host;
}

function nameOf(scope: Scope): string {
  const { name = "", args = [] } = scope.at(-1) ?? {};
  return [name, ...args].join(" ");
}
