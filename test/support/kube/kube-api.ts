import { writeFileSync } from "node:fs";
import https from "node:https";
import { text } from "node:stream/consumers";
import type { KeyPair } from "./certificates.ts";
import { elapse } from "../real-time.ts";

/** A response of the API server. */
export interface ApiAnswer {
  readonly status: number;
  /** The body, parsed if it is JSON. */
  readonly body: any;
}

/** A client of the API server with the administrator's permissions. */
export interface KubeApi {
  request(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  /** Creates or updates an object (like `kubectl apply --server-side`). */
  apply(object: KubeObject, manager?: string): Promise<any>;
  /** Reads an object; throws if there is none. */
  get(path: string): Promise<any>;
  patch(path: string, patch: object): Promise<any>;
  delete(path: string, options?: object): Promise<void>;
  /** Lists and watches a collection; `onObject` gets every state of every object. */
  follow(path: string, onObject: (type: string, object: any) => void): () => void;
  writeKubeconfig(file: string, token?: string, namespace?: string): void;
  close(): void;
}

/** An object of the API. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** Creates a client with the administrator's certificate. */
export function createKubeApi(url: string, ca: string, admin: KeyPair): KubeApi {
  const agent = new https.Agent({ keepAlive: true, ca, ...admin });
  const follows = new Set<AbortController>();

  async function request(method: string, path: string, body?: unknown, type = "application/json"): Promise<ApiAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
    const payload = body === undefined ? "" : JSON.stringify(body);
    // Node adds no Content-Length to a DELETE.
    const headers = body === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(payload) };
    const call = https
      .request(`${url}${path}`, { method, agent, headers, timeout: 20_000 }, (answer) => {
        text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, body: parse(said) }), reject);
      })
      .on("error", (error: NodeJS.ErrnoException) => {
        // An API server that was frozen has closed idle connections.
        if (error.code !== "ECONNRESET" || !call.reusedSocket) return reject(error);
        request(method, path, body, type).then(resolve, reject);
      })
      .on("timeout", function late(this: { destroy(error: Error): void }) {
        this.destroy(new Error(`${method} ${path}: no answer`));
      });
    call.end(payload);
    return promise;
  }

  async function ok(method: string, path: string, body?: unknown, type?: string): Promise<any> {
    const answer = await request(method, path, body, type);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body.message ?? answer.body}`);
  }

  return {
    request,
    apply: (object, manager = "test") => {
      const path = `${pathOf(object)}?fieldManager=${manager}&force=true`;
      return ok("PATCH", path, object, "application/apply-patch+yaml");
    },
    get: (path) => ok("GET", path),
    patch: (path, patch) => ok("PATCH", path, patch, "application/merge-patch+json"),
    delete: async (path, options) => void (await ok("DELETE", path, options)),
    follow(path, onObject) {
      const ended = new AbortController();
      follows.add(ended);
      void follow(ended.signal, path, onObject).catch((error: unknown) => {
        if (!ended.signal.aborted) throw error;
      });
      return () => ended.abort();
    },
    writeKubeconfig(file, token, namespace) {
      const b64 = (pem: string): string => Buffer.from(pem).toString("base64");
      const certificate = { "client-certificate-data": b64(admin.cert), "client-key-data": b64(admin.key) };
      const context = { cluster: "c", user: "u", ...(namespace !== undefined && { namespace }) };
      const config = {
        clusters: [{ name: "c", cluster: { server: url, "certificate-authority-data": b64(ca) } }],
        users: [{ name: "u", user: token === undefined ? certificate : { token } }],
        contexts: [{ name: "x", context }],
        "current-context": "x",
      };
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    },
    close() {
      for (const ended of follows) ended.abort();
      agent.destroy();
    },
  };

  /** Lists everything again whenever the watch ends. */
  async function follow(
    signal: AbortSignal,
    path: string,
    onObject: (type: string, object: any) => void,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const { items, metadata } = await ok("GET", path);
        for (const object of items) onObject("ADDED", object);
        await watch(`${path}?watch=1&resourceVersion=${metadata.resourceVersion}`, signal, onObject);
      } catch {
        await elapse(100); // the API server is being restarted
      }
    }
  }

  async function watch(
    path: string,
    signal: AbortSignal,
    onObject: (type: string, object: any) => void,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<AsyncIterable<string>>();
    https.get(`${url}${path}`, { agent, signal }, (answer) => resolve(answer.setEncoding("utf8"))).on("error", reject);
    let rest = "";
    for await (const chunk of await promise) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const { type, object } = JSON.parse(line);
        if (type === "ERROR") return;
        onObject(type, object);
      }
    }
  }
}

/** Returns the path of an object, with the plural of its kind. */
export function pathOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase()}${/(s|x|ch|sh)$/.test(kind) ? "es" : "s"}`;
  return `${group}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}/${name}`;
}

function parse(said: string): any {
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}
