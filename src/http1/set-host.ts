import type { IncomingMessage } from "node:http";
import { originForm } from "./request-target.ts";

/** Makes a request one for another host: the app, and all of ours that read it from here on, see this one alone. */
export function setHost(req: IncomingMessage, host: string): void {
  const { rawHeaders } = req;
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (at === -1) rawHeaders.push("Host", host);
  else rawHeaders[at + 1] = host;
  req.headers.host = host;
  const target = originForm(req.url); // an authority in it would replace the Host
  if (target !== undefined) req.url = target;
}
