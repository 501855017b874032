// <push-switch>: turns notifications on and off for this device.

import { standing, turnOff, turnOn } from "./push.js";

class PushSwitch extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.piece = (name) => this.querySelector(`[data-${name}]`);
    this.piece("ask").addEventListener("click", () => this.act(turnOn));
    this.piece("stop").addEventListener("click", () => this.act(turnOff));
    this.show();
  }

  async show() {
    const now = await standing();
    this.dataset.standing = now;
    this.piece("said").textContent = this.words[now];
    this.piece("ask").hidden = now !== "off";
    this.piece("stop").hidden = now !== "on" && now !== "simulated";
  }

  async act(change) {
    for (const button of this.querySelectorAll("button")) button.disabled = true;
    try {
      await change();
      await this.show();
    } catch (error) {
      console.warn("notifications:", error.message);
      this.piece("said").textContent = this.words.failed;
    }
    for (const button of this.querySelectorAll("button")) button.disabled = false;
  }
}

customElements.define("push-switch", PushSwitch);
