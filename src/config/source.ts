import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { CONFIG_PATH_VARIABLE, DEFAULT_CONFIG_PATH, type Environment } from "./environment.ts";
import { localTimezone } from "./local-timezone.ts";
import { loadConfig, type LoadResult } from "./load-config.ts";
import { read, unreadable, type Reading } from "./reading.ts";
import { watchFile } from "./watch-file.ts";

/** The configuration file with its environment: read now, and again when it changes. */
export interface ConfigSource {
  readonly path: string;
  load(): LoadResult;
  /** Calls back soon after the file's content changed, with what it says then, until `signal` aborts. */
  watch(onChange: (result: LoadResult) => void, signal: AbortSignal): void;
}

export interface ConfigSourceDeps {
  readonly path: string;
  /** Somebody named this path: then a missing file is a fault, else labels alone configure the gateway. */
  readonly explicit: boolean;
  readonly env: Environment;
  /** The wall clock, in milliseconds. */
  readonly wall?: () => number;
}

/** Which file is meant: the argument before `CONFIG_PATH` before the default path. */
export function configPath(env: Environment, argument?: string): Pick<ConfigSourceDeps, "path" | "explicit"> {
  const path = argument || env[CONFIG_PATH_VARIABLE];
  return path ? { path, explicit: true } : { path: DEFAULT_CONFIG_PATH, explicit: false };
}

/** Reads the configuration from a file. Its faults are values; nothing is thrown. */
export function createConfigSource({ path, explicit, env, wall = Date.now }: ConfigSourceDeps): ConfigSource {
  let loaded: string | undefined;

  const load = (): LoadResult => {
    const text = readText(path, explicit);
    loaded = fingerprint(text);
    if (!text.ok)
      return {
        ok: false,
        faults: [{ place: { kind: "file", file: path, line: 0, column: 0 }, key: "", message: text.fault }],
      };
    const readSecret = (file: string) => readFileSync(file, "utf8");
    return loadConfig({ text: text.value, file: path, env, readSecret, nowMs: wall(), localTimezone: localTimezone() });
  };

  return {
    path,
    load,
    watch(onChange, signal) {
      // Also what changed between the last `load` and now.
      watchFile(
        path,
        () => {
          if (fingerprint(readText(path, explicit)) !== loaded) onChange(load());
        },
        signal,
      );
    },
  };
}

function readText(path: string, explicit: boolean): Reading<string> {
  try {
    return read(readFileSync(path, "utf8"));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" && !explicit) return read("");
    if (code === "ENOENT") return unreadable("there is no such file");
    if (code === "EISDIR")
      return unreadable("this is a directory; Docker makes one when a mounted file does not exist on the host");
    if (code === "EACCES") return unreadable("the file may not be read by this user");
    return unreadable(`the file cannot be read (${typeof code === "string" ? code : "unknown error"})`);
  }
}

function fingerprint(text: Reading<string>): string {
  return createHash("sha256")
    .update(text.ok ? `ok ${text.value}` : text.fault)
    .digest("hex");
}
