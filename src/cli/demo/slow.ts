import { setTimeout as sleep } from "node:timers/promises";
import { listen, say } from "./listen.ts";
import { renderPage } from "./page.ts";

const steps = [
  "looking for the matches",
  "lighting the stove",
  "fetching water",
  "grinding the beans",
  "waiting for the water",
  "pouring, slowly",
  "warming the cup",
  "opening the door",
];
const STEP_MS = 500;

/** The slow app of the demo, whose output until it listens is shown on the loading page. */
for (const [at, step] of steps.entries()) {
  say(`[${at + 1}/${steps.length}] ${step} …`);
  await sleep(STEP_MS);
}
listen("slow", () =>
  renderPage({
    title: "Good morning",
    emoji: "☕",
    color: "#b4692f",
    body: [
      `<p>This app took about ${(steps.length * STEP_MS) / 1000} seconds to start. You saw the loading page meanwhile;
       next time its progress bar knows how long it takes. What happened:</p>`,
      `<ol>${steps.map((step) => `<li>${step}</li>`).join("")}</ol>`,
      `<p>A program is not shown a page: <code>curl</code> on this address simply waits until the app answers.</p>`,
    ],
  }),
);
