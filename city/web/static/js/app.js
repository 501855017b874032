// What every page does when there is JavaScript. Nothing here is needed for reading or reporting.

const HTMX = "[hx-get],[hx-post],[hx-put],[hx-delete],[hx-boost],[hx-trigger]";
const ELEMENTS = ["photo-input", "place-picker", "reports-map", "form-draft", "copy-ref", "read-aloud", "fresh-badge", "outbox-note", "install-app", "queue-list"];
const language = document.documentElement.lang;

/** Load what the page (or a part that came later) uses, and nothing else. */
function wake(root) {
  for (const name of ELEMENTS) {
    if (!customElements.get(name) && root.querySelector(name)) import(`./${name}.js`);
  }
  keepTimes(root);
}

/** Say "3 minutes ago" in the reader's language, and keep it true. */
function keepTimes(root) {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
    if (Math.abs(seconds) < 30 * 86400) time.textContent = words.format(Math.round(seconds / size), unit);
  }
}

function switchTheme(event) {
  event.preventDefault();
  const page = document.documentElement;
  const dark = getComputedStyle(page).colorScheme === "dark" || (!page.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  page.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${page.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  dispatchEvent(new Event("theme-change"));
}

/** Back means where the reader came from, when that was a page of ours. */
function goBack(event) {
  if (document.referrer.startsWith(location.origin + "/") && document.referrer !== location.href && history.length > 1) {
    event.preventDefault();
    history.back();
  }
}

function onClick(event) {
  const asked = (selector) => event.target.closest?.(selector);
  if (event.defaultPrevented || event.metaKey || event.ctrlKey) return;
  if (asked("[data-theme-switch]")) switchTheme(event);
  else if (asked("[data-back]")) goBack(event);
  else if (asked("[data-retry]")) { event.preventDefault(); location.reload(); }
}

/** A key named by data-key presses its button or link, or goes to its (or what it opens: the first) field,
    unless somebody is typing. */
function onKey(event) {
  if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input,textarea,select,[contenteditable]")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return;
  event.preventDefault();
  target.matches("input,select,textarea") ? target.focus() : target.click();
  const opened = target.matches("summary") && target.parentElement.open && target.parentElement;
  if (opened) opened.querySelector("select,textarea,input:not([type=hidden])")?.focus();
}

function addCross(flash) {
  const cross = document.createElement("button");
  cross.type = "button";
  cross.setAttribute("aria-label", flash.dataset.close);
  cross.textContent = "×";
  cross.addEventListener("click", () => flash.parentElement.remove());
  flash.append(cross);
}

/** Two presses send a form once. */
function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
}

/** A menu closes when somebody does something else. */
function closeMenus(event) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (event.key === "Escape" || (event.type === "click" && !menu.contains(event.target))) menu.open = false;
  }
}

/** The worker puts into a kept page when it was kept. */
function tellKept() {
  const { keptAt } = document.documentElement.dataset;
  const note = document.querySelector("[data-kept]");
  if (!keptAt || !note) return;
  note.querySelector("fresh-badge").setAttribute("at", keptAt);
  note.hidden = false;
  // What was kept stays readable; that there is no network would no longer be true.
  addEventListener("online", () => (note.hidden = true), { once: true });
}

/** Reading and reporting without a network, once the page has all it needs (docs/reference/offline.md). */
async function startWorker() {
  await new Promise((done) => (document.readyState === "complete" ? done() : addEventListener("load", done, { once: true })));
  const worker = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  // A page that was on its way while the worker became active was passed over by it.
  navigator.serviceWorker.ready.then(({ active }) => navigator.serviceWorker.controller ?? active.postMessage({ kind: "claim" }));
  const look = () => document.visibilityState === "visible" && worker.update().catch(() => {});
  document.addEventListener("visibilitychange", look);
  setInterval(look, 3600_000);
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  globalThis.installOffer = event;
  dispatchEvent(new Event("install-offer"));
});
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("submit", onSubmit);
document.querySelectorAll("[data-flash]").forEach(addCross);
document.querySelector("[data-summary]")?.focus();
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
setInterval(() => keepTimes(document), 60000);
tellKept();
wake(document);
if (navigator.serviceWorker && document.documentElement.dataset.version) startWorker().catch(() => {});
if (document.querySelector("form[method=post]")) import("./keep-typed.js");
if (globalThis.localStorage?.getItem("push-kept")) import("../../messages/push.js").then(({ keepSubscribed }) => keepSubscribed());
if (document.querySelector(HTMX)) {
  await import("htmx.org");
  document.addEventListener("htmx:after:swap", () => wake(document));
}
