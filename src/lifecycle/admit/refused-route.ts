import type { RouteFacts } from "../../core/read-models.ts";
import { healthOf } from "../workload/health.ts";
import type { LogTail } from "../workload/log-tail.ts";
import type { Clock } from "../ports.ts";
import type { Route } from "./route.ts";

interface RefusedRouteDeps {
  readonly clock: Clock;
  readonly logTail: LogTail;
}

/** Creates the functions that describe the route of a refused request. */
export function createRefusedRoutes({ clock, logTail }: RefusedRouteDeps) {
  return (route: Route) => ({
    facts: () => routeFacts(route, clock),
    async lastLines(workload: string): Promise<readonly string[] | undefined> {
      const record = route.members.find(({ name }) => name === workload);
      return record && logTail(record);
    },
    async wantsTls(): Promise<boolean> {
      const checks = route.memberPorts.flatMap(({ port }) => port.tlsCheck ?? []);
      return (await Promise.all(checks)).includes(true);
    },
  });
}

/** Returns the present facts about a route for the gateway's own responses. */
export function routeFacts(route: Route, clock: Clock): RouteFacts {
  const { phase, elapsedMs, etaMs } = healthOf(route.memberPorts, clock);
  return {
    branding: route.settings,
    phase: phase ?? "starting",
    elapsedMs,
    etaMs,
    hasDependencies: route.members.some(({ dependencies }) => dependencies.length > 0),
    wallMs: clock.wall(),
    lastAnswer: route.memberPorts.find(({ port }) => port.lastProbe !== undefined)?.port.lastProbe,
  };
}
