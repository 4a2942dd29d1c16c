import { readFileSync } from "node:fs";
import { CONFIG_PATH_VARIABLE, DEFAULT_CONFIG_PATH } from "../config/parse/environment.ts";
import { readYaml } from "../config/parse/yaml-document.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Io } from "./command.ts";
import { gatewayAddress } from "./gateway-address.ts";

const TIMEOUT_MS = 4_000;

/** `dag health`, which requests `/_live` of the running gateway. Returns 0 (alive), 1 (not alive) or 2 (no address). */
export const health: Command = {
  summary: "checks whether the running gateway is alive, for HEALTHCHECK and similar",
  details: [
    "The port comes from the gateway's configuration; GATEWAY_URL sets another address. A file that became invalid while the gateway runs does not make it unhealthy.",
    "With --ready, also checks whether the gateway can wake containers: Docker answers, and the gateway is not shutting down.",
  ],
  options: { ready: { summary: "checks /_ready instead of /_live" } },

  async run({ options }, io) {
    const address = gatewayAddress(readListener(io), io.env["GATEWAY_URL"]);
    if (typeof address === "string") {
      io.stderr(`dag health: ${address}\n`);
      return EXIT_USAGE;
    }
    const fault = await ask(`${address.origin}/${options["ready"] === true ? "_ready" : "_live"}`);
    if (fault === undefined) return EXIT_OK;
    io.stderr(`dag health: ${fault}\n`);
    return EXIT_FAILURE;
  },
};

/**
 * Returns where the gateway listens. Reads only two keys of the file without checks: this runs every 30 s next to an
 * idle gateway, and reading the whole configuration would cost five times as much.
 */
function readListener(io: Io): Parameters<typeof gatewayAddress>[0] {
  const file = property(readYaml(readText(io.env[CONFIG_PATH_VARIABLE] || DEFAULT_CONFIG_PATH)).raw, "gateway");
  const port = Number(property(file, "port") ?? 8080);
  const bind = property(file, "bind");
  return { port, bind: typeof bind === "string" ? bind : "0.0.0.0", adminAuth: { method: "none" }, adminHosts: [] };
}

function property(raw: unknown, name: string): unknown {
  return typeof raw === "object" && raw !== null ? Reflect.get(raw, name) : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Returns what is wrong with the response, or `undefined`. */
async function ask(url: string): Promise<string | undefined> {
  const { get } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? undefined : `${url} answers ${answer.statusCode}`);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error) => resolve(`no gateway answers at ${url} (${error.message})`));
  });
}
