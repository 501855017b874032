// <scan-code>: camera, picture or typed text. The browser's own BarcodeDetector reads the code where there is one,
// otherwise zxing in WebAssembly, fetched from this site when it is first needed. Codes of this city are opened; any
// other address is shown in full and never followed by itself. No picture leaves the phone.

const EVERY_MS = 180;
const WIDEST = 1280;

let loading;
/** zxing is a classic script that names itself ZXingWASM. */
function loadZxing() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = import.meta.resolve("zxing-wasm/reader");
    script.onload = () => {
      const locateFile = () => import.meta.resolve("zxing-wasm/reader.wasm");
      globalThis.ZXingWASM.prepareZXingModule({ overrides: { locateFile }, fireImmediately: true }).then(() => resolve(globalThis.ZXingWASM), reject);
    };
    script.onerror = () => reject(new Error("zxing"));
    document.head.append(script);
  });
  loading.catch(() => (loading = undefined));
  return loading;
}

async function makeReader() {
  if ("BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (source) => (await detector.detect(source))[0]?.rawValue;
  }
  const zxing = await loadZxing();
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (source) => {
    const wide = source.videoWidth || source.width, high = source.videoHeight || source.height;
    if (!wide) return undefined;
    const scale = Math.min(1, WIDEST / Math.max(wide, high));
    canvas.width = Math.round(wide * scale);
    canvas.height = Math.round(high * scale);
    pen.drawImage(source, 0, 0, canvas.width, canvas.height);
    const found = await zxing.readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    return found.find((one) => one.isValid)?.text;
  };
}

class ScanCode extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    for (const name of ["viewer", "said", "ways", "start", "picture", "torch", "foreign", "text", "onward", "again", "warning"]) this[name] = this.querySelector(`[data-${name}]`);
    this.video = this.querySelector("video");
    this.ways.hidden = false;
    this.start.addEventListener("click", () => this.open());
    this.again.addEventListener("click", () => this.open());
    this.picture.addEventListener("change", () => this.readPicture());
    this.torch.addEventListener("click", () => this.switchTorch());
    addEventListener("pagehide", () => this.close());
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  say(what) {
    this.said.textContent = what ? this.words[what] : "";
  }

  async reader() {
    this.read ??= await makeReader();
    return this.read;
  }

  async open() {
    this.foreign.hidden = true;
    this.close();
    this.say("starting");
    try {
      const wanted = { video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 1280 } }, audio: false };
      this.stream = await navigator.mediaDevices.getUserMedia(wanted);
    } catch (error) {
      return this.say({ NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "busy" }[error?.name] ?? "none");
    }
    this.video.srcObject = this.stream;
    this.viewer.hidden = false;
    this.start.hidden = true;
    await this.video.play().catch(() => {});
    const [track] = this.stream.getVideoTracks();
    this.torch.hidden = !track.getCapabilities?.().torch;
    this.say("looking");
    this.look();
  }

  close() {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.viewer.hidden = true;
    this.start.hidden = false;
    this.torch.setAttribute("aria-pressed", "false");
    if (this.said.textContent === this.words.looking) this.say("off");
  }

  async look() {
    const stream = this.stream;
    let text;
    try {
      const read = await this.reader();
      text = await read(this.video);
    } catch {
      if (!this.read) return void (this.close(), this.say("failed"));
    }
    if (this.stream !== stream || !stream) return;
    if (text) return this.found(text);
    this.timer = setTimeout(() => this.look(), EVERY_MS);
  }

  async readPicture() {
    const [file] = this.picture.files;
    if (!file) return;
    this.foreign.hidden = true;
    this.close();
    this.say("");
    let read;
    try { read = await this.reader(); } catch { return this.say("failed"); }
    const text = await createImageBitmap(file).then(read).catch(() => undefined);
    this.picture.value = "";
    text ? this.found(text) : this.say("nothing");
  }

  async switchTorch() {
    const on = this.torch.getAttribute("aria-pressed") !== "true";
    await this.stream?.getVideoTracks()[0]?.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
    this.torch.setAttribute("aria-pressed", String(on));
  }

  found(text) {
    this.close();
    this.say("");
    navigator.vibrate?.(60);
    const address = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
    const ours = address && (address.host === this.dataset.here || address.host === location.host);
    if (ours && address.pathname === "/qr" && address.hash.length > 1) return this.personal(text);
    if (ours) location.assign(address.pathname + address.search + address.hash);
    else if (!address && /^[0-9A-Za-z\s-]{6,16}$/.test(text)) location.assign(`/scan?code=${encodeURIComponent(text)}`);
    else this.showForeign(text, address);
  }

  /** Somebody's personal code goes on to the page that says who it is, for those who may know. */
  personal(text) {
    if (!this.dataset.reads) return this.say("sign_in");
    const form = document.querySelector("[data-personal]");
    form.elements.text.value = text;
    form.requestSubmit();
  }

  showForeign(text, address) {
    this.text.textContent = text;
    for (const title of this.querySelectorAll("[data-title]")) title.hidden = (title.dataset.title === "site") !== Boolean(address);
    this.onward.hidden = this.warning.hidden = !address;
    if (address) this.onward.href = address.href;
    else this.onward.removeAttribute("href");
    this.foreign.hidden = false;
    this.foreign.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("scan-code", ScanCode);
