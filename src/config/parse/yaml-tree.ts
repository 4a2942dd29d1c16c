import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, Scalar } from "yaml";
import type { KeyPath } from "../schema/key-path.ts";
import { formatPath } from "../schema/key-path.ts";

/** The offsets of keys and values in the text, by path (`containers[0].host`). */
export type Offsets = ReadonlyMap<string, { readonly key: number; readonly value: number }>;

/** The plain value of a YAML document, with offsets and faults. */
export interface YamlTree {
  readonly raw: unknown;
  readonly offsets: Offsets;
  readonly faults: readonly TreeFault[];
}

/** A fault with its offset in the text. */
export interface TreeFault {
  readonly path: KeyPath;
  readonly message: string;
  readonly offset: number;
}

/**
 * Converts YAML nodes to plain maps, lists and texts; resolves aliases and merge keys (`<<`), and omits empty values.
 */
export function readYamlTree(root: unknown): YamlTree {
  const reader = new TreeReader();
  return { raw: reader.read(root) ?? undefined, offsets: reader.offsets, faults: reader.faults };
}

class TreeReader {
  readonly offsets = new Map<string, { key: number; value: number }>();
  readonly faults: TreeFault[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #budget = MOST_NODES;
  #merging = 0;

  read(root: unknown): unknown {
    return this.#readNode(root, [], 0);
  }

  #readNode(node: unknown, path: KeyPath, depth: number): unknown {
    if (!isNode(node)) return null;
    if (this.#budget <= 0) return null;
    this.#budget -= 1;
    if (this.#budget === 0) return this.#fault(path, "aliases make the file too large", node);
    if (depth > DEEPEST) return this.#fault(path, "nested too deeply", node);
    if (isAlias(node)) return this.#readAlias(node.source, node, path, depth);
    if ("anchor" in node && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return readText(node);
    this.#open.add(node);
    const value = isMap(node)
      ? this.#readMap(node.items, path, depth)
      : isSeq(node)
        ? this.#readList(node.items, path, depth)
        : null;
    this.#open.delete(node);
    return value;
  }

  #readAlias(name: string, node: Node, path: KeyPath, depth: number): unknown {
    const target = this.#anchors.get(name);
    if (target === undefined) return this.#fault(path, "an alias (*name) without its anchor (&name)", node);
    if (this.#open.has(target)) return this.#fault(path, "an alias that contains itself", node);
    return this.#readNode(target, path, depth + 1);
  }

  #readMap(pairs: readonly Pair[], path: KeyPath, depth: number): unknown {
    const map = new Map<string, unknown>();
    const merged: unknown[] = [];
    for (const pair of pairs) {
      const key = keyOf(pair.key);
      if (key === undefined) {
        this.#fault(path, "a key must be text", pair.key);
        continue;
      }
      if (key === MERGE) {
        this.#merging += 1;
        merged.push(...listOf(this.#readNode(pair.value, path, depth + 1)));
        this.#merging -= 1;
        continue;
      }
      const below = [...path, key];
      this.#note(below, pair.key, pair.value);
      this.#note([...path, map.size], pair.key, pair.value); // as an item too: some lists may be written as a map
      const value = this.#readNode(pair.value, below, depth + 1);
      if (map.has(key)) this.#fault(below, `duplicate key "${key.slice(0, 60)}"`, pair.key);
      else map.set(key, value);
    }
    for (const extra of merged) {
      if (!isPlainMap(extra)) this.#fault(path, "a merge key (<<) requires maps", pairs[0]?.key);
      else for (const [key, value] of Object.entries(extra)) if (!map.has(key)) map.set(key, value);
    }
    return toObject(map, path);
  }

  #readList(items: readonly unknown[], path: KeyPath, depth: number): unknown {
    return items.map((item, index) => {
      const below = [...path, index];
      this.#note(below, item, item);
      return this.#readNode(item, below, depth + 1);
    });
  }

  /** Notes the place of a key; one of the map itself takes precedence over a merged one. */
  #note(path: KeyPath, key: unknown, value: unknown): void {
    const written = formatPath(path);
    if (path.length === 0 || (this.#merging > 0 && this.offsets.has(written))) return;
    const keyOffset = offsetOf(key);
    this.offsets.set(written, { key: keyOffset, value: offsetOf(value) || keyOffset });
  }

  #fault(path: KeyPath, message: string, at: unknown): null {
    this.faults.push({ path, message, offset: offsetOf(at) });
    return null;
  }
}

/** More than any real configuration has, but fewer than an alias bomb creates. */
const MOST_NODES = 100_000;
const DEEPEST = 100;
const MERGE = "<<";

function isNode(value: unknown): value is Node {
  return isAlias(value) || isScalar(value) || isMap(value) || isSeq(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readText(node: Scalar): string | null {
  const text = typeof node.value === "string" ? node.value : (node.source ?? "");
  return node.type === Scalar.PLAIN && /^(|~|null|Null|NULL)$/.test(text) ? null : text;
}

function keyOf(key: unknown): string | undefined {
  return isScalar(key) ? (readText(key) ?? undefined) : undefined;
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/**
 * Creates an object without a prototype, so that `__proto__` is an ordinary key. A key without a value counts as unset,
 * except in a map of hosts, where a host would silently get lost.
 */
function toObject(map: ReadonlyMap<string, unknown>, path: KeyPath): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>;
  const isOfHosts = path.at(-1) === "host";
  for (const [key, value] of map) if (value !== null || isOfHosts) object[key] = value;
  return object;
}
