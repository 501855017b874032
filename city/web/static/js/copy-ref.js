// <copy-ref data-text="7K3M-Q9TD" data-done="Copied"><button type="button">…<span data-label>…</span></button></copy-ref>

class CopyRef extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text);
      this.querySelector("[data-label]").textContent = this.dataset.done;
    });
  }
}

customElements.define("copy-ref", CopyRef);
