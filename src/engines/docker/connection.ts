import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { inspect } from "node:util";
import type { DockerOptions } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import { contextHint, type ContextEnvironment, DEFAULT_SOCKET } from "./context.ts";

/** The variables for the address of Docker, as the docker command reads them. */
export type DockerEnvironment = Readonly<
  Partial<Record<"DOCKER_HOST" | "DOCKER_TLS_VERIFY" | "DOCKER_CERT_PATH", string | undefined>>
> &
  ContextEnvironment;

/** Where Docker is and how to connect to it. */
export interface Connection {
  /** The address for messages: `/var/run/docker.sock`, `tcp://10.0.0.5:2375`. */
  readonly target: string;
  readonly socketPath: string | undefined;
  /** The machine with the published ports, if Docker is reached over TCP. */
  readonly remoteHost: string | undefined;
  readonly options: DockerOptions;
  readonly agent: http.Agent;
  /** What to set, if nothing is set and the docker command uses another Docker; else empty. */
  readonly hint: string;
  /** The names of the settings, for messages. */
  readonly settings: { readonly host: string; readonly tls: string };
}

/** Another Docker host, as the configuration names it. */
export interface DockerHost {
  readonly name: string;
  readonly host: string;
  /** The paths of the files. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
  /** The address of its published ports; empty: the host in `host`. */
  readonly reach: string;
}

/** Creates the connection to a configured host; throws `EngineError` (`refused`) if a file cannot be read. */
export function hostConnection({ name, host, tls, reach }: DockerHost): Connection {
  const settings = { host: `docker "${name}": host`, tls: `docker "${name}": tls` };
  const url = parseTcp(host);
  const connection =
    url === undefined ? viaSocket(host.slice("unix://".length)) : viaTcp(url, tlsOf(settings.tls, tls));
  return { ...connection, settings, ...(reach !== "" && { remoteHost: reach }) };
}

function tlsOf(setting: string, tls: DockerHost["tls"]): TlsChoice {
  if (tls === undefined) return { isWanted: false, options: {} };
  const read = (file: string): Buffer | undefined => (file === "" ? undefined : readCertificate(setting, file));
  return { isWanted: true, options: { ca: read(tls.ca), cert: read(tls.cert), key: read(tls.key) } };
}

interface TlsChoice {
  readonly isWanted: boolean;
  readonly options: https.AgentOptions;
}

function environmentTls({ DOCKER_CERT_PATH, DOCKER_TLS_VERIFY }: DockerEnvironment): TlsChoice {
  const certPath = DOCKER_CERT_PATH || undefined;
  const verify = Boolean(DOCKER_TLS_VERIFY);
  // As in Docker's clients: certificates without DOCKER_TLS_VERIFY encrypt, but do not verify the server.
  const options = { ...readCertificates(certPath), rejectUnauthorized: verify || !certPath };
  return { isWanted: verify || certPath !== undefined, options };
}

/** Creates the connection from the environment; throws `EngineError` (`refused`) if a variable is invalid. */
export function readConnection(environment: DockerEnvironment): Connection {
  const named = environment.DOCKER_HOST?.trim();
  if (!named) return { ...viaSocket(DEFAULT_SOCKET), hint: contextHint(environment) ?? "" };
  if (named.startsWith("unix://")) return viaSocket(named.slice("unix://".length) || DEFAULT_SOCKET);
  const url = parseTcp(named);
  if (url !== undefined) return viaTcp(url, environmentTls(environment));
  throw new EngineError(
    "refused",
    `DOCKER_HOST is "${named}": use unix:///path/to/docker.sock or tcp://host:port (for ssh, forward the socket first)`,
  );
}

function viaSocket(socketPath: string): Connection {
  const agent = opaque(new http.Agent(KEEP_ALIVE));
  // Every key is set, because dockerode takes missing ones from process.env.
  const options = { ...UNSET, protocol: "http" as const, socketPath, agent };
  return { target: socketPath, socketPath, remoteHost: undefined, options, agent, hint: "", settings: VARIABLES };
}

function viaTcp(url: URL, { isWanted, options: certificates }: TlsChoice): Connection {
  const tls = isWanted || url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (tls ? 2376 : 2375);
  const agent = opaque(tls ? new https.Agent({ ...KEEP_ALIVE, ...certificates }) : new http.Agent(KEEP_ALIVE));
  const options = { ...UNSET, protocol: tls ? ("https" as const) : ("http" as const), host, port, agent };
  const target = `tcp://${url.hostname}:${port}`;
  return { target, socketPath: undefined, remoteHost: host, options, agent, hint: "", settings: VARIABLES };
}

/** Parses `tcp://`, `http://`, `https://`, or a bare `host:port`. */
function parseTcp(address: string): URL | undefined {
  const [, scheme, rest] = /^(?:(tcp|https?):\/\/)?([^/]+)\/?$/.exec(address) ?? [];
  if (rest === undefined) return undefined;
  const text = `${scheme === "https" ? "https" : "http"}://${rest}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

const VARIABLES = { host: "DOCKER_HOST", tls: "DOCKER_CERT_PATH" };

function readCertificate(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new EngineError("refused", `${setting} names "${file}": ${(error as Error).message}`, { cause: error });
  }
}

function readCertificates(directory: string | undefined): https.AgentOptions {
  if (directory === undefined) return {};
  try {
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((file) => readFileSync(path.join(directory, file)));
    return { ca, cert, key };
  } catch (error) {
    throw new EngineError("refused", `DOCKER_CERT_PATH is "${directory}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Hides the content of an agent: for every request dockerode formats a debug line with the agent and all its sockets,
 * even if it is not printed, which made 200 simultaneous calls take six seconds of CPU time.
 */
function opaque(agent: http.Agent): http.Agent {
  return Object.assign(agent, { [inspect.custom]: () => "Agent" });
}

const UNSET = {
  host: undefined,
  port: undefined,
  socketPath: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
  version: undefined,
};

/** Keeps idle connections for the next calls; Docker never closes them by itself. */
const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 4, scheduling: "lifo" } as const;
