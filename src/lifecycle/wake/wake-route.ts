import { coolDownMs } from "../../core/cool-down.ts";
import type { WakeCause } from "../../core/wake-cause.ts";
import { membersToWake } from "../../core/scale.ts";
import { isCoolingDown } from "../workload/failure.ts";
import type { LifecycleContext } from "../context.ts";
import { isMemberCoolingDown, isMemberOnItsWay } from "../workload/silence.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import type { Route } from "../admit/route.ts";
import { mayBeWoken } from "../stop/suspension.ts";

/** Wakes all members of a route, or as many as its `target_concurrency` requires. */
export function wakeRoute(context: LifecycleContext, route: Route, cause: WakeCause): void {
  const now = context.clock.now();
  const wall = context.clock.wall();
  const views = route.memberPorts.map(({ record: member, port }) => {
    const failing =
      isMemberCoolingDown({ record: member, port }, context.clock) ||
      member.schedule?.isOpen(wall) === false ||
      !mayBeWoken(member, cause);
    const awake = port.gate !== undefined;
    const waking = !awake && !failing && isMemberOnItsWay({ record: member, port }, now);
    return { awake, waking, failing, inFlight: member.leases };
  });
  for (const index of membersToWake(views, route.group?.targetConcurrency ?? 0)) {
    const member = route.members[index];
    if (member !== undefined) context.wake(member, cause);
  }
}

/** Wakes further members of a group, if a request that goes to one of them makes that necessary. */
export function wakeOthers(context: LifecycleContext, route: Route): void {
  if ((route.group?.targetConcurrency ?? 0) > 0) return wakeRoute(context, route, "scale");
  for (const member of route.members) if (mayComeBack(context, member)) context.wake(member, "request");
}

/** Returns whether a member has ended by itself; one that was stopped is not woken while others are ready. */
function mayComeBack({ clock }: LifecycleContext, member: WorkloadRecord): boolean {
  const { state, endedBy, crashes, asleepSinceMs, schedule } = member;
  if (endedBy !== "itself" || schedule?.isOpen(clock.wall()) === false) return false;
  if (state.status === "failed") return !isCoolingDown(member, clock.now());
  return state.status === "asleep" && clock.now() - asleepSinceMs >= coolDownMs(crashes - 1);
}
