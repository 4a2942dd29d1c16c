import type { House } from "./house.ts";
import type { News } from "./ports.ts";
import type { WorkloadRecord } from "./record.ts";
import { TRUCE_MS } from "./truces.ts";

/** Takes what an engine has heard of a workload, before anything of it can be observed. */
export function hear(house: House, record: WorkloadRecord, news: News): void {
  switch (news.kind) {
    case "ending":
      record.endOrdered = true;
      record.endingUntilMs = house.clock.now() + TRUCE_MS;
      house.dispatch(record, { type: "ending" });
      break;
    case "ended":
      record.endOrdered = news.ordered;
      record.endingUntilMs = 0;
      // Word of the order may come after it was seen asleep.
      if (news.ordered && record.endedBy === "itself") record.endedBy = "other";
      // Nobody is sent to it from now on, though the engine may take a while until it says so itself.
      record.endHinted ||= record.state.status === "ready";
      house.dispatch(record, { type: "ending" });
      break;
    case "started":
      record.endOrdered = false;
      record.endingUntilMs = 0;
      break;
    case "made":
    case "renamed":
    case "removed":
  }
}
