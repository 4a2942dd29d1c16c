import type { House } from "./house.ts";
import type { News } from "./ports.ts";
import type { WorkloadRecord } from "./record.ts";

/** Takes what an engine has heard of a workload, before anything of it can be observed. */
export function hear(house: House, record: WorkloadRecord, news: News): void {
  switch (news.kind) {
    case "ending":
      record.endOrdered = true;
      return;
    case "ended":
      record.endOrdered = news.ordered;
      // Word of the order may come after it was seen asleep.
      if (news.ordered && record.endedBy === "itself") record.endedBy = "other";
      // Nobody is sent to it from now on, though the engine may take a while until it says so itself.
      record.endHinted ||= record.state.status === "ready";
      house.dispatch(record, { type: "ending" });
      return;
    case "started":
      record.endOrdered = false;
      break;
    case "made":
    case "renamed":
    case "removed":
  }
}
