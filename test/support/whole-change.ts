import type { Settings, SettingsChange } from "../../src/core/settings.ts";

/** Returns what makes a change of everything of whole settings, those before them included. */
export function createWholeChange(): (settings: Settings) => SettingsChange {
  const names = new Set<string>();
  return ({ gateway, workloads, groups }) => {
    for (const { name } of [...workloads, ...groups]) names.add(name);
    return { gateway, workloads, groups, names: new Set(names) };
  };
}
