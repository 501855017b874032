// <category-questions>: shows what the chosen category asks, out of the templates in it, so that it asks without a network
// as well. What was answered stays as long as the page does: who chooses another category and comes back finds it again.

const NAMED = "attributes.";
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";

class CategoryQuestions extends HTMLElement {
  connectedCallback() {
    this.select = document.querySelector("#f-category");
    this.shown = this.querySelector("[data-shown]");
    this.answers = {};
    this.select.addEventListener("change", () => this.show());
    const form = this.closest("form");
    // A draft, or a report out of the queue, is put into the form; perhaps it has been already.
    form.addEventListener("filled", ({ detail }) => this.take(detail));
    this.take(form.filled ?? {});
  }

  take(values) {
    Object.assign(this.answers, values);
    this.show();
    this.fill();
  }

  get fields() {
    return [...this.shown.querySelectorAll("input,textarea")].filter((field) => field.name.startsWith(NAMED));
  }

  show() {
    if (this.shown.dataset.for === this.select.value) return;
    this.remember();
    this.shown.dataset.for = this.select.value;
    const asked = [...this.querySelectorAll("template")].find((template) => template.dataset.for === this.select.value);
    this.shown.replaceChildren(...(asked ? [document.importNode(asked.content, true)] : []));
    this.hidden = !asked;
    this.fill();
  }

  remember() {
    for (const field of this.fields) this.answers[field.name] = [];
    for (const field of this.fields) if (field.value && (!isChoice(field) || field.checked)) this.answers[field.name].push(field.value);
  }

  fill() {
    for (const field of this.fields) {
      const said = this.answers[field.name];
      if (said && isChoice(field)) field.checked = said.includes(field.value);
      else if (said?.[0]) field.value = said[0];
    }
  }
}

customElements.define("category-questions", CategoryQuestions);
