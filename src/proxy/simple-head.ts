import { fieldLines, flatFields } from "../http1/field-lines.ts";
import { noBodyLine } from "../http1/request-head.ts";
import type { ClientConnection } from "../http1/client-connection.ts";
import type { SimpleRequest } from "../http1/simple-request.ts";
import type { Upstream } from "../http1/upstreams.ts";
import type { RequestHeaders } from "./forwarded-fields.ts";

/** What the head for the app is made from. */
interface SimpleHeadSource {
  readonly request: SimpleRequest;
  readonly client: ClientConnection;
  /** False: the Host field names the upstream's own address. */
  readonly passHost: boolean;
}

/** Formats the head of a simple request for an app. */
export type SimpleHead = (source: SimpleHeadSource, upstream: Upstream) => string;

/** The forwarded fields are formatted once as long as they stay the same, whichever task of a service gets a request. */
export function createSimpleHead(requestHeaders: RequestHeaders): SimpleHead {
  function forwardedLines({ request, client, passHost }: SimpleHeadSource, to: Upstream): string {
    const { host = "", claims } = request;
    const { forwardedFields: known, peer } = client;
    const named = passHost ? undefined : to;
    const hasClaims = claims !== "";
    if (!hasClaims && known?.host === host && known.named === named) return known.lines;
    const received = {
      rawHeaders: ["Host", host, ...flatFields(claims)],
      authority: undefined,
      connection: undefined,
      isChunked: false,
      peer,
      isEncrypted: false,
    };
    const lines = fieldLines(requestHeaders(received, to.authority, passHost));
    if (!hasClaims) client.forwardedFields = { host, named, lines };
    return lines;
  }

  return (source, upstream) => {
    const { request } = source;
    const length = request.hasLength ? "" : noBodyLine(request.method);
    return `${request.line}${forwardedLines(source, upstream)}${request.passed}${length}Connection: keep-alive\r\n\r\n`;
  };
}
