import { plainLine } from "./plain-line.ts";

/** Describes the invalid certificate that made a connection to an app fail; `undefined` for other errors. */
export function certificateFault(error: Error): string | undefined {
  const code = "code" in error ? String(error.code) : "";
  if (!/CERT|SIGNATURE|ISSUER/.test(code)) return undefined;
  return `its certificate is not valid (${plainLine(error.message).slice(0, 200)})`;
}
