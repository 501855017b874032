// <read-aloud data-of="#answer" hidden><button …></read-aloud> reads a part of the page aloud, where the browser has a
// voice for its language; where it has none the button stays hidden. What residents write is mostly Vietnamese, whatever
// language the page is in, so each part is read in the language it seems to be written in.

const VIETNAMESE = /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i;
const voiceFor = (language) => speechSynthesis.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(language));

class ReadAloud extends HTMLElement {
  connectedCallback() {
    if (!("speechSynthesis" in window)) return;
    this.button = this.querySelector("button");
    this.words = this.querySelector("[data-label]");
    this.asks = this.words.textContent;
    this.button.addEventListener("click", () => (this.reading ? this.stop() : this.read()));
    this.look();
    speechSynthesis.addEventListener("voiceschanged", () => this.look());
    addEventListener("pagehide", () => speechSynthesis.cancel());
  }

  parts() {
    return [...document.querySelectorAll(this.dataset.of)].map((part) => part.innerText.trim()).filter(Boolean);
  }

  languageOf(text) {
    return VIETNAMESE.test(text) ? "vi" : document.documentElement.lang;
  }

  look() {
    this.hidden = !this.parts().some((text) => voiceFor(this.languageOf(text)));
  }

  read() {
    speechSynthesis.cancel();
    const said = this.parts().map((text) => [text, voiceFor(this.languageOf(text))]).filter(([, voice]) => voice);
    said.forEach(([text, voice], n) => {
      const speech = Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang, rate: 0.95 });
      if (n === said.length - 1) speech.onend = () => this.rest();
      speech.onerror = () => this.rest();
      speechSynthesis.speak(speech);
    });
    this.reading = true;
    this.words.textContent = this.dataset.stop;
    this.button.setAttribute("aria-pressed", "true");
  }

  stop() {
    speechSynthesis.cancel();
    this.rest();
  }

  rest() {
    this.reading = false;
    this.words.textContent = this.asks;
    this.button.setAttribute("aria-pressed", "false");
  }
}

customElements.define("read-aloud", ReadAloud);
