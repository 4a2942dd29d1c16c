import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { type AddressSet, createAddressSet } from "./config/address-set.ts";
import { formatFault } from "./config/check/faults.ts";
import { isSelf } from "./config/merge/inventory-index.ts";
import { type MergeResult, mergeSettings } from "./config/merge/merge-settings.ts";
import type { FileConfig } from "./config/parse/load-config.ts";
import { isGatewayName } from "./core/host-table.ts";
import type { InventoryItem } from "./core/observation.ts";
import type { Settings } from "./core/settings.ts";
import { createResponder, type Responder } from "./respond/responder.ts";

interface CurrentSettingsDeps {
  readonly config: FileConfig;
  readonly self?: string | undefined;
  readonly warn: (message: string) => void;
}

/**
 * The only holder of the configuration and of what is derived from it, all of it replaced by a reload or a new
 * inventory.
 */
export interface CurrentSettings {
  readonly gateway: () => FileConfig["gateway"];
  readonly responder: () => Responder;
  /** The last merge; `undefined` before the first inventory. */
  readonly merged: () => MergeResult | undefined;
  /** Whether an address belongs to a trusted proxy. */
  readonly isTrusted: (address: string) => boolean;
  /** Whether a host is a name of the gateway itself. */
  readonly isGatewayName: (host: string) => boolean;
  /** Merges the configuration with the labels of an inventory. */
  readonly merge: (inventory: readonly InventoryItem[]) => Settings;
  /** Applies another configuration; what needs a restart keeps its old value, with a warning. */
  readonly replace: (next: FileConfig) => void;
}

export function createCurrentSettings({ self, warn, ...deps }: CurrentSettingsDeps): CurrentSettings {
  const warned = new Set<string>();
  let { config } = deps;
  let merged: MergeResult | undefined;
  let trusted: AddressSet = () => false;
  let ownNames: readonly string[] = [];
  let responder = responderFor(config.gateway);

  function responderFor({ templatesDir, theme }: FileConfig["gateway"]): Responder {
    return createResponder({ templatesDir, theme, report: warn });
  }

  return {
    gateway: () => config.gateway,
    responder: () => responder,
    merged: () => merged,
    isTrusted: (address) => trusted(address),
    isGatewayName: (host) => isGatewayName(host, ownNames),
    merge(inventory) {
      merged = mergeSettings(config, inventory, { self });
      for (const warning of [...merged.warnings, ...merged.labelFaults.map(formatFault)]) {
        if (warned.has(warning)) continue;
        warned.add(warning);
        warn(warning);
      }
      ownNames = [hostname(), ...inventory.filter((item) => isSelf(item, self)).map(({ name }) => name)];
      trusted = createAddressSet(merged.settings.gateway.trustedProxies);
      return merged.settings;
    },
    replace(next) {
      const { port, bind, adminAuth, stateFile, swarmManagers } = config.gateway;
      const fixed = { port, bind, adminAuth, stateFile, swarmManagers };
      for (const key of Object.keys(fixed) as (keyof typeof fixed)[]) {
        if (isDeepStrictEqual(next.gateway[key], fixed[key])) continue;
        warn(`gateway.${FIXED_KEYS[key]} is not reloaded: the new value counts after a restart`);
      }
      const gateway = { ...next.gateway, ...fixed };
      responder = responderFor(gateway); // templates may have changed even if the configuration has not
      config = { ...next, gateway };
    },
  };
}

/** The settings that only take effect at a start, by their key in the file. */
const FIXED_KEYS = {
  port: "port",
  bind: "bind",
  adminAuth: "admin_auth",
  stateFile: "state_file",
  swarmManagers: "swarm_managers",
} as const;
