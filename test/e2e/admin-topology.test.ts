import assert from "node:assert/strict";
import type { Settings, WorkloadSettings } from "../../src/core/settings.ts";
import { startEndpoints } from "../integration/endpoints-fixture.ts";
import { settingsOf } from "../integration/settings.ts";
import { inChromium, keepPicture } from "../support/browser.ts";

type App = Partial<WorkloadSettings> & { name: string };

for (const [n, settings] of [
  [3, settingsOf(stack("shop", ["db"], 1))],
  [60, sixty()],
] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    inChromium(`a topology of ${n} is drawn so that nothing covers anything (${colorScheme})`, async (t, open) => {
      const fixture = await startEndpoints(t, settings);
      for (const [index, name] of [...fixture.lifecycle.records.keys()].entries())
        if (index % 3 !== 1) fixture.lifecycle.wake(fixture.record(name), "request");
      await fixture.clock.advance(5_000);
      const page = await open({ colorScheme, viewport: { width: 1440, height: 900 } });
      await page.goto(`http://localhost:${fixture.port}/_topology`);
      await keepPicture(page, `admin-topology-${n}-${colorScheme}`);
      assert.equal(await page.locator("a.box").count(), settings.workloads.length);
      assert.deepEqual(await page.evaluate(OVERLAPS), []);
      assert.deepEqual(await page.evaluate(OUTSIDE), []);
    });
  }
}

/** Boxes and titles of frames that cover each other. */
const OVERLAPS = `(() => {
  const things = [...document.querySelectorAll(".box > svg, .frame > svg")].map((element) => [element.textContent.trim(), element.getBoundingClientRect()]);
  return things.flatMap(([name, a], index) => things.slice(index + 1)
    .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
    .map(([other]) => name + " / " + other));
})()`;

/** Boxes that belong to no frame but lie in one. */
const OUTSIDE = `(() => [...document.querySelectorAll(".picture")].flatMap((picture) => {
  const frames = [...picture.querySelectorAll(".frame > rect")].map((rect) => rect.getBoundingClientRect());
  const boxes = [...picture.querySelectorAll(".box > svg > rect")].map((rect) => rect.getBoundingClientRect());
  return boxes.flatMap((box) => frames.filter((frame) => box.left < frame.right && frame.left < box.right && box.top < frame.bottom && frame.top < box.bottom)
    .filter((frame) => box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom).map(() => "half in a frame"));
}))()`;

/** `apps` apps, each of which needs all of `needs`, the first of which needs the next. */
function stack(name: string, needs: readonly string[], apps: number): App[] {
  const services = needs.map((need, index): App => ({
    name: `${name}-${need}`,
    hosts: [],
    dependsOn: needs.slice(index + 1, index + 2).map((next) => ({ name: `${name}-${next}`, condition: "started" })),
  }));
  const fronts = Array.from({ length: apps }, (_, index): App => ({
    name: apps === 1 ? name : `${name}-${index + 1}`,
    dependsOn: needs.map((need, at) => ({ name: `${name}-${need}`, condition: at === 0 ? "healthy" : "completed" })),
  }));
  return [...fronts, ...services, ...(name === "shop" ? [{ name: "blog" }] : [])];
}

function sixty(): Settings {
  const apps = [
    ...stack("shop", ["db", "cache", "queue"], 4),
    ...stack("immich", ["postgres", "redis", "machine-learning"], 1),
    ...stack("nextcloud", ["mariadb", "redis", "cron", "init"], 1),
    ...stack("authentik", ["postgres", "redis"], 2),
    ...stack("api-with-a-rather-long-name", ["db"], 12),
    ...stack("matrix", ["postgres"], 3),
    ...Array.from({ length: 20 }, (_, index): App => ({ name: `alone-${index + 1}` })),
  ];
  const member = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
  return settingsOf(apps, {
    groups: [
      { name: "shop", members: member("shop", 4) },
      { name: "api", members: member("api-with-a-rather-long-name", 12), hosts: ["api.example.com"] },
      { name: "blue", members: ["alone-1", "alone-2", "alone-3", "alone-4", "alone-5", "alone-6"] },
      { name: "matrix", members: ["matrix-1", "matrix-2"] },
      { name: "matrix-all", members: ["matrix-1", "matrix-2", "matrix-3"] },
    ],
  });
}
