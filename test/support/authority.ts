import { execFileSync } from "node:child_process";

/** Creates a certificate authority in `place.pem` and `place.key`. */
export function makeAuthority(place: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${place}.key`];
  openssl(["req", "-x509", "-days", "1", ...key, "-out", `${place}.pem`, "-subj", "/CN=test authority"]);
}

/** Creates a certificate of this authority in `place.pem` and `place.key`, with an X.509 extension. */
export function makeCertificate(authority: string, place: string, extension: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${place}.key`];
  const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`];
  openssl([
    "req",
    "-x509",
    "-days",
    "1",
    ...key,
    ...signer,
    "-out",
    `${place}.pem`,
    "-subj",
    "/CN=test",
    "-addext",
    extension,
  ]);
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}
