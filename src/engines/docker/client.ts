import type Docker from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Connection } from "./connection.ts";
import { toEngineError } from "./errors.ts";
import { loadDockerode } from "./load-dockerode.ts";

/** A client of one Docker Engine: dockerode with an API version that both support, timeouts, and our own errors. */
export interface DockerClient {
  readonly connection: Connection;
  /**
   * Sends one call; rejects with `EngineError`. Repeats it once if the connection was cut. A timeout beyond the range
   * of a timer means none.
   */
  call<T>(send: (docker: Docker, abortSignal: AbortSignal) => Promise<T>, timeoutMs?: number): Promise<T>;
  server(): Promise<ServerFacts>;
  /** Negotiates the version again at the next call, because another Docker may have been installed. */
  forget(): void;
  close(): void;
}

/** Facts about the server, requested once per connection. */
export interface ServerFacts {
  /** The API version in use, such as `1.41`. */
  readonly version: string;
  readonly cpus: number;
  /** It uses control groups version 2. */
  readonly cgroup2: boolean;
  /**
   * The addresses of containers are unreachable from this machine, because they are in a virtual machine or another
   * network namespace.
   */
  readonly addressesHidden: boolean;
  readonly desktop: boolean;
}

/** The newest API version that this code was written for. */
const NEWEST = "1.52";
const CALL_TIMEOUT_MS = 10_000;

/** Creates a client that connects at its first call. */
export function createDockerClient(connection: Connection): DockerClient {
  let session: Promise<Session> | undefined;

  function connect(): Promise<Session> {
    session ??= open(connection).catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    return session;
  }

  return {
    connection,
    async call(send, timeoutMs = CALL_TIMEOUT_MS) {
      try {
        const { docker } = await connect();
        return await once(docker, send, timeoutMs).catch((error: unknown) => {
          if (!wasCutOff(error)) throw error;
          return once(docker, send, timeoutMs);
        });
      } catch (error) {
        throw toEngineError(error, connection, timeoutMs);
      }
    },
    async server() {
      try {
        return (await connect()).facts;
      } catch (error) {
        throw toEngineError(error, connection, CALL_TIMEOUT_MS);
      }
    },
    forget() {
      session = undefined;
    },
    close() {
      connection.agent.destroy();
    },
  };
}

interface Session {
  readonly docker: Docker;
  readonly facts: ServerFacts;
}

async function open(connection: Connection): Promise<Session> {
  const Dockerode = loadDockerode();
  const unversioned = new Dockerode(connection.options);
  const [about, info] = await Promise.all([
    once(unversioned, (docker, abortSignal) => abortable(docker).version({ abortSignal })),
    // A socket proxy may forbid it; then an ordinary Linux host is assumed.
    once(unversioned, (docker, abortSignal) => abortable(docker).info({ abortSignal })).catch((): Info => ({})),
  ]);
  const version = agree(about.ApiVersion, about.MinAPIVersion);
  const desktop = /docker desktop/i.test(`${about.Platform?.Name} ${info.OperatingSystem}`);
  const rootless = (info.SecurityOptions ?? []).some((option) => option.includes("rootless"));
  return {
    docker: new Dockerode({ ...connection.options, version: `v${version}` }),
    facts: {
      version,
      cpus: info.NCPU ?? 0,
      cgroup2: info.CgroupVersion === "2",
      addressesHidden: desktop || rootless,
      desktop,
    },
  };
}

interface Info {
  readonly NCPU?: number;
  readonly CgroupVersion?: string;
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[];
}

/** dockerode accepts an abort signal in these calls, but its types lack it. */
interface Abortable {
  version(options: { abortSignal: AbortSignal }): Promise<Docker.DockerVersion & { MinAPIVersion?: string }>;
  info(options: { abortSignal: AbortSignal }): Promise<Info>;
  ping(options: { abortSignal: AbortSignal }): Promise<unknown>;
}

/** Calls about the whole server that can be aborted. */
export function abortable(docker: Docker): Abortable {
  return docker;
}

function agree(serverVersion: string, serverOldest = "1.24"): string {
  if (isOlder(NEWEST, serverOldest)) {
    throw new EngineError(
      "refused",
      `Docker supports only API ${serverOldest} and newer; this gateway supports up to ${NEWEST}`,
    );
  }
  return isOlder(serverVersion, NEWEST) ? serverVersion : NEWEST;
}

/** Compares API versions, such as `1.9` and `1.41`. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number);
  return major === thanMajor ? minor < thanMinor : major < thanMajor;
}

/** Sends a call once. A race with a timer, because dockerode never settles if a connection dies during a response. */
async function once<T>(
  docker: Docker,
  send: (docker: Docker, abortSignal: AbortSignal) => Promise<T>,
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<T> {
  const ending = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const isBounded = timeoutMs <= LONGEST_TIMER_MS;
  const timer = isBounded ? setTimeout(giveUp, timeoutMs) : undefined;
  try {
    return await Promise.race([send(docker, ending.signal), late]);
  } finally {
    clearTimeout(timer);
  }

  function giveUp(): void {
    reject(new DOMException("no answer in time", "TimeoutError"));
    ending.abort();
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function wasCutOff(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}
