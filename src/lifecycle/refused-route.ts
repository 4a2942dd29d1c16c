import type { Endpoint } from "../core/observation.ts";
import type { RouteFacts } from "../core/read-models.ts";
import { healthOf } from "./health.ts";
import type { LogTail } from "./log-tail.ts";
import type { Clock, Probe } from "./ports.ts";
import type { Route } from "./route.ts";

interface RefusedRouteDeps {
  readonly clock: Clock;
  readonly logTail: LogTail;
  readonly probe: Probe;
}

/** Creates what finds out about a route that a request may not go on to. */
export function createRefusedRoutes({ clock, logTail, probe }: RefusedRouteDeps) {
  const tlsChecks = new WeakMap<Endpoint, Promise<boolean>>();

  /** Checked once for as long as the app is ready at this endpoint. */
  async function speaksTls({ members }: Route): Promise<boolean> {
    const to = members.map(({ gate }) => gate?.to).find((endpoint) => endpoint !== undefined);
    if (to === undefined || to.tls !== undefined) return false;
    const check = tlsChecks.get(to) ?? probe.speaksTls(to, NEVER);
    tlsChecks.set(to, check);
    return check;
  }

  return (route: Route) => ({
    facts: () => routeFacts(route, clock),
    async lastLines(workload: string): Promise<readonly string[] | undefined> {
      const record = route.members.find(({ name }) => name === workload);
      return record && logTail(record);
    },
    speaksTls: () => speaksTls(route),
  });
}

const NEVER = new AbortController().signal;

/** Returns what a response of the gateway may report of a route now. */
export function routeFacts(route: Route, clock: Clock): RouteFacts {
  const { phase, elapsedMs, etaMs } = healthOf(route.members, clock);
  return {
    face: route.face,
    phase: phase ?? "starting",
    elapsedMs,
    etaMs,
    hasDependencies: route.members.some(({ dependencies }) => dependencies.length > 0),
    timezone: route.face.schedule?.timezone ?? "UTC",
    wallMs: clock.wall(),
    lastAnswer: route.members.find(({ lastProbe }) => lastProbe !== undefined)?.lastProbe,
  };
}
