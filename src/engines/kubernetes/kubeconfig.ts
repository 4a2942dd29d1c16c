import { readFileSync } from "node:fs";
import path from "node:path";
import type { ConnectionOptions } from "node:tls";
import type { YAMLParseError } from "yaml";
import { EngineError } from "../../lifecycle/ports.ts";
import { type ClusterConnection, tokenFromFile } from "./connection.ts";

/** Which kubeconfig to read; an empty `context` means the file's current one. */
export interface KubeconfigChoice {
  readonly file: string;
  readonly context: string;
}

/** Reads a kubeconfig; throws `EngineError` with the file's name and the fault. */
export async function readKubeconfig({ file, context }: KubeconfigChoice): Promise<ClusterConnection> {
  const fail = (message: string, cause?: unknown): never => {
    throw new EngineError("refused", `kubeconfig ${file}: ${message}`, { cause });
  };
  try {
    const document = await parseKubeconfig(readFileSync(file, "utf8"), fail);
    const name = context || document["current-context"] || "";
    if (name === "") return fail("has no current-context: set kubernetes.context");
    const { cluster, user } = chosen(document, name, fail);
    const url = urlOf(cluster.server, fail);
    if (cluster["proxy-url"]) return fail("proxy-url is not supported");
    const at = (relative: string): string => path.resolve(path.dirname(file), relative);
    const pem = (data?: string, place?: string): Buffer | undefined =>
      data ? Buffer.from(data, "base64") : place ? readFileSync(at(place)) : undefined;
    const tls: ConnectionOptions = {
      ca: pem(cluster["certificate-authority-data"], cluster["certificate-authority"]),
      cert: pem(user["client-certificate-data"], user["client-certificate"]),
      key: pem(user["client-key-data"], user["client-key"]),
      ...(cluster["tls-server-name"] && { servername: cluster["tls-server-name"] }),
      ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
    };
    return { url, tls, token: tokenOf(user, at, tls.cert !== undefined, fail) };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    return fail((error as Error).message, error);
  }
}

/** Parses a kubeconfig. The parser's messages are not passed on, because they quote lines that may contain a token. */
async function parseKubeconfig(text: string, fail: Fail): Promise<Kubeconfig> {
  const { parse } = await import("yaml"); // loaded for this file only
  try {
    return (parse(text, { logLevel: "error" }) ?? {}) as Kubeconfig;
  } catch (error) {
    const { code, linePos: [start] = [] } = error as Partial<YAMLParseError>;
    if (code === undefined || start === undefined) return fail("is not valid YAML");
    return fail(`is not valid YAML at line ${start.line}, column ${start.col} (${code})`);
  }
}

type Fail = (message: string, cause?: unknown) => never;

function chosen(document: Kubeconfig, name: string, fail: Fail): { cluster: Cluster; user: User } {
  const context = named(document.contexts, name)?.context ?? fail(`has no context "${name}"`);
  const cluster = named(document.clusters, context.cluster)?.cluster;
  const user = named(document.users, context.user)?.user;
  return {
    cluster: cluster ?? fail(`has no cluster "${context.cluster}" (context "${name}")`),
    user: user ?? fail(`has no user "${context.user}" (context "${name}")`),
  };
}

function named<T extends { readonly name: string }>(list: readonly T[] | undefined, name: string): T | undefined {
  return list?.find((one) => one.name === name);
}

function urlOf(server: string | undefined, fail: Fail): URL {
  if (server !== undefined && /^https?:\/\//.test(server) && URL.canParse(server)) return new URL(server);
  return fail(`cluster.server must be an http or https address (got "${server ?? ""}")`);
}

/** Returns the token of a user; logins with a program or a browser are for people, and therefore refused. */
function tokenOf(
  user: User,
  at: (relative: string) => string,
  hasCertificate: boolean,
  fail: Fail,
): () => string | undefined {
  const { token, tokenFile } = user;
  if (tokenFile) {
    const read = tokenFromFile(at(tokenFile));
    read();
    return read;
  }
  if (token || hasCertificate) return () => token;
  const method = user.exec === undefined ? user["auth-provider"]?.name : `exec (${user.exec.command})`;
  if (method === undefined) return () => undefined;
  return fail(
    `login by ${method} is not supported: use a client certificate, or the token of a service account (kubectl create token NAME)`,
  );
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly clusters?: readonly { name: string; cluster: Cluster }[];
  readonly users?: readonly { name: string; user: User }[];
}

interface Cluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}

interface User {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly exec?: { readonly command: string };
  readonly "auth-provider"?: { readonly name: string };
}
