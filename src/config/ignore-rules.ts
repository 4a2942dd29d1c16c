import type { IgnoreRules } from "../core/settings.ts";
import type { LabelKeys } from "./container-schema.ts";
import { IGNORE_PRESETS } from "./ignore-presets.ts";

/** The must-not-wake rules with their presets written out; `undefined` when there is no rule. */
export function compileIgnore(keys: LabelKeys["ignore"]): IgnoreRules | undefined {
  const presets = keys.preset.map((preset) => IGNORE_PRESETS[preset]);
  const rules: IgnoreRules = {
    userAgents: unique([
      ...keys.user_agents.map((part) => part.toLowerCase()),
      ...presets.flatMap((preset) => preset.userAgents),
    ]),
    paths: unique([...keys.paths, ...presets.flatMap((preset) => preset.paths)]),
    methods: unique(keys.methods.map((method) => method.toUpperCase())),
    ips: unique(keys.ips),
  };
  return Object.values(rules).some((list: readonly string[]) => list.length > 0) ? rules : undefined;
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)].filter((item) => item !== "");
}
