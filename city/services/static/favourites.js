// Stars of a device on which nobody is signed in: kept in its own storage, told to nobody. Whoever signs in on it next
// has them among their own from then on, and the device has none.

const KEY = "favourites";
const MOST = 24;
const TILES = 7;
const person = document.documentElement.dataset.person ?? "";

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((code) => /^[a-z0-9-]{1,60}$/.test(code)).slice(0, MOST) : [];
  } catch {
    return []; // Storage may be forbidden, or hold what somebody else wrote.
  }
}

function write(codes) {
  try {
    localStorage.setItem(KEY, JSON.stringify(codes.slice(-MOST)));
    return true;
  } catch {
    return false;
  }
}

/** The button of a service's page: what stands on it is what pressing it does. */
function offerStar(form) {
  const button = form.querySelector("button");
  const show = () => {
    const on = read().includes(form.dataset.star);
    button.setAttribute("aria-pressed", on);
    button.querySelector("span").textContent = on ? form.dataset.on : form.dataset.off;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const others = read().filter((code) => code !== form.dataset.star);
    write(others.length < read().length ? others : [...others, form.dataset.star]);
    show();
  });
  show();
  form.hidden = false;
}

/** The first page: tiles with a star come first, and none is there twice. */
async function putFirst(list) {
  const codes = read();
  if (!codes.length) return;
  const answer = await fetch(`/services/tiles?codes=${codes.join(",")}`).catch(() => null);
  if (!answer?.ok) return;
  const starred = document.createElement("template");
  starred.innerHTML = await answer.text();
  for (const tile of starred.content.querySelectorAll("[data-code]")) {
    list.querySelector(`[data-code="${tile.dataset.code}"]`)?.remove();
  }
  list.prepend(starred.content);
  const tiles = [...list.querySelectorAll("[data-code]")];
  tiles.slice(Math.max(TILES, codes.length)).forEach((tile) => tile.remove());
}

/** Somebody is signed in by now. */
async function bring() {
  const codes = read();
  if (!codes.length) return;
  const body = new URLSearchParams(codes.map((code) => ["codes", code]));
  const answer = await fetch("/services/favourites", { method: "POST", body, headers: { "x-person": person } }).catch(() => null);
  if (answer?.ok) write([]);
}

const lists = document.querySelectorAll("[data-favourites]");
if (person) {
  lists.forEach(putFirst);
  bring();
} else {
  document.querySelectorAll("form[data-star][data-device]").forEach(offerStar);
  lists.forEach(putFirst);
}
