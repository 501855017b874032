// <install-app>: the offer to install (web/install.html). The browser says when it can; an iPhone never does, so there
// the steps are told. Who says "not now" is left alone for a month.

const LATER = "install-later";
const MONTH = 30 * 86400 * 1000;

const put = (at) => { try { localStorage.setItem(LATER, at); } catch { /* Nothing may be kept: it is asked again. */ } };
const putOff = () => { try { return Date.now() - Number(localStorage.getItem(LATER) ?? 0) < MONTH; } catch { return false; } };
const isInstalled = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
const isApple = () => /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

class InstallApp extends HTMLElement {
  connectedCallback() {
    if (isInstalled() || putOff()) return;
    this.button = this.querySelector("[data-install]");
    this.button.addEventListener("click", () => this.install());
    this.querySelector("[data-later]").addEventListener("click", () => { put(Date.now()); this.hidden = true; });
    if (globalThis.installOffer) this.offer();
    addEventListener("install-offer", () => this.offer());
    addEventListener("appinstalled", () => { this.hidden = true; });
    if (isApple()) {
      this.querySelector("[data-by-hand]").hidden = false;
      this.hidden = false;
    }
  }

  offer() {
    this.button.hidden = this.hidden = false;
  }

  async install() {
    const offer = globalThis.installOffer;
    globalThis.installOffer = undefined;
    this.hidden = true;
    await offer.prompt();
    const { outcome } = await offer.userChoice;
    if (outcome === "dismissed") put(Date.now());
  }
}

customElements.define("install-app", InstallApp);
