import type { GatewayKeys } from "../schema/gateway-schema.ts";
import type { KeyIssue } from "./schema-issues.ts";

/** Lists the missing keys of the admin login: an incomplete one must not leave the pages open. */
export function checkAdminAuth({ method, username, password, token, ...more }: GatewayKeys["admin_auth"]): KeyIssue[] {
  const issues: KeyIssue[] = [];
  const need = (key: string, value: string) => {
    if (value !== "") return;
    const message = `required by the method ${method} (or set ADMIN_AUTH_${key.toUpperCase()} or ADMIN_AUTH_${key.toUpperCase()}_FILE)`;
    issues.push({ path: ["gateway", "admin_auth", key], part: "key", message });
  };
  if (method === "basic") {
    need("username", username);
    need("password", password);
    if (username.includes(":"))
      issues.push({
        path: ["gateway", "admin_auth", "username"],
        part: "value",
        message: "must not contain a colon (basic authentication)",
      });
  }
  if (method === "bearer") need("token", token);
  if (method === "none" && more.trusted_header !== "") {
    const message = "requires the method basic or bearer: with none the admin pages are open to everybody";
    issues.push({ path: ["gateway", "admin_auth", "trusted_header"], part: "key", message });
  }
  return issues;
}

/** Warns of login settings without effect, because an operator would rely on them. */
export function warnOfUnusedAuth({ admin_auth: auth, trusted_proxies: proxies }: GatewayKeys): string[] {
  const warnings = warnOfUnusedCredentials(auth);
  if (auth.trusted_header === "" || proxies.length > 0) return warnings;
  return [...warnings, "gateway.admin_auth.trusted_header has no effect: gateway.trusted_proxies is empty"];
}

function warnOfUnusedCredentials({ method, username, password, token }: GatewayKeys["admin_auth"]): string[] {
  const forBasic = username !== "" || password !== "";
  if (method === "none" && (forBasic || token !== "")) {
    return ['gateway.admin_auth has credentials, but its method is "none": the admin pages are open'];
  }
  if (method === "basic" && token !== "") return ['gateway.admin_auth.token is not used by the method "basic"'];
  if (method === "bearer" && forBasic)
    return ['gateway.admin_auth.username and password are not used by the method "bearer"'];
  return [];
}
