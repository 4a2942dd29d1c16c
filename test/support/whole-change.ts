import type { Settings, SettingsChange } from "../../src/core/settings.ts";

/** Creates the function that converts whole settings to a change that includes everything before. */
export function createWholeChange(): (settings: Settings) => SettingsChange {
  const names = new Set<string>();
  return ({ gateway, workloads, groups }) => {
    for (const { name } of [...workloads, ...groups]) names.add(name);
    return { gateway, workloads, groups, names: new Set(names) };
  };
}
