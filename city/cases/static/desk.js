// The desk: keys, live counts, who looks at what, the notice of instant cases, undo, countdowns that turn.
// Everything on the page can be reached without this; it makes the desk quick.

const TYPING = "input:not([type=checkbox]),textarea,select,[contenteditable]";
const digits = new Intl.NumberFormat(document.documentElement.lang);
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const post = (address, values = {}) =>
  fetch(address, { method: "POST", body: new URLSearchParams(values), headers: { accept: "application/json" }, keepalive: true });

// ---- The list by keyboard -------------------------------------------------------------------------------------------

const lines = () => all("[data-queue] li > a").filter((line) => line.offsetParent);

function move(step) {
  const every = lines();
  if (!every.length) return;
  const focused = every.indexOf(document.activeElement.closest?.("[data-queue] li")?.querySelector("a") ?? document.activeElement);
  const from = focused >= 0 ? focused : every.findIndex((line) => line.hasAttribute("aria-current"));
  const to = from < 0 ? (step > 0 ? 0 : every.length - 1) : Math.min(Math.max(from + step, 0), every.length - 1);
  every[to].focus();
  every[to].scrollIntoView({ block: "nearest" });
}

function choose() {
  const line = document.activeElement.closest?.("[data-queue] li") ?? lines()[0]?.parentElement;
  const box = line && $("input[name=case]", line);
  if (!box) return false;
  box.checked = !box.checked;
  showChosen();
  $("a", line).focus();
  return true;
}

function showChosen() {
  const bar = $("[data-bulk]");
  if (!bar) return;
  const n = all("input[name=case]:checked").length;
  bar.hidden = !n;
  $("[data-chosen]", bar).textContent = n ? say(live.words.chosen, { n: digits.format(n) }) : "";
}

let going = 0;

