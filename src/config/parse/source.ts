import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { CONFIG_PATH_VARIABLE, DEFAULT_CONFIG_PATH, type Environment } from "./environment.ts";
import { localTimezone } from "./local-timezone.ts";
import { loadConfig, type LoadResult } from "./load-config.ts";
import type { Reading } from "../schema/reading.ts";
import { decodeText, readText } from "./read-text.ts";
import { watchFile } from "./watch-file.ts";

/** The configuration file together with the environment, which can be watched for changes. */
export interface ConfigSource {
  readonly path: string;
  load(): LoadResult;
  /** Calls back with the result soon after each change of the file's content, until `signal` aborts. */
  watch(onChange: (result: LoadResult) => void, signal: AbortSignal): void;
}

/** What a configuration source needs. */
export interface ConfigSourceDeps {
  readonly path: string;
  /** Whether a missing file is permitted (labels alone configure the gateway), causes a warning, or is a fault. */
  readonly missing: "fine" | "warning" | "fault";
  readonly env: Environment;
  /** The wall clock. */
  readonly wall?: () => number;
}

/** Returns the path of the file: the argument, else `CONFIG_PATH`, else the default. */
export function configPath(env: Environment, argument?: string): Pick<ConfigSourceDeps, "path" | "missing"> {
  if (argument) return { path: argument, missing: "fault" };
  const path = env[CONFIG_PATH_VARIABLE];
  return path ? { path, missing: "warning" } : { path: DEFAULT_CONFIG_PATH, missing: "fine" };
}

/** Reads the configuration from a file. Faults are returned, not thrown. */
export function createConfigSource({ path, missing, env, wall = Date.now }: ConfigSourceDeps): ConfigSource {
  let loaded: string | undefined;
  // If a file that was in force is removed, even for a moment, that must not count as an empty configuration.
  let mustExist = missing === "fault";

  const load = (): LoadResult => {
    const text = readText(path);
    loaded = fingerprint(text);
    if (!text.ok) return faulty(text.fault);
    if (text.value === undefined && mustExist) return faulty("no such file");
    if (text.value !== undefined) mustExist = true;
    const readSecret = (file: string) => decodeText(readFileSync(file));
    const result = loadConfig({
      text: text.value ?? "",
      file: path,
      env,
      readSecret,
      nowMs: wall(),
      localTimezone: localTimezone(),
    });
    if (!result.ok || text.value !== undefined || missing === "fine") return result;
    return {
      ...result,
      warnings: [`${path}: no such file: labels alone configure the gateway`, ...result.warnings],
    };
  };

  function faulty(message: string): LoadResult {
    return { ok: false, faults: [{ place: { kind: "file", file: path, line: 0, column: 0 }, key: "", message }] };
  }

  return {
    path,
    load,
    watch(onChange, signal) {
      // Also reports a change between the last `load` and now.
      watchFile(
        path,
        () => {
          if (fingerprint(readText(path)) !== loaded) onChange(load());
        },
        signal,
      );
    },
  };
}

function fingerprint(text: Reading<string | undefined>): string {
  return createHash("sha256").update(JSON.stringify(text)).digest("hex");
}
