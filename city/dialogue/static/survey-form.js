// <survey-form><form>…</form></survey-form> hides the questions that are not asked of somebody who answers so.
// Without it they all stand there, each saying when it is meant; the server drops what was not asked.

class SurveyForm extends HTMLElement {
  connectedCallback() {
    this.asks = [...this.querySelectorAll("[data-ask]")];
    for (const said of this.querySelectorAll("[data-only-said]")) said.hidden = true;
    this.addEventListener("change", () => this.choose());
    // A draft is filled in a moment after the page has come, without an event.
    this.choose();
    setTimeout(() => this.choose(), 300);
  }

  choose() {
    const asked = new Set();
    for (const ask of this.asks) {
      const [question, option] = (ask.dataset.only ?? "").split("=");
      ask.hidden = Boolean(question) && !(asked.has(question) && this.has(question, option));
      if (!ask.hidden) asked.add(ask.dataset.ask);
    }
  }

  has(question, option) {
    return Boolean(this.querySelector(`input[name="${CSS.escape(question)}"][value="${CSS.escape(option)}"]:checked`));
  }
}

customElements.define("survey-form", SurveyForm);
