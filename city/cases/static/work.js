// The officer's phone: nearest first; and what is done without a network is kept and sent later, once.
// Each form has a key of its own, by which the city knows that it has had it before.

import { get, update } from "idb-keyval";

const KEEP = "work-queue";
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const box = document.querySelector("work-queue");
const words = box ? JSON.parse(box.dataset.words) : {};
const photos = new WeakMap();

const waiting = async () => (await get(KEEP)) ?? [];
const change = (id, how) => update(KEEP, (list = []) => list.flatMap((one) => (one.id === id ? how(one) : [one])));

// ---- What waits -----------------------------------------------------------------------------------------------------

async function show(said = "") {
  const list = await waiting();
  const sending = list.filter((one) => !one.refused);
  const place = box.querySelector("[data-said]");
  const count = sending.length === 1 ? words.one : sending.length ? say(words.many, { n: sending.length }) : "";
  place.textContent = [count, navigator.onLine ? said : words.offline].filter(Boolean).join(". ");
  place.hidden = !place.textContent;
  box.querySelector("[data-kept]").replaceChildren(...list.filter((one) => one.refused).map(draft));
}

/** What the city did not take: it stays here until its author has looked at it. */
function draft(one) {
  const item = document.createElement("li");
  item.className = "alert";
  item.dataset.tone = "severe";
  const text = document.createElement("div");
  text.append(Object.assign(document.createElement("strong"), { textContent: say(words.draft, { ref: one.ref, why: one.refused }) }));
  for (const [name, value] of one.fields) if (["text", "reason", "question", "note"].includes(name) && value) text.append(Object.assign(document.createElement("p"), { textContent: value }));
  for (const photo of one.files) text.append(Object.assign(new Image(96, 96), { src: URL.createObjectURL(photo), alt: "" }));
  const open = Object.assign(document.createElement("a"), { className: "link", href: `/work/${one.ref}`, textContent: words.open });
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: words.drop });
  drop.dataset.kind = "quiet";
  drop.addEventListener("click", async () => { await change(one.id, () => []); show(); });
  text.append(open, drop);
  item.append(text);
  return item;
}

// ---- Sending --------------------------------------------------------------------------------------------------------

function body(one) {
  const form = new FormData();
  for (const [name, value] of one.fields) form.append(name, value);
  for (const file of one.files) form.append("files", file, file.name || "photo.jpg");
  return form;
}

const send = (one) => fetch(one.action, { method: "POST", body: body(one), headers: { accept: "application/json" } });

async function flush() {
  if (!box || !navigator.onLine) return void (box && show());
  await navigator.locks.request("work-queue", async () => {
    let sent = 0;
    const all = await waiting();
    if (!all.length) return; // What was said last stays.
    for (const one of all.filter((each) => !each.refused)) {
      try {
        const answer = await send(one);
        if (answer.ok) { await change(one.id, () => []); sent += 1; }
        else if (answer.status >= 500 || answer.status === 401 || answer.status === 429) break;
        else {
          const why = await answer.json().catch(() => ({}));
          await change(one.id, (kept) => [{ ...kept, refused: why.errors?.[0]?.detail ?? why.detail ?? String(answer.status) }]);
        }
      } catch { break; }
    }
    await show(sent ? words.sent : "");
  });
}

function read(form) {
  const fields = [], files = [...(photos.get(form) ?? [])];
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) files.push(value);
  }
  return { id: form.elements.key.value, ref: form.dataset.later, action: form.action, fields, files };
}

async function onSubmit(event) {
  const form = event.target.closest("form[data-later]");
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  form.elements.key.value ||= crypto.randomUUID();
  const one = read(form);
  try {
    if (!navigator.onLine) throw new TypeError("no network");
    const answer = await send(one);
    if (answer.ok) return void location.assign(answer.url || "/work");
    // Refused: the page itself says why, with everything still in it.
    if (!one.files.length) return void form.submit();
    const why = await answer.json().catch(() => ({}));
    await update(KEEP, (list = []) => [...list.filter((each) => each.id !== one.id), { ...one, refused: why.errors?.[0]?.detail ?? why.detail ?? String(answer.status) }]);
    await show();
  } catch {
    await update(KEEP, (list = []) => [...list.filter((each) => each.id !== one.id), one]);
    form.hidden = true;
    await show();
    box.scrollIntoView({ block: "start" });
  } finally {
    delete form.dataset.busy;
  }
}

/** Without a network a photo cannot go up at once: it stays with its form. */
function onPhotos(event) {
  const form = event.target.closest("form[data-later]");
  if (!form || event.target.type !== "file" || navigator.onLine) return;
  event.stopImmediatePropagation();
  const files = [...event.target.files];
  photos.set(form, [...(photos.get(form) ?? []), ...files]);
  const shots = form.querySelector(".shots");
  for (const file of files) {
    const shot = Object.assign(document.createElement("div"), { className: "picture shot" });
    shot.append(Object.assign(new Image(), { src: URL.createObjectURL(file), alt: file.name }));
    shots?.append(shot);
  }
  event.target.value = "";
}

// ---- Nearest first --------------------------------------------------------------------------------------------------

function metres(a, b) {
  const rad = Math.PI / 180, half = (x) => Math.sin(x / 2) ** 2;
  const h = half((b.latitude - a.latitude) * rad) + Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * half((b.longitude - a.longitude) * rad);
  return 12742018 * Math.asin(Math.sqrt(h));
}

function nearest({ coords }) {
  for (const list of document.querySelectorAll("[data-sortable]")) {
    const lines = [...list.children].map((line) => [metres(coords, { latitude: Number(line.dataset.latitude), longitude: Number(line.dataset.longitude) }), line]);
    for (const [far, line] of lines.sort((a, b) => a[0] - b[0])) {
      const text = far < 1000 ? say(words.metres, { n: Math.round(far / 10) * 10 }) : say(words.km, { n: (far / 1000).toFixed(1) });
      line.querySelector("[data-distance]").textContent = ` · ${text}`;
      list.append(line);
    }
  }
}

const sorter = document.querySelector("[data-nearest]");
if (sorter && navigator.geolocation) {
  sorter.hidden = !document.querySelector("[data-sortable]");
  sorter.addEventListener("click", () => navigator.geolocation.getCurrentPosition(nearest, () => show(words.nowhere), { enableHighAccuracy: true, timeout: 15000 }));
}

document.addEventListener("click", (event) => {
  const text = event.target.closest?.("[data-ready]");
  const area = text?.closest("form")?.querySelector("textarea");
  if (area) { area.value = [area.value.trim(), text.dataset.ready].filter(Boolean).join("\n"); area.focus(); }
});
addEventListener("submit", onSubmit, { capture: true });
addEventListener("change", onPhotos, { capture: true });
addEventListener("online", flush);
addEventListener("offline", () => show());
show().then(flush);
