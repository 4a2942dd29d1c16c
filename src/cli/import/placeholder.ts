import { parseHost } from "../../config/schema/host-name.ts";

/** A host for what has none yet: it works in a browser on the gateway's own machine. */
export function placeholderHost(service: string): string {
  const host = parseHost(
    `${service
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")}.localhost`,
  );
  return host.ok ? host.value : "app.localhost";
}
