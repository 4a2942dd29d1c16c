import { listen } from "./listen.ts";
import { renderPage } from "./page.ts";

/** The quick app of the demo, which is ready before a loading page could be shown. */
listen("hello", (visits) =>
  renderPage({
    title: "Hello, I am awake",
    emoji: "☀️",
    color: "#2f9e6e",
    body: [
      `<p>Nothing ran here until you asked. Your request started this process, waited for it, and was answered by it
       (visit ${visits} since then).</p>`,
      "<p>Leave it alone for a minute and it is stopped again. Then reload: it will be back, with the count at one.</p>",
      '<p>An app that takes longer to start: <a href="#" id="slow">its neighbour</a>.</p>',
      `<script>document.getElementById("slow").href = location.href.replace("hello.", "slow.")</script>`,
    ],
  }),
);
