import { type Finding, missing, note } from "./finding.ts";

/** Checks the cache of a location for auth requests; `inForce` returns the arguments of a directive there. */
export function ofCache(where: string, inForce: (directive: string) => (readonly string[])[]): Finding[] {
  const usesCachedPath = inForce("proxy_pass").some(([url = ""]) => url.includes("/_auth/nginx/cached"));
  const isCached = inForce("proxy_cache").some(([zone]) => zone !== undefined && zone !== "off");
  if (!isCached)
    return usesCachedPath
      ? [note(`${where} uses /_auth/nginx/cached without a cache: add proxy_cache and proxy_cache_key`)]
      : [];
  const stale = inForce("proxy_cache_use_stale")
    .flat()
    .filter((one) => one !== "error" && one !== "off");
  return [
    ...(inForce("proxy_cache_valid").length > 0
      ? [missing(`${where}: remove proxy_cache_valid: the gateway sets Cache-Control on each answer`)]
      : []),
    ...(stale.length > 0
      ? [
          missing(
            `${where}: proxy_cache_use_stale ${stale.join(" ")}: keep only error; otherwise requests pass to a sleeping app`,
          ),
        ]
      : []),
    ...(inForce("proxy_ignore_headers").flat().includes("Cache-Control")
      ? [
          missing(
            `${where}: proxy_ignore_headers contains Cache-Control, which the gateway uses to limit caching: remove it`,
          ),
        ]
      : []),
    ...(inForce("proxy_cache_key").length === 0
      ? [missing(`${where}: add \`proxy_cache_key $http_host;\`: by default all hosts share one cached answer`)]
      : []),
    ...(usesCachedPath
      ? []
      : [note(`${where} has a cache, but /_auth/nginx allows caching of no answer: use /_auth/nginx/cached`)]),
  ];
}
