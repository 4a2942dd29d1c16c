import { CAPABILITIES, type EngineCapabilities, type EngineKind } from "../../core/engine-kind.ts";
import type { LabelKeys } from "../schema/container-schema.ts";

/** The settings that an engine supports, and faults for the others. */
export interface Fitted<Keys> {
  readonly keys: Keys;
  readonly lacks: readonly { readonly key: string; readonly message: string }[];
}

/**
 * Removes and reports the settings that this kind of engine does not support. If the kind is unknown, nothing is
 * removed.
 */
export function fitToEngine<Keys extends LabelKeys>(keys: Keys, kind: EngineKind | undefined): Fitted<Keys> {
  if (kind === undefined) return { keys, lacks: [] };
  const broken = NEEDS.filter(({ capability, isSet }) => !CAPABILITIES[kind][capability] && isSet(keys));
  return {
    keys: broken.reduce((fitted, { instead }) => ({ ...fitted, ...instead }), keys),
    lacks: broken.map(({ key, action }) => ({
      key,
      message: `${WORKLOADS[kind]} cannot ${action}: remove this key`,
    })),
  };
}

const WORKLOADS: Readonly<Record<EngineKind, string>> = {
  docker: "a container",
  process: "a local process",
  swarm: "a Docker Swarm service",
  kubernetes: "a Kubernetes workload",
};

interface Need {
  readonly key: keyof LabelKeys | "traefik.when_awake";
  readonly capability: keyof EngineCapabilities;
  readonly action: string;
  readonly isSet: (keys: LabelKeys) => boolean;
  /** The values to use if the engine does not support it. */
  readonly instead: Partial<LabelKeys>;
}

const NEEDS: readonly Need[] = [
  {
    key: "pause_after",
    capability: "pause",
    action: "be paused",
    isSet: ({ pause_after }) => pause_after > 0,
    instead: { pause_after: 0 },
  },
  {
    key: "stop_method",
    capability: "pause",
    action: "be paused",
    isSet: ({ stop_method }) => stop_method === "pause",
    instead: { stop_method: "stop" },
  },
  {
    key: "stop_method",
    capability: "stopSignal",
    action: "be killed at once",
    isSet: ({ stop_method }) => stop_method === "kill",
    instead: { stop_method: "stop" },
  },
  {
    key: "throttle_after",
    capability: "throttle",
    action: "be throttled",
    isSet: ({ throttle_after }) => throttle_after > 0,
    instead: { throttle_after: 0 },
  },
  {
    key: "stop_signal",
    capability: "stopSignal",
    action: "be stopped with another signal",
    isSet: ({ stop_signal }) => stop_signal !== "",
    instead: { stop_signal: "" },
  },
  {
    key: "stop_timeout",
    capability: "stopTimeout",
    action: "be given another stop timeout",
    isSet: ({ stop_timeout }) => stop_timeout !== undefined,
    instead: { stop_timeout: undefined },
  },
  {
    key: "min_ready",
    capability: "replicas",
    action: "have more than one instance",
    isSet: ({ min_ready }) => min_ready > 1,
    instead: { min_ready: 1 },
  },
  {
    key: "traefik.when_awake",
    capability: "usage",
    action: "report its usage, so that Traefik must ask before each request",
    isSet: ({ traefik }) => traefik.when_awake === "direct",
    instead: { traefik: {} },
  },
  {
    key: "idle_signal",
    capability: "usage",
    action: "report its usage",
    isSet: ({ idle_signal = "requests" }) => idle_signal !== "requests",
    instead: { idle_signal: undefined },
  },
];
