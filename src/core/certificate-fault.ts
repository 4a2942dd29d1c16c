import { plainLine } from "./plain-line.ts";

/** Returns what is wrong with the certificate of an app, if a connection failed because of it. */
export function certificateFault(error: Error): string | undefined {
  const code = "code" in error ? String(error.code) : "";
  if (!/CERT|SIGNATURE|ISSUER/.test(code)) return undefined;
  return `its certificate is not valid (${plainLine(error.message).slice(0, 200)})`;
}
