import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Creates a self-signed certificate for these names, with its key. */
export function selfSigned(names: readonly string[] = ["localhost"]): { readonly key: string; readonly cert: string } {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-cert-"));
  const file = (name: string): string => path.join(dir, name);
  try {
    const subject = [
      "-subj",
      `/CN=${names[0]}`,
      "-addext",
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
    ];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("key.pem")];
    execFileSync("openssl", ["req", "-x509", "-days", "1", ...key, "-out", file("cert.pem"), ...subject], {
      stdio: "ignore",
    });
    return { key: readFileSync(file("key.pem"), "utf8"), cert: readFileSync(file("cert.pem"), "utf8") };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
