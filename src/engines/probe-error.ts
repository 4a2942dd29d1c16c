import { certificateFault } from "../core/certificate-fault.ts";

/** The User-Agent of a probe. */
export const USER_AGENT = "docker-awakening-gateway (probe)";

/** Returns whether a handshake ended with a TLS alert, for example for a missing server name or client certificate. */
export function isTlsAlert({ code = "" }: NodeJS.ErrnoException): boolean {
  return code.includes("ALERT");
}

/** Describes in a few words why a connection failed. */
export function errorText(error: NodeJS.ErrnoException): string {
  const { code = "" } = error;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") return "does not speak TLS";
  return (
    certificateFault(error) ??
    WORDS[code] ??
    (code.startsWith("HPE_") ? "does not speak HTTP" : code || "no connection")
  );
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "closed the connection without an answer",
  EPIPE: "closed the connection without an answer",
  EHOSTUNREACH: "no route to its address",
  ENETUNREACH: "no route to its address",
  ETIMEDOUT: "no connection in time",
  ENOTFOUND: "its name is unknown",
  EAI_AGAIN: "its name is unknown",
};
