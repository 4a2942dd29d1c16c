import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../http.ts";
import { waitUntil } from "../wait-until.ts";
import { kubeDirectory, type KubeBinary } from "./binaries.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { createKubeApi, type KubeApi } from "./kube-api.ts";

/** A real control plane: etcd, API server and controllers, without nodes. */
export interface ControlPlane {
  readonly directory: string;
  readonly url: string;
  /** The CIDR of the Services' cluster addresses. */
  readonly serviceRange: string;
  readonly certificates: Certificates;
  readonly api: KubeApi;
  /** Kills the API server. */
  stopApiServer(): Promise<void>;
  /** Starts the API server again, without its cache of earlier versions. */
  startApiServer(): Promise<void>;
  /** Freezes the API server (SIGSTOP) until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Has etcd discard all earlier versions. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

/** The controllers that the tests need; others would cost time and memory. */
const CONTROLLERS = [
  "deployment",
  "replicaset",
  "statefulset",
  "endpointslice",
  "garbage-collector",
  "namespace",
  "horizontal-pod-autoscaler",
];

/** Starts a control plane; resolves when it is ready. */
export async function startControlPlane(): Promise<ControlPlane> {
  const directory = mkdtempSync(path.join(tmpdir(), "dag-kube-"));
  const certificates = makeCertificates(directory);
  const [etcdPort, peerPort, apiPort, managerPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const [etcd, url] = [`http://127.0.0.1:${etcdPort}`, `https://127.0.0.1:${apiPort}`];
  const peer = `http://127.0.0.1:${peerPort}`;
  const api = createKubeApi(url, certificates.ca, certificates.admin);
  const programs: Program[] = [];
  const run = (name: KubeBinary, flags: Readonly<Record<string, string>>): Program => {
    const program = startProgram(directory, name, flags);
    programs.push(program);
    return program;
  };

  run("etcd", {
    "data-dir": path.join(directory, "etcd"),
    "listen-client-urls": etcd,
    "advertise-client-urls": etcd,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    "unsafe-no-fsync": "true",
    "log-level": "error",
  });
  const serviceRange = `10.${randomInt(196, 200)}.${randomInt(256)}.0/24`; // above those of the pods
  const runApiServer = (): Program =>
    run("kube-apiserver", apiServerFlags(directory, { etcd, port: apiPort, serviceRange }));
  const untilReady = (): Promise<unknown> =>
    waitUntil(async () => (await api.request("GET", "/readyz")).status === 200, 90_000, "the API server");
  let apiServer = runApiServer();
  await untilReady();
  api.writeKubeconfig(path.join(directory, "admin.kubeconfig"));
  run("kube-controller-manager", {
    kubeconfig: path.join(directory, "admin.kubeconfig"),
    controllers: CONTROLLERS.map((name) => `${name}-controller`).join(),
    "leader-elect": "false",
    "bind-address": "127.0.0.1",
    "secure-port": String(managerPort),
    "cert-dir": path.join(directory, "manager"),
  });

  return {
    directory,
    url,
    serviceRange,
    certificates,
    api,
    stopApiServer: () => apiServer.stop(),
    async startApiServer() {
      apiServer = runApiServer();
      await untilReady();
    },
    freeze: () => void apiServer.child.kill("SIGSTOP"),
    thaw: () => void apiServer.child.kill("SIGCONT"),
    async compact() {
      const call = (place: string, body: object): Promise<any> =>
        fetch(`${etcd}/v3/kv/${place}`, { method: "POST", body: JSON.stringify(body) }).then((answer) => answer.json());
      const { header } = await call("range", { key: "AA==" });
      await call("compaction", { revision: header.revision, physical: true });
    },
    async stop() {
      api.close();
      for (const program of programs.toReversed()) await program.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function apiServerFlags(
  directory: string,
  { etcd, port, serviceRange }: { readonly etcd: string; readonly port: number; readonly serviceRange: string },
): Readonly<Record<string, string>> {
  const file = (name: string): string => path.join(directory, name);
  return {
    "etcd-servers": etcd,
    "secure-port": String(port),
    "bind-address": "127.0.0.1",
    "advertise-address": "127.0.0.1",
    "endpoint-reconciler-type": "none",
    "service-cluster-ip-range": serviceRange,
    "authorization-mode": "RBAC",
    // Otherwise pods would need an account, which a controller creates later.
    "disable-admission-plugins": "ServiceAccount",
    "client-ca-file": file("ca.crt"),
    "tls-cert-file": file("apiserver.crt"),
    "tls-private-key-file": file("apiserver.key"),
    "service-account-key-file": file("sa.key"),
    "service-account-signing-key-file": file("sa.key"),
    "service-account-issuer": "https://kubernetes.default.svc",
    "kubelet-client-certificate": file("admin.crt"),
    "kubelet-client-key": file("admin.key"),
    "kubelet-preferred-address-types": "InternalIP",
    "cert-dir": file("api"),
    "shutdown-delay-duration": "0s",
  };
}

interface Program {
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

function startProgram(directory: string, name: KubeBinary, flags: Readonly<Record<string, string>>): Program {
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  const child = spawn(path.join(kubeDirectory(), name), args, { stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(path.join(directory, `${name}.log`), { flags: "a" });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = once(child, "exit");
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  return {
    child,
    async stop() {
      process.off("exit", kill);
      // Killed, because a graceful end takes ten seconds, and its data is not needed any more.
      if (child.exitCode === null && child.signalCode === null) kill();
      await exited;
    },
  };
}
