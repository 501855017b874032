// <form-draft data-name="report" data-full="There is no room…" data-full-photos="…for photos"><form>…</form></form-draft> keeps what is typed and the photos
// chosen on this device until it is sent, so that a lost connection, or a phone that closes the page while its camera is
// open, costs nobody anything. Each person has drafts of their own. A form says that it goes now by markSent(); the page
// shown after that bears <form-draft data-name="report" data-sent></form-draft>, which forgets the draft, and with it what
// had waited in the queue and was corrected in this form.

import { del, get, set } from "idb-keyval";

const KEPT = "input:not([type=hidden],[type=file],[type=password]),textarea,select";
const PLACE = ["latitude", "longitude"];
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
const keyOf = (name) => `draft:${name}:${document.documentElement.dataset.person ?? ""}`;

/** The form goes now, as the report of this key: when the next page says that it has arrived, its draft is forgotten. */
export const markSent = (name, id) => sessionStorage.setItem(`sent:${name}`, id);

export async function forgetDraft(name) {
  await Promise.all([del(keyOf(name)), del(`${keyOf(name)}:photos`)]).catch(() => {});
}

class FormDraft extends HTMLElement {
  async connectedCallback() {
    const { name, sent } = this.dataset;
    if (sent !== undefined) return this.forget(name);
    this.key = keyOf(name);
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => this.keepSoon());
    this.form.addEventListener("place-chosen", () => this.keepSoon());
    this.form.addEventListener("photos-changed", ({ detail }) => this.keep(`${this.key}:photos`, detail));
    addEventListener("pagehide", () => this.timer && this.keep(this.key, this.read()));
    // What came back from the city, or out of the queue, is newer than the draft.
    if (this.form.querySelector("[data-summary]") || new URLSearchParams(location.search).has("queued")) return undefined;
    const draft = await get(this.key).catch(() => undefined);
    if (draft) this.fill(draft);
    return this.restorePhotos(await get(`${this.key}:photos`).catch(() => undefined));
  }

  /** The fields there are now: what is asked may depend on what was chosen. */
  get fields() {
    return [...this.form.querySelectorAll(KEPT), ...PLACE.map((field) => this.form.elements[field])].filter((field) => field?.name);
  }

  async forget(name) {
    const id = sessionStorage.getItem(`sent:${name}`);
    sessionStorage.removeItem(`sent:${name}`);
    if (!id) return; // This page was opened for another reason, and something else may be half written.
    await forgetDraft(name);
    const { outbox } = await import("./outbox.js");
    await outbox.forget(id);
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(this.key, this.read()), 400);
  }

  async keep(key, value) {
    clearTimeout(this.timer);
    this.timer = undefined;
    const what = key.endsWith(":photos") && value.length ? "photos" : "all";
    try {
      await set(key, value);
      this.querySelector(`[data-no-room=${what}]`)?.remove();
    } catch {
      this.complain(what);
    }
  }

  /** This device has no room, for photos or for all: what is on the page is not touched, and its reader is told. */
  complain(what = "all") {
    const text = what === "photos" ? this.dataset.fullPhotos ?? this.dataset.full : this.dataset.full;
    if (!text || this.querySelector(`[data-no-room=all], [data-no-room=${what}]`)) return;
    this.querySelector("[data-no-room]")?.remove();
    const words = Object.assign(document.createElement("p"), { className: "summary", textContent: text, tabIndex: -1 });
    words.setAttribute("role", "alert");
    words.dataset.noRoom = what;
    this.prepend(words);
  }

  read() {
    const values = {};
    for (const field of this.fields) if (!isChoice(field) || field.checked) (values[field.name] ??= []).push(field.value);
    return values;
  }

  fill(values) {
    for (const field of this.fields) {
      const kept = values[field.name];
      if (kept && isChoice(field)) field.checked = kept.includes(field.value);
      else if (kept?.[0] && !field.value) field.value = kept[0];
    }
    this.form.filled = values; // For what is in the form and has not been defined yet.
    this.form.dispatchEvent(new CustomEvent("filled", { detail: values }));
    const picker = this.form.querySelector("place-picker");
    if (values.latitude?.[0]) picker?.show?.call(picker, picker.words.here, "");
  }

  async restorePhotos(photos) {
    const input = this.form.querySelector("photo-input[data-later]");
    if (!input || !photos?.length) return;
    await customElements.whenDefined("photo-input");
    input.restore(photos);
  }
}

customElements.define("form-draft", FormDraft);
