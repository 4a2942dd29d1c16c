import type { IncomingMessage, ServerResponse } from "node:http";

/** A reserved path that another folder serves, such as Traefik's provider document. */
export interface ExtraEndpoint {
  /** The exact path. */
  readonly path: string;
  /** Who has access. `trusted`: addresses in `trusted_proxies`. `admin-or-trusted`: these, and administrators. */
  readonly access: "open" | "trusted" | "admin-or-trusted";
  /** Called with GET and HEAD only. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
}
