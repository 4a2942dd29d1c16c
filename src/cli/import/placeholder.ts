import { parseHost } from "../../config/schema/host-name.ts";

/** Returns a placeholder host, which works in a browser on the gateway's machine. */
export function placeholderHost(service: string): string {
  const host = parseHost(
    `${service
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")}.localhost`,
  );
  return host.ok ? host.value : "app.localhost";
}
