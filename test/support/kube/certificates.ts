import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A certificate and its key as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** The certificates of a control plane, also in files. */
export interface Certificates {
  readonly directory: string;
  readonly ca: string;
  /** For a member of `system:masters`, who may do anything. */
  readonly admin: KeyPair;
  readonly kubelet: KeyPair;
}

/**
 * Creates an authority, the certificates `apiserver`, `admin` and `kubelet`, and the key of service accounts
 * (`sa.key`).
 */
export function makeCertificates(directory: string): Certificates {
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: directory, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj", "/CN=test-ca");
  openssl("genrsa", "-out", "sa.key", "2048");
  const sign = (name: string, subject: string): KeyPair => {
    const extensions = ["keyUsage=digitalSignature,keyEncipherment", "extendedKeyUsage=clientAuth,serverAuth", NAMES];
    writeFileSync(path.join(directory, `${name}.ext`), `${extensions.join("\n")}\n`);
    openssl("req", "-new", ...newKey, "-keyout", `${name}.key`, "-subj", subject, "-out", `${name}.csr`);
    const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-out", `${name}.crt`);
    return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
  };
  const read = (file: string): string => readFileSync(path.join(directory, file), "utf8");
  sign("apiserver", "/CN=kube-apiserver");
  const admin = sign("admin", "/O=system:masters/CN=admin");
  return { directory, ca: read("ca.crt"), admin, kubelet: sign("kubelet", "/CN=kubelet") };
}

const NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc";
