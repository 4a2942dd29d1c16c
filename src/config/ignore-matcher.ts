import { requestPath } from "../core/request-host.ts";
import type { IgnoreRules } from "../core/settings.ts";
import { type AddressSet, createAddressSet } from "./address-set.ts";

/** The part of a request that `ignore` rules examine; all strings are as the client sent them. */
export interface IgnoreFacts {
  readonly method: string;
  /** The request target in any form (RFC 9112 §3.2); query and fragment are ignored. */
  readonly path: string;
  readonly userAgent: string;
  readonly address: string;
}

interface CompiledRules {
  readonly paths: readonly ((path: string) => boolean)[];
  readonly addresses: AddressSet;
}

/** Creates the matcher of `ignore` rules, which compiles each rules object once. */
export function createIgnoreMatcher(): (rules: IgnoreRules, facts: IgnoreFacts) => boolean {
  const compiled = new WeakMap<IgnoreRules, CompiledRules>();
  return (rules, facts) => {
    let found = compiled.get(rules);
    if (found === undefined) {
      found = { paths: rules.paths.map(compilePath), addresses: createAddressSet(rules.ips) };
      compiled.set(rules, found);
    }
    return matches(rules, found, facts);
  };
}

function matches(rules: IgnoreRules, { paths, addresses }: CompiledRules, facts: IgnoreFacts): boolean {
  if (rules.methods.includes(facts.method)) return true;
  const agent = facts.userAgent.toLowerCase();
  if (rules.userAgents.some((part) => agent.includes(part))) return true;
  const path = requestPath(facts.path);
  return paths.some((test) => test(path)) || addresses(facts.address);
}

/** Compiles a path with `*` for any characters. Not a regular expression, so that no pattern can be slow. */
function compilePath(pattern: string): (path: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return (path) => path === pattern;
  const last = rest.pop() ?? "";
  return (path) => {
    if (!path.startsWith(first) || path.length < first.length + last.length || !path.endsWith(last)) return false;
    let at = first.length;
    const end = path.length - last.length;
    for (const part of rest) {
      const found = path.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
