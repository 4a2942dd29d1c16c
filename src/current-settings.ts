import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { type AddressSet, createAddressSet } from "./config/address-set.ts";
import { type Fault, formatFault } from "./config/check/faults.ts";
import { isSelf } from "./config/merge/inventory-index.ts";
import { createMerger } from "./config/merge/create-merger.ts";
import type { FileConfig } from "./config/parse/load-config.ts";
import { isGatewayName } from "./core/host-table.ts";
import type { FoundItems } from "./core/observation.ts";
import type { SettingsChange } from "./core/settings.ts";
import type { ConfigNotes } from "./web/endpoints-deps.ts";
import { createResponder, type Responder } from "./respond/responder.ts";

interface CurrentSettingsDeps {
  readonly config: FileConfig;
  readonly self?: string | undefined;
  readonly warn: (message: string) => void;
}

/**
 * Holds the configuration and everything derived from it; both change by a reload or a new inventory. Nothing else
 * stores them.
 */
export interface CurrentSettings {
  readonly gateway: () => FileConfig["gateway"];
  readonly responder: () => Responder;
  /** Returns notes on the last merge; `undefined` before the first inventory. */
  readonly merged: () => ConfigNotes | undefined;
  /** Returns whether an address belongs to a trusted proxy. */
  readonly isTrusted: (address: string) => boolean;
  /** Returns whether a host is a name of the gateway itself. */
  readonly isGatewayName: (host: string) => boolean;
  /** Merges the configuration with the labels of all containers, or only what a change of these containers affects. */
  readonly merge: (found: FoundItems, changed?: ReadonlySet<string>) => SettingsChange;
  /** Keeps the present configuration, because the changed one has faults. */
  readonly refuse: (faults: readonly string[]) => void;
  /** Returns the faults of the last change if it was refused; at most fifty. */
  readonly refused: () => readonly string[];
  /** Applies another configuration; settings that require a restart keep their values, with a warning. */
  readonly replace: (next: FileConfig) => void;
}

/** Creates the holder. */
export function createCurrentSettings({ self, warn, ...deps }: CurrentSettingsDeps): CurrentSettings {
  const warned = new Set<string>();
  let { config } = deps;
  const merger = createMerger(config, { self });
  const faults = new Map<string, readonly Fault[]>();
  let notes: ConfigNotes | undefined;
  let refused: readonly string[] = [];
  let trusted: AddressSet = () => false;
  const ownNames = new Set([hostname()]);
  let responder = responderFor(config.gateway);

  function responderFor({ templatesDir, theme }: FileConfig["gateway"]): Responder {
    return createResponder({ templatesDir, theme, report: warn });
  }

  function noteFault(fault: Fault): void {
    if (!("container" in fault.place)) return;
    const { container } = fault.place;
    faults.set(container, [...(faults.get(container) ?? []), fault]);
  }

  return {
    gateway: () => config.gateway,
    responder: () => responder,
    merged: () => notes,
    isTrusted: (address) => trusted(address),
    isGatewayName: (host) => isGatewayName(host, ownNames),
    merge(found, changed) {
      const isWhole = notes === undefined || changed === undefined;
      const { result, names, inventory } = isWhole ? merger.whole(config, found) : merger.part(changed, found);
      const { gateway, workloads, groups } = result.settings;
      if (isWhole) faults.clear();
      for (const name of names) faults.delete(name);
      for (const fault of result.labelFaults) noteFault(fault);
      for (const warning of [...result.warnings, ...result.labelFaults.map(formatFault)]) {
        if (warned.has(warning)) continue;
        warned.add(warning);
        warn(warning);
      }
      for (const name of names) ownNames.delete(name);
      for (const item of inventory) if (isSelf(item, self)) ownNames.add(item.name);
      ownNames.add(hostname());
      if (isWhole) trusted = createAddressSet(gateway.trustedProxies);
      notes = { faults, originsOf: (name) => merger.origins(name, found) };
      return { gateway, workloads, groups, names };
    },
    refuse: (given) => void (refused = given.slice(0, MOST_REFUSED)),
    refused: () => refused,
    replace(next) {
      refused = [];
      config = withFixed(next, config, warn);
      responder = responderFor(config.gateway); // templates may have changed even if the configuration has not
    },
  };
}

/** Returns the next configuration with the present values of the settings that require a restart. */
function withFixed(next: FileConfig, present: FileConfig, warn: (message: string) => void): FileConfig {
  const { port, bind, adminAuth, stateFile, swarmManagers, defaultDocker } = present.gateway;
  const fixed = { port, bind, adminAuth, stateFile, swarmManagers };
  if (!isDeepStrictEqual(next.docker, present.docker)) warn(DOCKER_IS_FIXED);
  for (const key of Object.keys(fixed) as (keyof typeof fixed)[]) {
    if (isDeepStrictEqual(next.gateway[key], fixed[key])) continue;
    warn(`gateway.${FIXED_KEYS[key]} is not reloaded: the new value counts after a restart`);
  }
  return { ...next, gateway: { ...next.gateway, ...fixed, defaultDocker }, docker: present.docker };
}

/** The log contains all of them. */
const MOST_REFUSED = 50;

const DOCKER_IS_FIXED = "docker is not reloaded: the new list of hosts counts after a restart";

/** The settings that only take effect at a start, with their keys in the file. */
const FIXED_KEYS = {
  port: "port",
  bind: "bind",
  adminAuth: "admin_auth",
  stateFile: "state_file",
  swarmManagers: "swarm_managers",
} as const;
