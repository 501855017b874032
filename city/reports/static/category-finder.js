// <category-finder>: a search above the category's select. It finds names and other words people use, with or
// without diacritics, and offers them as buttons that choose in the select; without JavaScript the select is enough.

const fold = (text) => text.replace(/[đĐ]/g, "d").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class CategoryFinder extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    this.hint = this.querySelector("[data-hint]");
    this.options = [...this.select.options].filter((option) => option.value);
    this.options.forEach((option) => (option.words = fold(`${option.label} ${option.dataset.words}`)));
    this.input = Object.assign(document.createElement("input"), { className: "input", type: "search", placeholder: this.dataset.label, autocomplete: "off" });
    this.input.setAttribute("aria-label", this.dataset.label);
    this.found = Object.assign(document.createElement("div"), { className: "chips" });
    this.found.setAttribute("role", "status");
    this.querySelector(".select").before(this.input, this.found);
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.found.querySelector("button")?.click();
    });
    this.select.addEventListener("change", () => this.tell());
    this.addEventListener("click", (event) => {
      const suggested = event.target.closest("[data-choose]");
      if (suggested) this.choose(suggested.dataset.choose);
    });
    this.tell();
  }

  look() {
    const words = fold(this.input.value).split(/\s+/).filter(Boolean);
    const fits = words.length ? this.options.filter((option) => words.every((word) => option.words.includes(word))).slice(0, 5) : [];
    this.found.replaceChildren(...fits.map((option) => this.chip(option)));
    if (words.length && !fits.length) this.found.textContent = this.dataset.none;
  }

  chip(option) {
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: option.label });
    chip.addEventListener("click", () => this.choose(option.value));
    return chip;
  }

  choose(code) {
    this.select.value = code;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.found.replaceChildren();
    this.input.value = "";
    this.select.focus();
  }

  tell() {
    this.hint.textContent = this.select.selectedOptions[0]?.dataset.hint ?? "";
  }
}

customElements.define("category-finder", CategoryFinder);
