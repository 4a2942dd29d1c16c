import { after, type TestContext } from "node:test";
import { hasKubernetes } from "./binaries.ts";
import { type KubeBed, startBed } from "./bed.ts";

/** Returns the bed that the tests of a file share, started by the first test; `undefined` if the test was skipped. */
export type SharedBed = (t: TestContext) => Promise<KubeBed | undefined>;

/** Creates a bed that the tests of a file share, and that is stopped after them. */
export function shareBed(): SharedBed {
  let bed: Promise<KubeBed> | undefined;
  after(async () => await (await bed)?.stop());
  return async (t) => {
    if (!hasKubernetes(t)) return undefined;
    bed ??= startBed();
    return bed;
  };
}
