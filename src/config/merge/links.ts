import type { InventoryItem } from "../../core/observation.ts";
import { COMPOSE_DEPENDS_ON, readComposeLabels } from "./compose-labels.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { hostOf, parseHostPort } from "../schema/host-port.ts";

/**
 * Returns keys for everything on which the settings of a container depend: containers that share a key, directly or
 * through others, must be merged together.
 */
export function linksOfItem({ name, id, engine, labels, networkOf }: InventoryItem): readonly string[] {
  const keys = [...linksOfName(name)];
  // A removed container has no id; an empty one would connect all of these.
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
  // Replicas form a group with this name, or with a number appended if it is taken.
  if (labels["dag.host"] !== undefined)
    keys.push(...[`${project}-${service}`, `${project}-${service}-2`].flatMap(linksOfName));
  return keys;
}

/** The same for a container of the file; `projects` are the Compose projects of the containers with its name. */
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

/** The same for a group of the file. */
export function linksOfGroup({ name, host, containers }: FileConfig["groups"][number]): readonly string[] {
  return [...[name, ...containers].flatMap(linksOfName), ...host.map(linkOfHost)];
}

/**
 * The same for a name: a plain one may mean a container on another Docker host or in the same namespace, and vice
 * versa.
 */
export function linksOfName(name: string): readonly string[] {
  const [withoutSource, plain] = [name.slice(name.indexOf(":") + 1), name.slice(name.lastIndexOf("/") + 1)];
  return [...new Set([name, withoutSource, plain === name ? withoutSource : plain])].map((one) => NAME + one);
}

/** Returns the name in a key, if it is the key of a name. */
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
