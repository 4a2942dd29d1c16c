import { plainLine } from "./plain-line.ts";

/** What is wrong with the certificate that an app has shown, if a connection to it failed for that. */
export function certificateFault(error: Error): string | undefined {
  const code = "code" in error ? String(error.code) : "";
  if (!/CERT|SIGNATURE|ISSUER/.test(code)) return undefined;
  return `its certificate is not valid (${plainLine(error.message).slice(0, 200)})`;
}
