// A command's page: countdowns that turn, and tasks by keyboard (j, k, then s to begin, d when done).

const page = document.documentElement;
const TYPING = "input,textarea,select,[contenteditable]";

/** Say a stretch of time in the reader's language, the two largest parts of it: "1 giờ 5 phút". */
function spell(seconds) {
  const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const first = Math.max(parts.findIndex(([, size]) => seconds >= size), 0);
  let rest = seconds < 1 ? 0 : seconds;
  const said = [];
  for (const [unit, size] of parts.slice(seconds < 1 ? 3 : first, first + 2)) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n || !said.length) said.push(new Intl.NumberFormat(page.lang, { style: "unit", unit, unitDisplay: "short" }).format(n));
  }
  return said.join(" ");
}

/** Keep every countdown true. What is late counts up, after a minus. */
function turn() {
  const now = Date.now();
  for (const clock of document.querySelectorAll("[data-due]")) {
    const left = Math.round((new Date(clock.dataset.due) - now) / 1000);
    const tone = left < 0 ? "late" : left < 900 ? "doing" : "new";
    const toned = clock.closest("[data-tone]");
    if (toned && !toned.matches("[data-task]")) toned.dataset.tone = tone;
    clock.textContent = (left < 0 ? "−" : "") + spell(Math.abs(left));
  }
  for (const clock of document.querySelectorAll("[data-since]")) {
    clock.textContent = spell(Math.max((now - new Date(clock.dataset.since)) / 1000, 0));
  }
}

function rows() {
  return [...document.querySelectorAll("[data-task] a.what")].filter((row) => row.offsetParent);
}

function go(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement.closest?.("[data-task]")?.querySelector("a.what"));
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[to]?.focus();
}

function press(to) {
  const task = document.activeElement.closest?.("[data-task]");
  const button = task?.querySelector(`[data-move="${to}"]`);
  if (!button) return;
  sessionStorage.setItem("task-at", rows().indexOf(task.querySelector("a.what")));
  button.click();
}

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest?.(TYPING)) return;
  if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
  else if (event.key === "s") press("doing");
  else if (event.key === "d") press("done");
  else return;
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/** After a move the keyboard goes on from the task, or from the one that took its place. */
function goOn() {
  const at = sessionStorage.getItem("task-at");
  sessionStorage.removeItem("task-at");
  if (at === null || !location.hash.startsWith("#task-")) return;
  const moved = document.querySelector(":target[data-task]");
  const next = rows()[Math.min(at, rows().length - 1)];
  (moved && !moved.closest(".over") ? moved.querySelector("a.what") : next)?.focus();
}

// Only once the browser has gone to the fragment itself, which takes the focus away.
addEventListener("load", () => setTimeout(goOn, 50));

turn();
setInterval(turn, 1000);
