// One's own code: renewed before it is over, and a clock that says how long it is good. Without a
// network it stays good until its time, and then says so. Also the button that prints a card.

class MyCode extends HTMLElement {
  connectedCallback() {
    this.begin();
    this.tick = setInterval(() => this.show(), 1000);
    this.back = () => this.show();
    document.addEventListener("visibilitychange", this.back);
    window.addEventListener("online", this.back);
  }

  disconnectedCallback() {
    clearInterval(this.tick);
    document.removeEventListener("visibilitychange", this.back);
    window.removeEventListener("online", this.back);
  }

  /** The telephone's clock may show another time: what counts is how long ago the code came. */
  begin() {
    this.over = Date.now() + Number(this.part().dataset.seconds) * 1000;
    this.show();
  }

  part() {
    return this.querySelector(".personal-code");
  }

  show() {
    const left = Math.ceil((this.over - Date.now()) / 1000);
    const said = this.part().querySelector("[data-good]");
    said.textContent = left > 0 ? this.dataset.good.replace("{n}", left) : this.dataset.over;
    this.part().toggleAttribute("data-over", left <= 0);
    if (left <= 20 && !document.hidden && navigator.onLine) this.renew();
  }

  async renew() {
    if (this.busy) return;
    this.busy = true;
    try {
      const answer = await fetch(this.dataset.src, { headers: { "hx-request": "true" } });
      if (answer.ok) {
        this.innerHTML = await answer.text();
        this.begin();
      }
    } catch {
      // No network: the code stays as it is until its time, and the next second tries again.
    } finally {
      setTimeout(() => { this.busy = false; }, 3000);
    }
  }
}

customElements.define("my-code", MyCode);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
