import type { GatewaySettings } from "../../core/settings.ts";
import { checkAdminAuth, warnOfUnusedAuth } from "../check/check-admin-auth.ts";
import { checkContainers, type Positioned } from "../check/check-containers.ts";
import { checkGroups } from "../check/check-groups.ts";
import { containerSchema, type ContainerKeys } from "../schema/container-schema.ts";
import { readEnvironment, type Environment, type Override } from "./environment.ts";
import { byPlace, type Fault } from "../check/faults.ts";
import { fileSchema } from "../schema/file-schema.ts";
import { gatewaySchema } from "../schema/gateway-schema.ts";
import { toGatewaySettings } from "./gateway-settings.ts";
import { groupSchema, type GroupKeys } from "../schema/group-schema.ts";
import { type DockerHostKeys, dockerHostSchema } from "../schema/docker-schema.ts";
import { checkDocker } from "../check/check-docker.ts";
import type { KubernetesKeys } from "../schema/kubernetes-schema.ts";
import { hostOf } from "../schema/host-port.ts";
import { formatPath } from "../schema/key-path.ts";
import { fileProvenance, type Provenance } from "./provenance.ts";
import { salvage } from "../check/salvage.ts";
import { toKeyIssues, type KeyIssue } from "../check/schema-issues.ts";
import { readYaml, type YamlDocument } from "./yaml-document.ts";

/** The checked settings of the file and the environment; labels are merged in by `mergeSettings`. */
export interface FileConfig {
  readonly gateway: GatewaySettings;
  readonly containers: readonly ContainerKeys[];
  readonly groups: readonly GroupKeys[];
  readonly docker: readonly DockerHostKeys[];
  readonly kubernetes: KubernetesKeys;
  readonly provenance: Provenance;
  /** When it was checked (wall clock); schedules in labels are checked for the same seven days. */
  readonly checkedAtMs: number;
}

/** The whole configuration, or all its faults. */
export type LoadResult =
  | { readonly ok: true; readonly config: FileConfig; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The sources of the configuration. */
export interface ConfigInput {
  /** The file's text; empty if only labels configure the gateway. */
  readonly text: string;
  /** The file's name, for faults. */
  readonly file: string;
  readonly env: Environment;
  /** Returns the text of a secret's file; may throw. */
  readonly readSecret: (path: string) => string;
  /** The wall clock, from which schedules are checked for seven days. */
  readonly nowMs: number;
  /** The time zone of the machine, an IANA name. */
  readonly localTimezone: string;
}

/** Reads and checks the whole configuration except the labels. Never throws, whatever the text. */
export function loadConfig(input: ConfigInput): LoadResult {
  const document = readYaml(input.text);
  const { overrides, faults: environmentFaults } = readEnvironment(input.env, input.readSecret);
  const syntaxFaults = document.faults.map(({ key, message, line, column }) =>
    fileFault(input.file, { line, column }, key, message),
  );
  if (document.raw === undefined && syntaxFaults.length > 0) return failed([...environmentFaults, ...syntaxFaults]);

  const raw = override(document.raw ?? Object.create(null), overrides);
  const parsed = fileSchema.safeParse(raw);
  const issues = [...(parsed.success ? [] : toKeyIssues(fileSchema, parsed.error)), ...crossCheck(raw, input)];
  const schemaFaults = issues.map((issue) => toFault(issue, input.file, document, overrides));
  const faults = [...environmentFaults, ...syntaxFaults, ...schemaFaults];
  if (faults.length > 0 || !parsed.success) return failed(faults);

  const { gateway, ...sections } = parsed.data;
  const provenance = fileProvenance(raw, input.file, document, overrides);
  const settings = toGatewaySettings(gateway, input.localTimezone, sections.docker);
  const config = { ...sections, gateway: settings, provenance, checkedAtMs: input.nowMs };
  return { ok: true, config, warnings: warnOfUnusedAuth(gateway) };
}

/** Checks the valid parts against each other, so that all faults are reported together. */
function crossCheck(raw: unknown, { localTimezone, nowMs }: ConfigInput): KeyIssue[] {
  const gateway = salvage(gatewaySchema, property(raw, "gateway") ?? {}).value;
  const containers = sound(property(raw, "containers"), (item) => salvage(containerSchema, item).value);
  const groups = sound(property(raw, "groups"), (item) => salvage(groupSchema, item).value);
  const names = new Set(
    listOf(property(raw, "containers"))
      .map((item) => property(item, "name"))
      .filter((name) => typeof name === "string"),
  );
  const dockerHosts = listOf(property(raw, "docker"))
    .map((item) => property(item, "name"))
    .filter((name) => typeof name === "string");
  const timezone = gateway?.schedule_timezone || localTimezone;
  return [
    ...(gateway === undefined ? [] : checkAdminAuth(gateway.admin_auth)),
    ...checkDocker(sound(property(raw, "docker"), (item) => salvage(dockerHostSchema, item).value)),
    ...checkContainers(containers, { names, dockerHosts, timezone, nowMs }),
    ...checkGroups(
      groups,
      names,
      containers.flatMap(({ keys }) => (keys.host ?? []).map(hostOf)),
    ),
  ];
}

function sound<T>(items: unknown, parse: (item: unknown) => T | undefined): Positioned<T>[] {
  return listOf(items).flatMap((item, index) => {
    const keys = parse(item);
    return keys === undefined ? [] : [{ index, keys }];
  });
}

function override(raw: unknown, overrides: readonly Override[]): unknown {
  const copy: unknown = structuredClone(raw);
  for (const { path, value } of overrides) {
    let parent = copy;
    for (const [depth, step] of path.entries()) {
      if (!isMap(parent)) break;
      if (depth === path.length - 1) parent[step] = value;
      else parent = parent[step] ??= {};
    }
  }
  return copy;
}

function toFault(
  { path, part, message }: KeyIssue,
  file: string,
  document: YamlDocument,
  overrides: readonly Override[],
): Fault {
  const key = formatPath(path);
  const variable = overrides.find((each) => formatPath(each.path) === key)?.variable;
  if (variable !== undefined) return { place: { kind: "environment", variable }, key: "", message };
  return fileFault(file, document.locate(path, part), key, message);
}

function fileFault(file: string, place: { line: number; column: number }, key: string, message: string): Fault {
  return { place: { kind: "file", file, ...place }, key, message };
}

function failed(faults: readonly Fault[]): LoadResult {
  return { ok: false, faults: faults.toSorted(byPlace) };
}

function property(value: unknown, key: string): unknown {
  return isMap(value) ? value[key] : undefined;
}

function isMap(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
