// The form of a report when there is JavaScript: it goes by fetch, so that a lost network or a dying server leaves it here,
// and into the queue of this phone (web/js/outbox.js) with its photos. What the city asks back (faults, "is it the same?")
// comes as a page, as without JavaScript. With ?queued=… it takes a report out of the queue to be put right.

import { forgetDraft, markSent } from "/static/web/js/form-draft.js";
import { askForSync, outbox, owner } from "/static/web/js/outbox.js";

const form = document.querySelector("#new-report");
const words = JSON.parse(form.dataset.words);
const dock = document.querySelector(".dock .button");
const NAMES = ["category", "description", "latitude", "longitude", "ward", "address", "seen_at", "private"];
const ANSWER = "attributes."; // What the category asks; of a list there may be several.
const DEAD = new Set([502, 503, 504]);
const SENT = /^\/reports\/[0-9A-Z]{4}-[0-9A-Z]{4}$/;

const photoInput = () => form.querySelector("photo-input");

function read() {
  const given = new FormData(form);
  const fields = Object.fromEntries(NAMES.map((name) => [name, String(given.get(name) ?? "")]).filter(([, value]) => value));
  for (const [name, value] of given) if (name.startsWith(ANSWER) && value) (fields[name] ??= []).push(value);
  const photos = (photoInput()?.photos?.() ?? []).filter((photo) => photo.id || photo.blob);
  return { id: form.elements.key.value, owner, fields, photos };
}

/** Nothing goes into the queue of a full phone. All stays on this page, with what can be done, before the reader's eyes. */
function tellNoRoom(hasPhotos) {
  const draft = document.querySelector("form-draft");
  draft.complain(hasPhotos ? "photos" : "all");
  draft.querySelector("[data-no-room]")?.focus();
}

async function keepForLater(item) {
  try {
    await outbox.put(item);
  } catch {
    return tellNoRoom(item.photos.length > 0);
  }
  form.querySelectorAll(".shot").forEach((shot) => shot.request?.abort());
  await forgetDraft("report");
  await askForSync();
  if (navigator.serviceWorker?.controller) return location.assign("/queue");
  // No worker yet, so no other page opens without a network: it is said here.
  const said = Object.assign(document.createElement("p"), { className: "note strong", textContent: words.kept });
  said.setAttribute("role", "status");
  form.replaceWith(said);
  dock.hidden = true;
  return undefined;
}

const send = () => fetch(form.action, {
  method: "POST",
  body: new FormData(form),
  // HTML, but without taking away the word of thanks that the next page is to say (see web/pages.py).
  headers: { accept: "text/html, application/json;q=0.1" },
  signal: AbortSignal.timeout(60_000),
});

async function submit() {
  const item = read();
  if (!navigator.onLine || item.photos.some((photo) => !photo.id)) return keepForLater(item);
  let answer;
  try {
    answer = await send();
  } catch {
    return keepForLater(item);
  }
  if (answer.status === 401) return keepForLater({ ...item, state: "signin" });
  if (DEAD.has(answer.status)) return keepForLater(item);
  markSent("report", item.id);
  if (answer.redirected && SENT.test(new URL(answer.url).pathname)) return location.assign(answer.url);
  return form.submit(); // It asks something back: that is a page.
}

async function onSubmit(event) {
  if (event.submitter?.name) return markSent("report", form.elements.key.value); // An answer to "is it the same?".
  event.preventDefault();
  if (form.dataset.busy) return undefined;
  form.dataset.busy = "1";
  dock.setAttribute("aria-busy", "true");
  try {
    return await submit();
  } finally {
    delete form.dataset.busy;
    dock.removeAttribute("aria-busy");
  }
}

/** Take one out of the queue: all that was typed, its photos, and what the city said. */
async function reopen(id) {
  if (!(await outbox.list(owner)).some((item) => item.id === id)) return undefined;
  const item = await outbox.hold(id).catch(() => null);
  if (item === null) return tellNoRoom(false); // It stays in the queue as it is.
  if (!item) return undefined;
  form.elements.key.value = item.id;
  for (const name of NAMES) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = item.fields[name] === "true";
    else if (field) field.value = item.fields[name] ?? "";
  }
  await customElements.whenDefined("category-questions");
  form.dispatchEvent(new CustomEvent("filled", { detail: item.fields }));
  if (item.why?.length) {
    const summary = Object.assign(document.createElement("div"), { className: "summary", tabIndex: -1 });
    const list = document.createElement("ul");
    summary.setAttribute("role", "alert");
    list.append(...item.why.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
    summary.append(Object.assign(document.createElement("h2"), { textContent: words.again }), list);
    form.prepend(summary);
    summary.focus();
  }
  await customElements.whenDefined("photo-input");
  photoInput()?.restore(item.photos.map((photo) => ({ ...photo, at: photo.at ?? item.at })));
  if (item.fields.latitude) {
    await customElements.whenDefined("place-picker");
    const picker = form.querySelector("place-picker");
    picker.choose(picker.chosen(), picker.words.here);
  }
}

if (owner) {
  // A page out of this phone's memory bears the key of another report.
  if (document.documentElement.dataset.keptAt) form.elements.key.value = crypto.randomUUID().replaceAll("-", "");
  form.addEventListener("submit", onSubmit);
  const queued = new URLSearchParams(location.search).get("queued");
  if (queued) reopen(queued);
}
