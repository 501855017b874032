// The queue by keyboard: j and k go down and up, Enter opens (as on any link).

const TYPING = "input,textarea,select,[contenteditable]";

function lines() {
  return [...document.querySelectorAll("[data-queue] li a")].filter((line) => line.offsetParent);
}

function move(step) {
  const all = lines();
  if (!all.length) return;
  const focused = all.indexOf(document.activeElement);
  const from = focused >= 0 ? focused : all.findIndex((line) => line.hasAttribute("aria-current"));
  const to = from < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(from + step, 0), all.length - 1);
  all[to].focus();
  all[to].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest?.(TYPING)) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  move(step);
});

// The list beside a case comes later; keep the case one is at, and its view, in sight.
document.addEventListener("htmx:after:swap", () => {
  document.querySelectorAll(".queue [aria-current]").forEach((here) => here.scrollIntoView({ block: "nearest", inline: "nearest" }));
});
