import type { IncomingMessage, ServerResponse } from "node:http";

/** A reserved path that another folder serves, such as Traefik's provider document. */
export interface ExtraEndpoint {
  /** The exact path. */
  readonly path: string;
  /**
   * `trusted`: addresses in `trusted_proxies`. `admin-or-trusted`: these, and everybody who may see the admin pages.
   */
  readonly access: "open" | "trusted" | "admin-or-trusted";
  /** Called with GET and HEAD only. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
}
