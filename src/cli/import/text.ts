import { stringify } from "yaml";
import { plainLine } from "../../core/plain-line.ts";
import type { Imported, ImportedContainer, KeyValue } from "./types.ts";

/** Formats a config.yaml; settings without an equivalent become comments. */
export function configText(imported: Imported, from: string): string {
  const { gateway, containers, comments } = imported;
  const lines = [...head(from, comments), ...section("gateway", Object.entries(gateway))];
  if (containers.length === 0) return `${[...lines, "containers: []"].join("\n")}\n`;
  lines.push("containers:");
  for (const container of containers) {
    const depends = container.dependsOn.map((each) => each.container);
    const keys = [["name", container.name], ...keysOf(container, depends)] as const;
    lines.push(...container.comments.map((comment) => `  ${line(comment)}`));
    lines.push(...keys.map(([key, value], index) => `  ${index === 0 ? "-" : " "} ${key}: ${written(value)}`));
  }
  return `${lines.join("\n")}\n`;
}

/** Formats a Compose file that adds our labels: `docker compose -f compose.yaml -f THIS up -d`. */
export function labelsText(imported: Imported, from: string): string {
  const { gateway, containers, comments } = imported;
  const extra = Object.entries(gateway).map(
    ([key, value]) => `gateway.${key}: ${written(value)} goes into the file config.yaml`,
  );
  const lines = head(from, [...comments, ...extra]);
  if (containers.length === 0) return `${[...lines, "services: {}"].join("\n")}\n`;
  lines.push("services:");
  // A service without settings is only a dependency, which needs no label.
  for (const container of containers.filter(({ keys, comments: own }) => Object.keys(keys).length + own.length > 0)) {
    const depends = container.dependsOn.map((each) => each.service);
    const labels = [["enabled", "true"], ...keysOf(container, depends).flatMap(labelsOf)] as const;
    lines.push(`  ${written(container.service)}:`);
    lines.push(...container.comments.map((comment) => `    ${line(comment)}`), "    labels:");
    lines.push(...labels.map(([key, value]) => `      dag.${key}: ${JSON.stringify(value)}`));
  }
  return `${lines.join("\n")}\n`;
}

function head(from: string, comments: readonly string[]): string[] {
  return [
    line(
      `Made by dag import from ${from}. Lines like this one list settings without an equivalent, and what to check.`,
    ),
    ...comments.map(line),
  ];
}

/** Formats a comment as one line, whatever the imported file contains. */
function line(comment: string): string {
  return `# ${plainLine(comment)}`;
}

function section(name: string, entries: readonly (readonly [string, KeyValue])[]): string[] {
  return entries.length === 0 ? [] : [`${name}:`, ...entries.map(([key, value]) => `  ${key}: ${written(value)}`)];
}

function keysOf({ keys }: ImportedContainer, depends: readonly string[]): [string, KeyValue][] {
  return [...Object.entries(keys), ...(depends.length > 0 ? [["depends_on", depends] as [string, KeyValue]] : [])];
}

/** Converts a key to labels: nested keys with dots, lists with commas. */
function labelsOf([key, value]: readonly [string, KeyValue]): [string, string][] {
  if (typeof value !== "object") return [[key, String(value)]];
  if (Array.isArray(value)) return [[key, value.join(",")]];
  return Object.entries(value).map(([below, list]) => [`${key}.${below}`, (list as readonly string[]).join(",")]);
}

function written(value: KeyValue): string {
  const plain = typeof value === "string" ? plainLine(value) : value;
  return stringify(plain, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}
