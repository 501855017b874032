// <fresh-badge at="2026-11-23T07:05:00Z" data-text="as of {time}, {ago}" data-stale="900">: how old what one sees is.
// It keeps itself right, and turns red when the data is older than data-stale seconds (a quarter of an hour).

const language = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

class FreshBadge extends HTMLElement {
  static observedAttributes = ["at"];

  connectedCallback() {
    this.timer = setInterval(() => this.show(), 30_000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  attributeChangedCallback() {
    this.show();
  }

  show() {
    const at = new Date(this.getAttribute("at") ?? NaN);
    if (Number.isNaN(at.getTime())) return;
    const seconds = Math.max(0, (Date.now() - at) / 1000);
    const [unit, size] = seconds >= 86400 ? ["day", 86400] : seconds >= 3600 ? ["hour", 3600] : ["minute", 60];
    const ago = words.format(-Math.floor(seconds / size), unit);
    const time = (seconds < 64800 ? clock : day).format(at);
    this.textContent = this.dataset.text.replace("{time}", time).replace("{ago}", ago);
    this.toggleAttribute("data-old", seconds > Number(this.dataset.stale ?? 900));
  }
}

customElements.define("fresh-badge", FreshBadge);
