// <form-draft data-name="report"><form>…</form></form-draft> keeps what is typed on this device until it is sent,
// so that a lost connection costs nobody their words. The page shown after sending bears
// <form-draft data-name="report" data-sent></form-draft>, which forgets it.

import { del, get, set } from "idb-keyval";

const KEPT = "input:not([type=hidden],[type=file],[type=password]),textarea,select";
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";

class FormDraft extends HTMLElement {
  async connectedCallback() {
    const key = `draft:${this.dataset.name}`;
    if (this.dataset.sent !== undefined) return void del(key).catch(() => {});
    this.form = this.querySelector("form");
    const draft = await get(key).catch(() => undefined);
    if (draft && !this.form.querySelector("[data-summary]")) this.fill(draft);
    this.form.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => set(key, this.read()).catch(() => {}), 400);
    });
  }

  read() {
    const values = {};
    for (const field of this.form.querySelectorAll(KEPT)) {
      if (field.name && (!isChoice(field) || field.checked)) (values[field.name] ??= []).push(field.value);
    }
    return values;
  }

  fill(values) {
    for (const field of this.form.querySelectorAll(KEPT)) {
      const kept = values[field.name];
      if (kept && isChoice(field)) field.checked = kept.includes(field.value);
      else if (kept && !field.value) field.value = kept[0];
    }
  }
}

customElements.define("form-draft", FormDraft);
