// Changing language or look opens the page anew. What was typed in its forms, and the place and photos chosen, is kept
// in this tab until the page stands again: <a data-keeps> says which links do so. Nothing leaves the tab.

const TYPED = "input:not([type=file],[type=password],[type=submit]),textarea,select";
const LASTS = 15 * 60 * 1000;
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
const place = () => `typed:${location.pathname}`;
// What a page gives its forms itself, and has to stay new.
const GIVEN = new Set(["key", "next", "language", "size", "theme"]);

const fieldsOf = (form) => [...form.querySelectorAll(TYPED)].filter((field) => field.name && !GIVEN.has(field.name));

function keep() {
  const forms = [...document.forms].filter((form) => form.method === "post").map((form) => ({
    action: form.getAttribute("action"),
    values: fieldsOf(form).filter((field) => !isChoice(field) || field.checked).map((field) => [field.name, field.value, field.type === "hidden"]),
    pictures: Object.fromEntries([...form.querySelectorAll(".shot input[type=hidden]")].map((field) => [field.value, field.parentElement.querySelector("img")?.src ?? ""])),
  }));
  if (forms.length) sessionStorage.setItem(place(), JSON.stringify({ at: Date.now(), forms }));
}

function addPicture(form, name, id, src) {
  const shots = form.querySelector(".shots");
  if (!shots || !src || src.startsWith("blob:")) return;
  const shot = document.createElement("div");
  shot.className = "picture shot";
  const picture = Object.assign(document.createElement("img"), { src, alt: "" });
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value: id });
  shot.append(picture, field);
  shots.append(shot);
}

function fill(form, { values, pictures }) {
  const fields = fieldsOf(form);
  for (const field of fields) if (isChoice(field)) field.checked = false;
  const used = new Set();
  for (const [name, value, hidden] of values) {
    if (pictures[value] !== undefined && hidden) {
      if (!fields.some((field) => field.value === value)) addPicture(form, name, value, pictures[value]);
      continue;
    }
    const field = fields.find((one) => one.name === name && !used.has(one) && (!isChoice(one) || one.value === value));
    if (!field) continue;
    used.add(field);
    if (isChoice(field)) field.checked = true;
    else field.value = value;
  }
}

function restore() {
  const kept = sessionStorage.getItem(place());
  sessionStorage.removeItem(place());
  if (!kept) return;
  const { at, forms } = JSON.parse(kept);
  if (Date.now() - at > LASTS) return;
  for (const one of forms) {
    const form = [...document.forms].find((form) => form.getAttribute("action") === one.action);
    if (form && !form.querySelector("[data-summary]")) fill(form, one);
  }
}

try {
  restore();
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-keeps]")) keep(); }, true);
} catch {
  // A browser that keeps nothing for us: its pages still work.
}
