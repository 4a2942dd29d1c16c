import type { IgnoreRules } from "../../core/settings.ts";
import type { LabelKeys } from "../schema/container-schema.ts";
import { IGNORE_PRESETS } from "./ignore-presets.ts";

/** Returns the `ignore` rules with their presets expanded; `undefined` without rules. */
export function compileIgnore(keys: LabelKeys["ignore"]): IgnoreRules | undefined {
  const presets = keys.preset.map((preset) => IGNORE_PRESETS[preset]);
  const rules = {
    userAgents: unique([
      ...keys.user_agents.map((part) => part.toLowerCase()),
      ...presets.flatMap((preset) => preset.userAgents),
    ]),
    paths: unique([...keys.paths, ...presets.flatMap((preset) => preset.paths)]),
    methods: unique(keys.methods.map((method) => method.toUpperCase())),
    ips: unique(keys.ips),
  };
  const isEmpty = Object.values(rules).every((list) => list.length === 0);
  return isEmpty ? undefined : { ...rules, status: keys.status };
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)].filter((item) => item !== "");
}
