import type { Settings } from "../core/settings.ts";
import { type Finding, bareHost, missing, ok } from "./check-front-finding.ts";
import { type Directive, readNginx } from "./nginx-tree.ts";

/** What an nginx's configuration, as `nginx -T` prints it, lacks for the hosts of this configuration. */
export function findInNginx(text: string, settings: Settings): Finding[] {
  const all = scopesIn(readNginx(text), []);
  const questions = all.filter((scope) => own(scope, "proxy_pass").some(isQuestion));
  const asking = all.filter((scope) => own(scope, "auth_request").some(([name]) => name !== "off"));
  const hosts = [...settings.workloads, ...settings.groups].flatMap((one) => one.hosts);
  if (questions.length === 0)
    return [
      missing(
        "no location asks /_auth/nginx: add `location = /_wake_auth { internal; proxy_pass http://GATEWAY:PORT/_auth/nginx; ... }`",
      ),
    ];
  if (asking.length === 0)
    return [
      missing(
        "nothing uses the location that asks /_auth/nginx: add `auth_request /_wake_auth;` to the apps' location",
      ),
    ];
  return [
    ...questions.flatMap(ofQuestion),
    ...asking.flatMap(ofAsking),
    ofPage(all),
    ...hosts.map((host) => ofHost(host, all, asking)),
  ];
}

/** The blocks from the outermost to one of them. */
type Scope = readonly Directive[];

function scopesIn(directives: readonly Directive[], outer: Scope): Scope[] {
  return directives
    .filter(({ block }) => block.length > 0)
    .flatMap((one) => [[...outer, one], ...scopesIn(one.block, [...outer, one])]);
}

function own(scope: Scope, name: string): (readonly string[])[] {
  return (scope.at(-1)?.block ?? []).filter((one) => one.name === name).map(({ args }) => args);
}

/** What holds in a scope: nginx takes a directive from the next block outside only where a block has none of its own. */
function inForce(scope: Scope, name: string): (readonly string[])[] {
  if (scope.length === 0) return [];
  const here = own(scope, name);
  return here.length > 0 ? here : inForce(scope.slice(0, -1), name);
}

function isQuestion([url = ""]: readonly string[]): boolean {
  return /\/_auth\/nginx(?!\/page)/.test(url);
}

function ofQuestion(scope: Scope): Finding[] {
  const where = nameOf(scope);
  const headers = new Set(inForce(scope, "proxy_set_header").map(([name = ""]) => name.toLowerCase()));
  const unset = Object.entries(FORWARDED).filter(([name]) => !headers.has(name.toLowerCase()));
  const findings = [
    ...unset.map(([name, value]) =>
      missing(`${where}: add \`proxy_set_header ${name} ${value};\`: the client's own would pass`),
    ),
    ...(inForce(scope, "proxy_pass_request_body").some(([state]) => state === "off")
      ? []
      : [missing(`${where}: add \`proxy_pass_request_body off;\` and \`proxy_set_header Content-Length "";\``)]),
  ];
  return findings.length > 0 ? findings : [ok(`${where} asks the gateway`)];
}

const FORWARDED = {
  "X-Forwarded-Host": "$http_host",
  "X-Forwarded-Uri": "$request_uri",
  "X-Forwarded-Method": "$request_method",
  "X-Forwarded-Proto": "$scheme",
  "X-Forwarded-For": "$remote_addr",
} as const;

function ofAsking(scope: Scope): Finding[] {
  const where = nameOf(scope);
  return inForce(scope, "error_page").some((args) => args.includes("401"))
    ? [ok(`${where} has an error_page for 401`)]
    : [missing(`${where}: add \`error_page 401 = @wake_page;\`: visitors see nginx's own 401 without it`)];
}

function ofPage(all: readonly Scope[]): Finding {
  const pages = all.flatMap((scope) =>
    [...own(scope, "rewrite"), ...own(scope, "proxy_pass")].flat().filter((arg) => arg.includes("/_auth/nginx/page")),
  );
  if (pages.length === 0)
    return missing(
      "no location leads to the page: add `rewrite ^ /_auth/nginx/page? break;` to the location of error_page 401",
    );
  return pages.every((page) => page.includes("?"))
    ? ok("the page of a 401 is the gateway's")
    : missing("the page keeps the client's query: write `rewrite ^ /_auth/nginx/page? break;`, with the question mark");
}

function ofHost(host: string, all: readonly Scope[], asking: readonly Scope[]): Finding {
  const servers = all.filter((scope) => scope.at(-1)?.name === "server" && scope.length === 2);
  const named = servers.filter((scope) =>
    own(scope, "server_name")
      .flat()
      .some((name) => covers(name, bareHost(host))),
  );
  const byDefault = servers.filter((scope, at) => at === 0 || own(scope, "listen").flat().includes("default_server"));
  const serving = new Set((named.length > 0 ? named : byDefault).map((scope) => scope.at(-1)));
  const isAsked = asking.some((scope) => scope.length < 2 || serving.has(scope[1]));
  return isAsked
    ? ok(`${host}: asked about`)
    : missing(`${host}: its server has no auth_request to the gateway: add it`);
}

/** nginx's stars stand for any number of labels; a regular expression is not ours to read. */
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
