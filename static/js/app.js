/* Behaviour of every page. All of it is a convenience: each key and switch has a link or a form
   in the page that does the same without this file. */
"use strict";

const root = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
const say = (text) => { document.getElementById("status").textContent = text; };

/* --- Preferences: post the form, then change the page in place ------------------------------ */

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-prefs]");
  const button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  const choice = new FormData(form, button);
  choice.set("back", location.pathname + location.search);
  root.dataset[button.name] = button.value;
  for (const other of form.querySelectorAll("button")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  say(`${button.name}: ${button.value}`);
  await fetch(form.action, { method: "POST", body: new URLSearchParams(choice), redirect: "manual" });
});

/* --- Keyboard -------------------------------------------------------------------------------- */

let prefix = "";

const actions = {
  j: () => step("[data-rows] > tr", 1),
  k: () => step("[data-rows] > tr", -1),
  n: () => step("[data-rows] > tr.is-bad, a.cell, .log .is-hit > a", 1),
  p: () => step("[data-rows] > tr.is-bad, a.cell, .log .is-hit > a", -1),
  o: () => document.activeElement?.closest("[data-rows] > tr")?.querySelector("th a, a")?.click(),
  f: focusFilters,
  x: markRow,
  c: compareMarked,
  y: () => copy(),
  ".": () => all('[data-toggle="."][aria-pressed="false"]')[0]?.click(),
};

document.addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
  const key = prefix + event.key;
  prefix = "";
  if (event.key === "g" && key === "g") {
    prefix = "g ";
    setTimeout(() => { prefix = ""; }, 1500);
    return;
  }
  /* What the page itself has comes after the header, and first. */
  const control = all("[data-key]").findLast((e) => e.dataset.key === key);
  if (!control && !Object.hasOwn(actions, key)) return;
  event.preventDefault();
  if (!control) actions[key]();
  else if (control.matches("input, select")) control.focus();
  else control.click();
});

/* Moves the focus to the link of the next row (or cell) that matches, so that a screen reader follows. */
function step(selector, by) {
  const stops = all(selector);
  const here = stops.findIndex((e) => e.contains(document.activeElement));
  const at = here < 0 ? (by > 0 ? 0 : stops.length - 1) : here + by;
  const stop = stops[at];
  if (!stop) return;
  const link = stop.matches("a") ? stop : stop.querySelector("th a, a");
  link?.focus({ focusVisible: true, preventScroll: true });
  stop.scrollIntoView({ block: "nearest" });
}

/* Marks the row that has the focus; "c" compares two marked revisions. */
function markRow() {
  const row = document.activeElement?.closest("tr[data-ref]");
  if (!row) return;
  const on = row.toggleAttribute("data-marked");
  say(`${row.querySelector("th").textContent.trim()} ${on ? "marked" : "no longer marked"}`);
}

function compareMarked() {
  const marked = all("tr[data-marked]");
  if (marked.length !== 2) return say("Mark two revisions with x");
  /* The newest is first. */
  const [b, a] = marked.map((row) => row.dataset.ref);
  location.assign(`/compare?${new URLSearchParams({ a, b })}`);
}

function focusFilters() {
  const facets = document.querySelector("details.facets");
  const first = all(".filter input, .filter select")[0];
  if (facets && !first) facets.open = true;
  (first ?? all(".facets summary, .facets a")[0])?.focus({ focusVisible: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-copy]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  copy(link);
});

/* A link may name the text to copy; without a name it is the address of the page. */
async function copy(link) {
  const text = document.getElementById(link?.dataset.copy)?.textContent;
  try {
    await navigator.clipboard.writeText(text ?? location.href);
    say(text ? "Text copied" : "Address copied");
  } catch {
    say("The browser refuses to copy");
  }
}

/* --- Logs: #L120-L160 is a range; shift-click on a number makes one ----------------------------- */

const numbers = () => /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash)?.slice(1).map((n) => Number(n ?? 0));

function showLines() {
  const [from, to] = numbers() ?? [];
  if (!from || !document.querySelector(".log.is-whole")) return;
  const first = document.getElementById(`L${from}`);
  const url = new URL(location.href);
  if (!first && url.searchParams.get("from") !== String(from)) {
    /* In a part of the log that is not loaded. */
    url.searchParams.set("from", from);
    location.replace(url);
    return;
  }
  for (const line of document.querySelectorAll(".log.is-whole pre > span")) {
    const n = Number(line.id.slice(1));
    line.classList.toggle("is-picked", n >= Math.min(from, to || from) && n <= Math.max(from, to));
  }
  const quote = document.querySelector("form[data-quote] input");
  if (quote) quote.value = to ? `${Math.min(from, to)}-${Math.max(from, to)}` : from;
  first?.closest("details")?.setAttribute("open", "");
  if (to) first?.scrollIntoView({ block: "center" });
}

window.addEventListener("hashchange", showLines);
showLines();

document.addEventListener("click", (event) => {
  const line = event.target.closest(".log.is-whole a[href^='#L']");
  const [from] = numbers() ?? [];
  if (!line || !event.shiftKey || !from) return;
  event.preventDefault();
  const [low, high] = [from, Number(line.textContent)].sort((a, b) => a - b);
  const { scrollX, scrollY } = window;
  history.pushState(history.state, "", `#L${low}-L${high}`);
  showLines();
  window.scrollTo(scrollX, scrollY);
  say(`Lines ${low} to ${high}`);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-quote]");
  if (!form) return;
  event.preventDefault();
  const url = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(answer.statusText);
    await navigator.clipboard.writeText(await answer.text());
    say("Quote copied");
  } catch {
    location.assign(url);
  }
});

/* --- A page shown as a dialog: the list of keys ---------------------------------------------- */

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", page.querySelector("h1").textContent);
  const close = document.createElement("form");
  close.method = "dialog";
  close.append(Object.assign(document.createElement("button"), { textContent: "Close" }));
  dialog.append(close, page.querySelector("h1"), ...page.querySelector("#results").childNodes);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  dialog.showModal();
});

/* --- Charts: the link is a page; here it is drawn in place ------------------------------------- */

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-chart]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  try {
    const charts = await import(link.dataset.module);
    await charts.draw(link, say);
  } catch {
    location.assign(link.href);
  }
});

/* --- htmx: the only place that listens to its events ----------------------------------------- */

let focusId = "";

document.addEventListener("htmx:before:swap", (event) => {
  const { target, text, response } = event.detail.ctx;
  if (target?.id === "main") focusId = document.activeElement?.id;
  if (text?.includes('id="main"')) return;
  /* Not one of our pages (a proxy's error, say): let the browser show it. */
  event.preventDefault();
  location.assign(response?.raw?.url ?? location.href);
});
document.addEventListener("htmx:after:swap", () => {
  const results = document.getElementById("results");
  if (event.detail.ctx.target?.id === "main") {
    say(document.getElementById("main")?.dataset.summary ?? "");
    /* The control that was used is gone (a chip, the last page): go on from the results. */
    if (document.activeElement === document.body) results?.focus({ preventScroll: true });
  } else if (document.activeElement === results) {
    /* It came back with the part that was loaded later. */
    document.getElementById(focusId)?.focus({ preventScroll: true });
  }
});
document.addEventListener("htmx:error", () => say("The server could not be reached"));
