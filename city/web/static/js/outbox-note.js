// <outbox-note>: in every page's frame, what the queue has to say: how many wait, one was sent, a newer app is there.

import { askForSync, outbox, owner, sendWaiting } from "./outbox.js";

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class OutboxNote extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("[data-waiting]");
    this.said = this.querySelector("[data-said]");
    outbox.listen((message) => {
      if (message.kind === "sent" && message.owner === owner) this.tellSent(message.ref);
      this.show();
    });
    addEventListener("online", () => sendWaiting(true));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendWaiting(true));
    navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.kind === "version" && this.tellNewer(data.version));
    this.start();
  }

  async start() {
    await this.show();
    await sendWaiting(true);
    if ((await outbox.list(owner)).some((item) => item.state === "waiting")) await askForSync();
  }

  async show() {
    if (!owner) return this.showStranger();
    const items = (await outbox.list(owner)).filter((item) => item.state !== "sent");
    const has = (state) => items.some((item) => item.state === state);
    const count = items.length === 1 ? this.dataset.one : say(this.dataset.many, { n: items.length });
    this.said.textContent = has("refused") ? this.dataset.refused : has("signin") ? this.dataset.signin : count;
    this.box.hidden = !items.length || location.pathname === "/queue";
    for (const link of document.querySelectorAll("[data-queue-count]")) {
      link.textContent = items.length || "";
      link.hidden = !items.length;
    }
  }

  /** Signed out, or the sign-in has run out: whose they are and what they say is not shown. */
  async showStranger() {
    this.said.textContent = this.dataset.signin;
    this.box.querySelector("a").href = "/sign-in?next=/queue";
    this.box.hidden = (await outbox.isEmpty()) || location.pathname.startsWith("/sign-in");
  }

  tellSent(ref) {
    const link = Object.assign(document.createElement("a"), { href: `/reports/${ref}`, textContent: say(this.dataset.sent, { ref }) });
    this.toast("sent", link);
  }

  tellNewer(version) {
    if (version === document.documentElement.dataset.version || this.querySelector("[data-toast=newer]")) return;
    const reload = Object.assign(document.createElement("a"), { href: location.href, textContent: this.dataset.reload });
    reload.dataset.keeps = "";
    reload.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
    this.toast("newer", Object.assign(document.createElement("span"), { textContent: this.dataset.newer }), reload);
  }

  toast(name, ...parts) {
    const flash = Object.assign(document.createElement("div"), { className: "flash" });
    const text = Object.assign(document.createElement("p"), { className: "toast" });
    const cross = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    flash.dataset.toast = name;
    text.setAttribute("role", "status");
    cross.setAttribute("aria-label", this.dataset.close);
    cross.addEventListener("click", () => flash.remove());
    text.append(...parts, cross);
    flash.append(text);
    this.append(flash);
  }
}

customElements.define("outbox-note", OutboxNote);
