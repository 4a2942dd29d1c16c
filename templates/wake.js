// The loading page: polls the progress of the wake, shows it, and opens the app as soon as it answers.
// It writes text nodes only. Every element may be missing, because a custom template may leave it out.
(() => {
  const $ = (id) => document.getElementById(id);
  const wake = JSON.parse($("wake").dataset.wake);
  const text = wake.text;
  const now = () => performance.now();
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const clean = (words) => String(words ?? "").replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, " ").slice(0, 2000);
  const retryAfter = (answer) => (Number(answer.headers.get("retry-after")) || 1) * 1000 + Math.random() * 300;
  // Every poll has its own address, because a service worker of the app may answer a known one from its cache.
  const ask = (path, query = "") =>
    fetch(`/${path}?container=${encodeURIComponent(wake.name)}${query}&at=${Date.now()}`, {
      cache: "no-store",
      redirect: "manual",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(40000),
    });

  let phase = wake.phase;
  let eta = wake.eta;
  let began = now() - wake.elapsed;
  let over = wake.failed;

  function put(id, words) {
    const element = $(id);
    if (element && element.textContent !== words) element.textContent = words;
  }

  function duration(ms) {
    const s = Math.floor(ms / 1000);
    return s < 60 ? `${s}\u00a0s` : `${Math.floor(s / 60)}\u00a0min ${String(s % 60).padStart(2, "0")}\u00a0s`;
  }

  // The same curve as src/respond/eased-progress.ts: 80 % at the usual time; only the app's own answer fills the bar.
  function tick() {
    if (over) return;
    const ms = now() - began;
    put("elapsed", duration(ms));
    // The usual time of a wake does not include the stop or update before it.
    const isBefore = phase === "stopping" || phase === "updating";
    if (isBefore || !eta) return put("usual", isBefore ? "" : text.first);
    put("usual", (ms > 1.5 * eta ? text.longer : text.usually).replace("{time}", duration(Math.max(1000, eta + 500))));
    const share = ms / eta;
    fill(0.95 * (share > 1e3 ? 1 : share / (1 + share ** 4) ** 0.25));
  }

  function fill(share) {
    const bar = $("progress");
    if (bar) bar.value = share;
    document.documentElement.style.setProperty("--p", share);
    delete document.body.dataset.unknown;
  }

  function enter(next) {
    if (!next || !text[next]) return;
    phase = next;
    put("phase", text[next]);
    let passed = true;
    for (const step of document.querySelectorAll("[data-step]")) {
      const current = step.dataset.step === next;
      if (current) step.hidden = passed = false;
      step.dataset.passed = passed || next === "ready";
      if (current) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
  }

  async function watch() {
    let misses = 0;
    let atOnce = 6;
    for (let first = true; !over; first = false) {
      // Once a second, plus a margin for inexact clocks and networks.
      const asked = now();
      let next = asked + 1100;
      let answer;
      try {
        answer = await ask("_health", `&wait=20s&phase=${phase}`);
        if (answer.status === 429) {
          next = now() + retryAfter(answer);
        } else {
          const health = await answer.json();
          if (typeof health.status !== "string") throw health;
          misses = 0;
          put("note", health.note ?? "");
          if (health.status === "failed") return fail(health);
          if (health.status === "running") return leave(first);
          // Renamed or removed: the reloaded page shows what exists now.
          if (health.status !== "starting") return setTimeout(() => location.reload(), 2000);
          if (health.eta_ms) eta = health.eta_ms;
          began = now() - health.elapsed_ms;
          // A wake has few steps, which may be short: the gateway allows the next poll at once.
          if (health.phase !== phase && atOnce-- > 0) next = 0;
          enter(health.phase);
        }
      } catch {
        // Browsers cut all requests when a network appears or disappears, as the network of a container does that starts on the
        // same machine. A poll that was open for a while did have a connection.
        const openMs = now() - asked;
        misses = openMs > 300 && openMs < 25000 ? 1 : misses + 1;
        if (misses > 1) put("note", text.lost);
        // Something other than the gateway answers, probably the app.
        if (answer && (await arrived())) return go();
        next = now() + (misses > 1 ? Math.min(250 * 2 ** misses, 5000) : 50);
      }
      await sleep(next - now());
    }
  }

  async function tail() {
    let soon = 4;
    while (!over) {
      let pause = 3000;
      try {
        const answer = await ask("_logs");
        if (answer.status === 429) pause += retryAfter(answer);
        // An app writes its first log lines a moment after its start.
        else if (!show((await answer.json()).lines) && soon-- > 0) pause = 1100;
      } catch {}
      await sleep(pause);
    }
  }

  function show(lines) {
    const log = $("log");
    if (!log || !Array.isArray(lines) || !lines.length) return false;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
    log.replaceChildren(
      ...lines.map((line) => {
        const row = document.createElement("div");
        row.textContent = clean(line);
        return row;
      }),
    );
    if (atEnd) log.scrollTop = log.scrollHeight;
    return true;
  }

  // Behind a front proxy the app may be ready before the front proxy has noticed: wait for the app's own response.
  // HEAD, because a GET could use up a link that works only once. An app may answer it with 404: wait only some seconds then.
  async function leave(first) {
    over = true;
    enter("ready");
    fill(1);
    // The reload led back to this page: something between the gateway and the app answers differently. Wait before the next try.
    if (first && performance.getEntriesByType("navigation")[0]?.type === "reload") await sleep(1000);
    const since = now();
    while (wake.auth && !(await arrived(since)) && now() - since < 20000) await sleep(250);
    go();
  }

  async function arrived(since = 0) {
    try {
      const answer = await fetch(wake.to || location.href, { method: "HEAD", cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect") return true;
      if (answer.headers.has("x-gateway-code")) return false;
      // Traefik and nginx also answer 500 by themselves while the gateway is down.
      if ([404, 500].includes(answer.status)) return since > 0 && now() - since > 5000;
      return ![502, 503, 504].includes(answer.status);
    } catch {
      return false;
    }
  }

  function go() {
    if (!wake.to) return location.reload();
    const to = new URL(wake.to, location.href);
    location.replace(to);
    // An address that differs only by its fragment would only scroll within this page.
    if (to.href.startsWith(`${location.href.split("#")[0]}#`)) location.reload();
  }

  function fail(health) {
    over = true;
    document.body.dataset.state = "failed";
    for (const part of document.querySelectorAll("progress, .if-waking, .if-failed"))
      part.hidden = !part.matches(".if-failed");
    document.title = text.failedTitle;
    put("status", text.failedStatus);
    put("sentence", health.sentence);
    put("words", health.words);
    countdown(health.retry_after_s);
    if (wake.logs) lastWords(4);
  }

  async function lastWords(tries) {
    await sleep(1100);
    const logs = await ask("_logs").then((answer) => answer.json()).catch(() => ({}));
    if (!show(logs.lines) && tries) lastWords(tries - 1);
  }

  function countdown(seconds) {
    const link = $("retry");
    if (!link) return;
    const until = now() + (seconds || 0) * 1000;
    link.onclick = (event) => {
      event.preventDefault();
      if (now() >= until) location.reload();
    };
    (function step() {
      const left = until - now();
      link.textContent = left > 0 ? text.retryIn.replace("{time}", duration(left + 999)) : text.retry;
      if (left > 0) {
        link.removeAttribute("href");
        link.setAttribute("role", "link");
        link.setAttribute("aria-disabled", "true");
        setTimeout(step, 200);
      } else {
        link.setAttribute("href", "");
        link.removeAttribute("aria-disabled");
      }
    })();
  }

  const log = $("log");
  if (log) log.scrollTop = log.scrollHeight;
  if (wake.failed) return countdown(wake.retry);
  // In a sandbox without an origin no poll reaches the gateway: reload the page, as without script.
  if (origin === "null") return;
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, disposition }) => {
    if (over || effectiveDirective !== "connect-src" || disposition !== "enforce") return;
    over = true;
    setTimeout(() => location.reload(), 5000);
  });
  function start() {
    // Cancels the Refresh header, which is meant for browsers without script. Earlier, it would stop the page from loading.
    window.stop();
    $("reloads")?.remove();
    tick();
    setInterval(tick, 250);
    watch();
    if (wake.logs) tail();
  }
  // A script of the app that fetches pages (such as Turbo) inserts this page into a document that was loaded before.
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
