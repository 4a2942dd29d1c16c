import type { InventoryItem } from "../../core/observation.ts";
import { COMPOSE_DEPENDS_ON, readComposeLabels } from "./compose-labels.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { hostOf, parseHostPort } from "../schema/host-port.ts";

/**
 * What the settings of a container depend on besides itself, as keys: two that share a key must be merged together, two
 * that are not even connected by others have nothing to do with each other.
 */
export function linksOfItem({ name, id, engine, labels, networkOf }: InventoryItem): readonly string[] {
  const keys = [...linksOfName(name)];
  // Removed ones have no id any more: an empty one would connect all of them.
  if (id !== "") keys.push(`id ${id}`);
  if (networkOf !== undefined) keys.push(`id ${networkOf}`, ...linksOfName(networkOf));
  for (const host of listIn(labels["dag.host"])) keys.push(linkOfHost(host));
  const group = labels["dag.group"]?.trim();
  if (group !== undefined && group !== "") keys.push(...linksOfName(group));
  const needed = listIn(labels["dag.depends_on"]);
  keys.push(...needed.flatMap(linksOfName));
  const compose = readComposeLabels(labels, engine);
  if (compose === undefined) return keys;
  const { project, service, needs } = compose;
  const services = [service, ...needed, ...(labels[COMPOSE_DEPENDS_ON] === undefined ? [] : needs.map(serviceOf))];
  keys.push(...services.map((one) => linkOfService(project, one)));
  // Replicas are a group of this name, or with a number if another one has it.
  if (labels["dag.host"] !== undefined)
    keys.push(...[`${project}-${service}`, `${project}-${service}-2`].flatMap(linksOfName));
  return keys;
}

/** The same of a container in the file; `projects` are the Compose projects of what has its name. */
export function linksOfContainer(
  { name, host = [], depends_on: needed = [] }: FileConfig["containers"][number],
  projects: readonly string[],
): readonly string[] {
  return [
    ...[name, ...needed].flatMap(linksOfName),
    ...host.map(linkOfHost),
    ...projects.flatMap((project) => needed.map((service) => linkOfService(project, service))),
  ];
}

/** The same of a group in the file. */
export function linksOfGroup({ name, host, containers }: FileConfig["groups"][number]): readonly string[] {
  return [...[name, ...containers].flatMap(linksOfName), ...host.map(linkOfHost)];
}

/** A plain name may mean that of another Docker host, or of the same namespace of a cluster, and the other way round. */
export function linksOfName(name: string): readonly string[] {
  const [withoutSource, plain] = [name.slice(name.indexOf(":") + 1), name.slice(name.lastIndexOf("/") + 1)];
  return [...new Set([name, withoutSource, plain === name ? withoutSource : plain])].map((one) => NAME + one);
}

/** The name behind a key, if it is one. */
export function nameIn(key: string): string | undefined {
  return key.startsWith(NAME) ? key.slice(NAME.length) : undefined;
}

const NAME = "name ";

function linkOfHost(text: string): string {
  const item = parseHostPort(text);
  return `host ${item.ok ? hostOf(item.value) : text}`;
}

function linkOfService(project: string, service: string): string {
  return `service ${project}\n${service}`;
}

function serviceOf({ service }: { readonly service: string }): string {
  return service;
}

function listIn(text = ""): string[] {
  return text.split(",").flatMap((one) => one.trim() || []);
}
