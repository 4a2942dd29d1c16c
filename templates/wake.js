// The life of the loading page: asks how far the wake is, shows it, and leaves as soon as the app answers.
// Text nodes only; nothing here depends on an element being there, since a template of the user's may leave it out.
(() => {
  const $ = (id) => document.getElementById(id);
  const wake = JSON.parse($("wake").dataset.wake);
  const text = wake.text;
  const now = () => performance.now();
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const clean = (words) => String(words ?? "").replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, " ").slice(0, 2000);
  const retryAfter = (answer) => (Number(answer.headers.get("retry-after")) || 1) * 1000 + Math.random() * 300;
  // Each at an address of its own: a service worker of the app may always answer a known one from its cache.
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

  // The same curve as src/respond/eased-progress.ts: 80 % at the usual time, and full only by the app's own answer.
  function tick() {
    if (over) return;
    const ms = now() - began;
    put("elapsed", duration(ms));
    // What a wake usually takes says nothing about the stop, or the update, before it.
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
      // Once a second; a little more, since clocks and networks waver.
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
          // Renamed or removed: the gateway says what is there now.
          if (health.status !== "starting") return setTimeout(() => location.reload(), 2000);
          if (health.eta_ms) eta = health.eta_ms;
          began = now() - health.elapsed_ms;
          // A wake has few steps and each may be short: the gateway lets us ask again at once.
          if (health.phase !== phase && atOnce-- > 0) next = 0;
          enter(health.phase);
        }
      } catch {
        // Browsers cut everything when a network comes or goes, and a container that starts on the same machine brings its own: a
        // poll that was open for a while had a connection.
        const openMs = now() - asked;
        misses = openMs > 300 && openMs < 25000 ? 1 : misses + 1;
        if (misses > 1) put("note", text.lost);
        // Something answers, but not the gateway: it may well be the app.
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
        // An app's first words come a moment after its start.
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

  // Behind a front proxy the app may be ready before the front has noticed: wait for an answer that is the app's own.
  // HEAD, since a GET could use up a link that works once. An app may say 404 to it: then only the first seconds count.
  async function leave(first) {
    over = true;
    enter("ready");
    fill(1);
    // Reloaded and sent back here: something between us and the app disagrees. Not in a tight loop.
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
      // 500 is also Traefik's and nginx's own word while the gateway is away.
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
    // With a fragment of its own the same address is only a jump within this page.
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
  // In a sandbox without an origin no poll reaches the gateway: the page is reloaded, as where scripts are off.
  if (origin === "null") return;
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, disposition }) => {
    if (over || effectiveDirective !== "connect-src" || disposition !== "enforce") return;
    over = true;
    setTimeout(() => location.reload(), 5000);
  });
  function start() {
    // Cancels the Refresh header, which is for those without script. Not earlier: it would keep the page from ever being loaded.
    window.stop();
    $("reloads")?.remove();
    tick();
    setInterval(tick, 250);
    watch();
    if (wake.logs) tail();
  }
  // A script of the app that fetched this page, as Turbo does, puts it into a document that was loaded before.
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
