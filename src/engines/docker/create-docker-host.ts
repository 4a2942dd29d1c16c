import type { InventoryItem } from "../../core/observation.ts";
import type { AddressMode, GatewaySettings } from "../../core/settings.ts";
import { type Engine, EngineError, type News, type WorkloadRef } from "../../lifecycle/ports.ts";
import { type DockerHost, hostConnection } from "./connection.ts";
import { cacheLast } from "../../core/cache-last.ts";
import { createDockerEngine } from "./create-docker-engine.ts";

/** What the engine of another Docker host needs. */
export interface DockerHostDeps {
  readonly host: DockerHost & { readonly address?: AddressMode | undefined };
  readonly reach: () => Pick<GatewaySettings, "address" | "network">;
}

/** Creates the engine of another Docker host, whose name prefixes those of its containers. Never throws. */
export function createDockerHost({ host, reach }: DockerHostDeps): Engine {
  try {
    const address = (): AddressMode => host.address ?? reach().address;
    const environment = hostConnection(host);
    const engine = createDockerEngine({ environment, reach: () => ({ ...reach(), address: address() }) });
    return underName(host.name, engine);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return unusable(host.name, error);
  }
}

/** Wraps an engine so that its workloads are called `host:name`. */
function underName(host: string, engine: Engine): Engine {
  const prefix = `${host}:`;
  const bare = <Ref extends WorkloadRef>(ref: Ref): Ref => ({ ...ref, name: ref.name.slice(prefix.length) });
  const rename = cacheLast((items: readonly InventoryItem[]) =>
    items.map((one): InventoryItem => ({ ...one, name: prefix + one.name, engine: host })),
  );
  const underPrefix = (news: News | undefined): News | undefined =>
    news?.kind === "renamed" ? { ...news, from: prefix + news.from } : news;
  const named = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== "unreachable") throw error;
      throw new EngineError("unreachable", `${host} cannot be reached: ${error.message}`, { cause: error });
    }
  };
  return {
    ...engine,
    id: host,
    list: async () => rename(await engine.list()),
    observe: async (ref) => ({ ...(await named(engine.observe(bare(ref)))), name: ref.name }),
    start: (ref, instances) => named(engine.start(bare(ref), instances)),
    restart: (ref, order) => named(engine.restart(bare(ref), order)),
    stop: (ref, order) => named(engine.stop(bare(ref), order)),
    watch(onChange, onLink, signal) {
      engine.watch((name, news) => onChange(name && prefix + name, underPrefix(news)), onLink, signal);
    },
    reachFacts: async (ref) => named(engine.reachFacts?.(bare(ref)) ?? Promise.resolve(undefined)),
    logs: (ref, lines) => named(engine.logs(bare(ref), lines)),
    usage: (ref) => named(engine.usage(bare(ref))),
    traffic: (ref) => named((engine.traffic ?? engine.usage)(bare(ref))),
    execs: (ref) => named(engine.execs(bare(ref))),
    limits: (ref) => named(engine.limits(bare(ref))),
    throttle: (ref, allowance) => named(engine.throttle(bare(ref), allowance)),
    restore: (ref, own) => named(engine.restore(bare(ref), own)),
  };
}

/** Creates the engine of a host with invalid settings, which affect only its own containers. */
function unusable(host: string, { message }: EngineError): Engine {
  const engine = createDockerEngine({ environment: hostConnection({ ...NOWHERE, name: host }), reach: () => AUTO });
  const fail = (): Promise<never> => Promise.reject(new EngineError("unreachable", message));
  const methods = {
    list: fail,
    observe: fail,
    start: fail,
    restart: fail,
    stop: fail,
    logs: fail,
    usage: fail,
    traffic: fail,
  };
  return underName(host, { ...engine, ...methods, execs: fail, limits: fail, watch: () => undefined });
}

const NOWHERE = { host: "unix:///dev/null", reach: "" };
const AUTO = { address: "auto", network: "" } as const;
