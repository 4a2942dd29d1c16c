// Keeps an admin page up to date: the server renders it again, and the elements that differ are replaced. Without script
// the pages offer the same functions, but do not update themselves.
(() => {
  const $ = (id) => document.getElementById(id);
  const text = document.body.dataset;
  const language = document.documentElement.lang;
  const POLL_MS = 5000;
  const SILENCE_MS = 35000;
  document.documentElement.classList.add("scripted");

  // Times.
  const locale = language === "en" ? "en-GB" : language;
  const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });
  const days = new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "short" });
  const pad = (value) => String(value).padStart(2, "0");
  // Relative to the server's clock.
  let skew = 0;
  const now = () => Date.now() + skew;

  // In the format of src/admin/pages/labels.ts.
  function span(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return `${s}\u00a0s`;
    if (s < 3600) return `${Math.floor(s / 60)}\u00a0min${s < 600 ? `\u00a0${pad(s % 60)}\u00a0s` : ""}`;
    if (s < 86400) return `${Math.floor(s / 3600)}\u00a0h\u00a0${pad(Math.floor((s % 3600) / 60))}\u00a0min`;
    const whole = days.format(Math.floor(s / 86400));
    return s < 864000 ? `${whole}\u00a0${Math.floor((s % 86400) / 3600)}\u00a0h` : whole;
  }
  function ago(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return s < 5 ? relative.format(0, "second") : relative.format(-s, "second");
    if (s < 5400) return relative.format(-Math.round(s / 60), "minute");
    if (s < 129600) return relative.format(-Math.round(s / 3600), "hour");
    return relative.format(-Math.round(s / 86400), "day");
  }
  const ticks = {
    ago: (at) => ago(now() - at),
    span: (at) => span(now() - at),
    left: (at) => span(Math.ceil((at - now()) / 1000) * 1000),
  };
  function tick() {
    for (const time of document.querySelectorAll("time[data-tick]")) {
      const write = ticks[time.dataset.tick];
      const words = write && write(Date.parse(time.dateTime));
      if (words && words !== time.textContent) time.textContent = words;
    }
    for (const rect of document.querySelectorAll("[data-until]")) {
      const left = (Date.parse(rect.dataset.until) - now()) / rect.dataset.total;
      rect.setAttribute("width", (Math.min(1, Math.max(0, left)) * 100).toFixed(1));
    }
  }

  // Applies the differences to the new version of the page. Elements are kept, and with them focus, scroll positions and open menus.
  const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key : undefined);
  const isSame = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
  function morph(a, b) {
    if (a.nodeType !== 1) {
      if (a.data !== b.data) a.data = b.data;
      return;
    }
    for (const { name } of [...a.attributes]) {
      if (!b.hasAttribute(name) && !(name === "open" && a.localName === "details")) a.removeAttribute(name);
    }
    for (const { name, value } of b.attributes) {
      if (a.getAttribute(name) === value || (name === "open" && a.localName === "details")) continue;
      if (name === "formaction") a.changed = performance.now();
      a.setAttribute(name, value);
    }
    morphChildren(a, b);
  }
  function morphChildren(a, b) {
    const keyed = new Map([...a.children].filter(keyOf).map((child) => [keyOf(child), child]));
    let at = a.firstChild;
    for (const next of [...b.childNodes]) {
      const mine = keyOf(next) ? keyed.get(keyOf(next)) : at;
      if (!mine || !isSame(mine, next)) {
        next.changed = performance.now();
        a.insertBefore(next, at);
        continue;
      }
      if (mine === at) at = at.nextSibling;
      else a.insertBefore(mine, at);
      morph(mine, next);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  let newest = 0;
  async function refresh(address = location.href) {
    const mine = ++newest;
    const answer = await fetch(address, {
      headers: { accept: "text/html" },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(20000),
    });
    // Logged out, or the page no longer exists: follow the server's redirect.
    if (answer.type === "opaqueredirect" || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const date = Date.parse(answer.headers.get("date"));
    const whole = await answer.text();
    // Without its styles and scripts, which our Content-Security-Policy would block here as well.
    const part = (tag) => whole.slice(whole.indexOf(`<${tag}`), whole.indexOf(`</${tag}>`) + tag.length + 3);
    const page = new DOMParser().parseFromString(part("title") + part("main"), "text/html");
    if (mine !== newest) return;
    // The header has a resolution of one second.
    if (Math.abs(date - Date.now()) > 2000) skew = date - Date.now();
    document.title = page.title;
    const focused = document.activeElement;
    const row = focused.closest(".actions");
    morph($("main"), page.getElementById("main"));
    // A moved element loses the focus. The focus of a removed element passes to its row: Tab continues there, and Enter does nothing.
    const heir = focused.isConnected ? focused : row;
    if (heir !== document.activeElement) heir?.focus({ preventScroll: true });
    tick();
  }

  // Live: the server sends changes; where its events do not arrive, the page polls now and then.
  const live = $("live");
  let source;
  let heardAt = 0;
  let askedAt = 0;
  let due = 0;
  let busy = false;
  let misses = 0;
  function show(how) {
    live.hidden = false;
    live.dataset.how = how;
    if (live.textContent !== text[how]) live.textContent = text[how];
  }
  function listen() {
    if (source && source.readyState !== 2) return;
    source = new EventSource("/_status/events");
    source.addEventListener("beat", () => (heardAt = performance.now()));
    source.addEventListener("change", () => {
      heardAt = performance.now();
      soon();
    });
  }
  function soon(ms = 0) {
    const at = Math.max(performance.now() + ms, askedAt + 1000);
    due = due ? Math.min(due, at) : at;
  }
  async function step() {
    if (document.hidden) return;
    const isLive = source?.readyState === 1 && performance.now() - heardAt < SILENCE_MS;
    if (!isLive && !due) soon(askedAt + POLL_MS - performance.now());
    if (busy || !due || due > performance.now()) return;
    busy = true;
    due = 0;
    askedAt = performance.now();
    try {
      await refresh();
      misses = 0;
      show(isLive ? "live" : "polling");
    } catch {
      // Ignore a single failure: browsers cut open requests when a network of their machine appears or disappears.
      if (++misses > 1) show("lost");
      soon(misses > 1 ? POLL_MS : 0);
    }
    busy = false;
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return source?.close();
    listen();
    soon();
  });
  listen();
  source.addEventListener("beat", () => show("live"), { once: true });
  setInterval(listen, 60000);
  setInterval(step, 250);
  setInterval(tick, 1000);

  // Buttons act without leaving the page.
  const toast = $("toast");
  let toastTimer;
  function say(words) {
    toast.textContent = words;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => (toast.textContent = ""), 4000);
  }
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter: button } = event;
    if (!button?.dataset.done) return;
    event.preventDefault();
    // Ignore a click on a button that has just been replaced by another one.
    if (performance.now() - (button.changed ?? -1e4) < 700) return;
    button.closest("details")?.removeAttribute("open");
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(button.getAttribute("formaction") ?? form.getAttribute("action"), { method: "POST", body, headers: { accept: "application/json" } });
      if (answer.status === 401) return location.reload();
      say(answer.ok ? button.dataset.done : text.failed.replace("{status}", answer.status));
    } catch {
      say(text.lost);
    }
    soon();
  });

  // One menu at a time; a click elsewhere closes it.
  function closeMenus(but) {
    for (const menu of document.querySelectorAll(".menu[open]")) if (menu !== but) menu.removeAttribute("open");
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest(".menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
  });

  // Search while typing, and keep the address in step.
  const find = document.querySelector(".find");
  let typing;
  function search() {
    const fields = [...new FormData(find)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(fields.filter(([name, value]) => !(name === "sort" && value === "name") && !(name === "view" && value === "list")));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    refresh().catch(() => soon());
  }
  find?.addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(search, event.target.type === "search" ? 200 : 0);
  });
  find?.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    search();
  });
})();
