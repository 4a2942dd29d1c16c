import type { House } from "./house.ts";
import { refOf, type WorkloadRecord } from "./record.ts";

/** The mildest tier before a stop: it stays up, with little CPU. */
export function throttle(house: House, record: WorkloadRecord): void {
  record.throttled = true;
  record.speedUp = () => unthrottle(house, record);
  limit(house, record, record.settings.throttleCpus);
}

/** Somebody asks: full speed again, without a cold start. */
export function unthrottle(house: House, record: WorkloadRecord): void {
  record.throttled = false;
  record.speedUp = undefined;
  limit(house, record, 0);
  house.rearm(record); // it may be throttled again long before it is idle
}

function limit(house: House, record: WorkloadRecord, cpus: number): void {
  record.engine.throttle(refOf(record), cpus).then(
    () => house.emit({ type: "throttled", workload: record.name, cpus }),
    (error: unknown) =>
      house.emit({
        type: "fault",
        message: `the CPU limit of "${record.name}" could not be set`,
        detail: String(error),
      }),
  );
}