function onKey(event) {
  if (event.metaKey || event.altKey) return;
  const typing = event.target.closest?.(TYPING);
  if (event.key === "Enter" && (event.ctrlKey || (typing?.matches("select") && typing.form?.method === "post"))) {
    const form = event.target.closest("form") ?? event.target.form;
    if (form?.method === "post") { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.ctrlKey) return;
  if (event.key === "Escape") return void leave(typing);
  if (typing || $("dialog[open]")) return void (typing || event.stopImmediatePropagation());
  const key = event.key.toLowerCase();
  const done = (handled = true) => { if (handled !== false) { event.preventDefault(); event.stopImmediatePropagation(); } };
  if (Date.now() < going) {
    going = 0;
    const tab = $(`[data-go="${CSS.escape(key)}"]`);
    return void done(tab ? tab.click() : true);
  }
  if (event.key === "?") return void done($("#help").showModal());
  if (key === "g") { going = Date.now() + 1500; return void done(); }
  if (key === "j" || event.key === "ArrowDown") return void done(move(1));
  if (key === "k" || event.key === "ArrowUp") return void done(move(-1));
  if (key === "x") done(choose());
}

function leave(typing) {
  if ($("dialog[open]")) return;
  if (typing) return void typing.blur();
  const open = $(".case details[open]");
  if (open) { open.open = false; return void $("summary", open).focus(); }
  const chosen = all("input[name=case]:checked");
  if (chosen.length) { chosen.forEach((box) => (box.checked = false)); return void showChosen(); }
  const back = $("nav.queue [data-go][aria-current], .actions a[href^='/desk?']");
  if ($("[data-case]") && back) back.click();
}

// ---- Countdowns -----------------------------------------------------------------------------------------------------

/** Turn what is a matter of minutes (or runs by the clock); working days stay as the server said them. */
function turn() {
  const now = Date.now();
  for (const item of all("[data-due]")) {
    if (!item.dataset.due) continue;
    const seconds = Math.round((new Date(item.dataset.due) - now) / 1000);
    const size = Math.abs(seconds), late = seconds < 0 ? "late_" : "";
    if (size >= 7200 && !("clock" in item.dataset)) continue;
    const two = (n) => String(n).padStart(2, "0");
    if (size < 600) item.textContent = say(live.words[`${late}sec`], { m: Math.floor(size / 60), s: two(size % 60) });
    else if (size < 7200) item.textContent = say(live.words[`${late}min`], { n: Math.floor(size / 60) });
    else if (size < 172800) item.textContent = say(live.words[`${late}hours`], { n: Math.floor(size / 3600) });
    if (seconds < 0 || size < 300) item.dataset.tone = "late";
  }
  const undo = $("[data-undo]");
  if (undo) {
    undo.ends ??= Math.min(new Date(undo.dataset.until), now + Number(undo.dataset.seconds) * 1000);
    const seconds = Math.max(0, Math.ceil((undo.ends - now) / 1000));
    $("[data-left]", undo).textContent = seconds;
    $("progress", undo).value = seconds;
    if (!seconds) undo.remove();
  }
  for (const held of all("[data-pending]")) if (new Date(held.dataset.until) < now - 1500) held.hidden = true;
}

// ---- Sound ----------------------------------------------------------------------------------------------------------

let sound; // Browsers let a page be heard only after somebody has pressed something on it.

function ring() {
  if (sound?.state !== "running") return;
  for (const [at, tone] of [[0, 880], [0.25, 660], [0.5, 880]]) {
    const voice = sound.createOscillator(), level = sound.createGain();
    voice.frequency.value = tone;
    level.gain.setValueAtTime(0.0001, sound.currentTime + at);
    level.gain.exponentialRampToValueAtTime(0.3, sound.currentTime + at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.0001, sound.currentTime + at + 0.22);
    voice.connect(level).connect(sound.destination);
    voice.start(sound.currentTime + at);
    voice.stop(sound.currentTime + at + 0.24);
  }
}

const wantsSound = () => localStorage.getItem("desk-sound") !== "off";

async function wakeSound() {
  if (!wantsSound()) return;
  sound ??= new AudioContext();
  if (sound.state !== "running") await sound.resume().catch(() => {});
  showSound();
}

function showSound() {
  const button = $("[data-sound]");
  if (!button) return;
  const on = wantsSound() && sound?.state === "running";
  button.setAttribute("aria-pressed", on);
  const words = on ? live.words.sound_on : live.words.sound_off;
  button.querySelector("span").textContent = words;
  button.setAttribute("aria-label", words); // On a phone there is room for the picture only.
}

async function switchSound() {
  const on = wantsSound() && sound?.state === "running";
  localStorage.setItem("desk-sound", on ? "off" : "on");
  if (on) await sound.suspend();
  else { await wakeSound(); ring(); }
  showSound();
}

// ---- Live news ------------------------------------------------------------------------------------------------------

class DeskLive extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.waiting = new Map();
    this.ref = $("[data-case]")?.dataset.case;
    this.line = new EventSource("/desk/live");
    this.line.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.line.onopen = () => delete document.body.dataset.lost;
    this.line.onerror = () => (document.body.dataset.lost = "");
    addEventListener("pagehide", () => { this.line.close(); if (this.ref) post(`/desk/presence/${this.ref}`, { gone: "true" }); });
    if (this.ref) this.beHere();
  }

  hear(news) {
    this.last = { ...this.last, ...news };
    this.at = news.as_of ?? (news.counts ? new Date().toISOString() : this.at);
    this.show();
    if (news.present) this.showPresence(news.present);
    if (news.instant) this.showInstant(news.instant, news.taken ?? []);
    clearTimeout(this.again);
    if (news.instant?.length) this.again = setTimeout(() => this.showInstant(this.last.instant, this.last.taken), 61000);
  }

  show() {
    const { counts, filters } = this.last ?? {};
    if (this.at) $(".as-of fresh-badge")?.setAttribute("at", this.at);
    for (const place of all("[data-live]")) {
      if (counts?.[place.dataset.live] === undefined) continue;
      const text = digits.format(counts[place.dataset.live]);
      if (place.textContent !== text) place.textContent = text;
    }
    for (const place of all("[data-filter]")) {
      const n = filters?.[place.dataset.filter];
      if (n !== undefined) place.textContent = n >= 1000 ? `${digits.format(1000)}+` : digits.format(n);
    }
  }

  showPresence(present) {
    const place = $("[data-presence]");
    if (!place) return;
    const others = present.filter((one) => one.ref === this.ref && one.id !== this.dataset.me);
    const text = others.map((one) => say(one.typing ? this.words.types : this.words.looks, one)).join(" · ");
    if (place.textContent !== text) place.textContent = text;
  }

  beHere() {
    let typing = 0, told;
    const tell = () => {
      told = Date.now() - typing < 8000;
      post(`/desk/presence/${this.ref}`, { typing: told }).catch(() => {});
    };
    tell();
    setInterval(tell, 15000);
    addEventListener("pageshow", (event) => event.persisted && tell());
    document.addEventListener("input", (event) => {
      if (!event.target.closest(".case")) return;
      typing = Date.now();
      if (!told) tell();
    });
  }

  async showInstant(instant, taken) {
    if (!("triage" in this.dataset)) return;
    const dialog = $("#notice");
    const gone = [...this.waiting.keys()].filter((ref) => !instant.some((one) => one.ref === ref));
    // Esc puts the notice aside for a minute; the page of such a case is as good as the notice.
    const aside = JSON.parse(sessionStorage.getItem("desk-aside") ?? "{}");
    const isAside = (one) => one.ref === this.ref || aside[one.ref] > Date.now() - 60000;
    instant = instant.filter((one) => !isAside(one));
    const fresh = instant.filter((one) => !this.waiting.has(one.ref));
    for (const ref of gone) {
      const by = taken.find((one) => one.ref === ref);
      if (by) this.tell(say(this.words.taken, { name: by.name, ref }));
    }
    this.waiting = new Map(instant.map((one) => [one.ref, one]));
    clearInterval(this.ringing);
    dialog.onclose = () => {
      clearInterval(this.ringing);
      for (const ref of this.waiting.keys()) aside[ref] = Date.now();
      sessionStorage.setItem("desk-aside", JSON.stringify(aside));
    };
    if (!instant.length) {
      $("[data-notice]", dialog).replaceChildren();
      return dialog.close();
    }
    if (wantsSound()) this.ringing = setInterval(ring, 4000);
    if (!fresh.length && !gone.length) return;
    if (fresh.length) ring();
    const answer = await fetch("/desk/notice", { headers: { "hx-request": "true" } });
    if (!answer.ok) return;
    $("[data-notice]", dialog).innerHTML = await answer.text();
    if (!dialog.open && this.waiting.size && $("form", dialog)) dialog.showModal();
    if (!$("form", dialog)) dialog.close();
  }

  tell(text) {
    const box = Object.assign(document.createElement("p"), { className: "toast live-toast", textContent: text });
    box.setAttribute("role", "status");
    document.body.append(box);
    setTimeout(() => box.remove(), 6000);
  }
}

function onClick(event) {
  const asked = (selector) => event.target.closest?.(selector);
  if (asked("[data-close]")) asked("dialog").close();
  if (asked("[data-sound]")) return void switchSound();
  const join = asked("[data-join]");
  if (join) {
    const way = $("[data-way=merge]");
    way.open = true;
    $("[name=into]", way).value = join.dataset.join;
    $("[name=into]", way).focus();
  }
  const text = asked("[data-ready]");
  if (text) {
    const area = $("textarea", text.closest("form"));
    area.value = area.value.trim() ? `${area.value.trim()}\n${text.dataset.ready}` : text.dataset.ready;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }
}

customElements.define("desk-live", DeskLive);
const live = $("desk-live") ?? { words: {} };
addEventListener("keydown", onKey, { capture: true });
addEventListener("pointerdown", wakeSound);
addEventListener("keydown", wakeSound);
document.addEventListener("click", onClick);
document.addEventListener("change", (event) => event.target.name === "case" && showChosen());
document.addEventListener("htmx:after:swap", () => {
  live.show?.();
  all(".queue [aria-current]").forEach((here) => here.scrollIntoView({ block: "nearest", inline: "nearest" }));
});
setInterval(turn, 1000);
turn();
showChosen();
