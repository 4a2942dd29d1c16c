import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificates } from "./certificates.ts";

/** The part of a kubelet that serves logs to the API server. */
export interface KubeletLogs {
  readonly port: number;
  /** Sets the log of a pod; `key` is `namespace/pod`. */
  set(key: string, text: string): void;
  close(): void;
}

/** Serves `/containerLogs/NAMESPACE/POD/CONTAINER` like a kubelet whose container is down or has not crashed. */
export async function startKubeletLogs({ kubelet }: Certificates): Promise<KubeletLogs> {
  const texts = new Map<string, string>();
  const server = createServer({ cert: kubelet.cert, key: kubelet.key }, (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? "/", "https://kubelet");
    const [, , namespace, pod] = pathname.split("/");
    const text = searchParams.get("previous") === "true" ? GONE : (texts.get(`${namespace}/${pod}`) ?? "");
    const lines = text.split("\n").slice(-Number(searchParams.get("tailLines") ?? 1_000));
    res.end(lines.join("\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set: (key, text) => void texts.set(key, text),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const GONE = "unable to retrieve container logs for containerd://0123456789abcdef";
