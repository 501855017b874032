// <photo-input>: pictures go up one by one as soon as they are chosen (macro photo_input in web/ui.html).
// Its form then carries one hidden field per picture; without JavaScript the plain file input goes with the form.
// Says "photo-place" {latitude, longitude} when a picture knows where it was taken. With data-later the form can keep
// pictures until there is a network: they wait here instead of being refused, photos() gives them out and restore() takes
// them back, and "photos-changed" says that there are others.

// What nobody claimed is thrown away by the city after a day (media.UNCLAIMED).
const LASTS = 20 * 3600_000;
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class PhotoInput extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.most = Number(this.dataset.most);
    this.said = this.querySelector("[data-said]");
    this.shots = this.querySelector(".shots");
    this.input = this.querySelector("input[type=file]");
    const label = this.querySelector(".field > label");
    const tile = this.querySelector("template[data-tile]").content.firstElementChild.cloneNode(true);
    this.input.removeAttribute("name");
    this.input.className = "hidden";
    this.input.setAttribute("aria-label", label.textContent.trim());
    tile.append(this.input);
    this.tile = tile;
    this.shots.prepend(tile);
    this.shots.querySelectorAll(".shot").forEach((shot) => this.addCross(shot));
    this.input.addEventListener("change", () => {
      const room = this.most - this.count();
      const files = [...this.input.files];
      files.slice(0, room).forEach((file) => this.send(file));
      this.input.value = "";
      if (files.length > room) this.tell(this.words.full);
    });
    this.check();
    this.later = this.dataset.later !== undefined;
    if (this.later) addEventListener("online", () => this.shots.querySelectorAll(".shot[data-state=waiting]").forEach((shot) => this.upload(shot)));
  }

  /** The pictures as they are: {id} when the city has it, blob and name when this page has it. */
  photos() {
    return [...this.shots.querySelectorAll(".shot:not([data-state=refused])")].map((shot) => ({
      id: shot.querySelector("input[type=hidden]")?.value,
      blob: shot.file,
      name: shot.file?.name,
      at: shot.at,
    }));
  }

  restore(photos) {
    const there = new Set(this.photos().map((photo) => photo.id));
    for (const photo of photos) {
      if (!photo.blob || this.count() >= this.most || (photo.id && there.has(photo.id))) continue;
      const file = photo.blob instanceof File ? photo.blob : new File([photo.blob], photo.name || "photo.jpg", { type: photo.blob.type });
      if (photo.id && Date.now() - photo.at < LASTS) this.showAgain(file, photo);
      else this.send(file);
    }
    this.check();
  }

  showAgain(file, { id, at }) {
    const shot = Object.assign(document.createElement("div"), { className: "picture shot", file, at });
    const n = this.count() + 1;
    const image = Object.assign(new Image(), { src: URL.createObjectURL(file), alt: say(this.words.photo, { n }) });
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: this.dataset.name, value: id });
    shot.append(image, field);
    this.shots.append(shot);
    this.addCross(shot);
  }

  announce() {
    if (this.later) this.dispatchEvent(new CustomEvent("photos-changed", { bubbles: true, detail: this.photos() }));
  }

  count() {
    return this.shots.querySelectorAll(".shot:not([data-state=refused])").length;
  }

  check() {
    const full = this.count() >= this.most;
    this.input.disabled = full;
    this.tile.hidden = full;
  }

  tell(text) {
    this.said.textContent = text;
  }

  addCross(shot) {
    const cross = this.querySelector("template[data-cross]").content.firstElementChild.cloneNode(true);
    const number = [...this.shots.querySelectorAll(".shot")].indexOf(shot) + 1;
    cross.setAttribute("aria-label", say(this.words.remove, { n: number }));
    cross.addEventListener("click", () => {
      shot.request?.abort();
      shot.remove();
      this.tell("");
      this.check();
      this.announce();
      this.input.focus();
    });
    shot.append(cross);
  }

  send(file) {
    const n = this.count() + 1;
    const shot = document.createElement("div");
    shot.className = "picture shot";
    shot.file = file;
    this.shots.append(shot);
    this.addCross(shot);
    this.announce();
    this.upload(shot, n);
    this.check();
  }

  upload(shot, n = [...this.shots.querySelectorAll(".shot")].indexOf(shot) + 1) {
    shot.querySelectorAll("img,.waits").forEach((part) => part.remove());
    shot.dataset.state = "sending";
    const meter = Object.assign(document.createElement("progress"), { className: "meter", max: 100, value: 0 });
    meter.setAttribute("aria-label", say(this.words.sending, { n }));
    shot.append(meter);
    // XMLHttpRequest, because fetch does not tell how much has gone up.
    const request = (shot.request = new XMLHttpRequest());
    request.open("POST", this.dataset.action);
    request.setRequestHeader("accept", "application/json, application/problem+json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => (meter.value = (event.loaded / event.total) * 100));
    request.addEventListener("load", () => this.take(shot, request, n));
    request.addEventListener("error", () => (this.later ? this.wait(shot, n) : this.refuse(shot)));
    const body = new FormData();
    body.append("file", shot.file);
    request.send(body);
  }

  take(shot, { status, response }, n) {
    if (status < 300 && response) this.show(shot, response, n);
    else if (this.later && (status >= 500 || status === 401 || status === 429 || status < 300)) this.wait(shot, n);
    else this.refuse(shot, response?.detail);
  }

  /** No network: it is shown from here, and goes with the report. */
  wait(shot, n) {
    shot.querySelector(".meter")?.remove();
    shot.dataset.state = "waiting";
    const image = Object.assign(new Image(), { src: URL.createObjectURL(shot.file), alt: say(this.words.photo, { n }) });
    const words = Object.assign(document.createElement("span"), { className: "waits", textContent: this.words.waits });
    shot.prepend(image, words);
  }

  show(shot, photo, n) {
    shot.querySelector(".meter").remove();
    delete shot.dataset.state;
    const image = Object.assign(new Image(), { src: photo.thumbnail_url, alt: say(this.words.photo, { n }) });
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: this.dataset.name, value: photo.id });
    shot.prepend(image, field);
    shot.at = Date.now();
    this.announce();
    if (photo.latitude != null && photo.longitude != null) {
      this.dispatchEvent(new CustomEvent("photo-place", { bubbles: true, detail: { latitude: photo.latitude, longitude: photo.longitude } }));
    }
  }

  refuse(shot, sentence) {
    shot.querySelector(".meter").remove();
    shot.dataset.state = "refused";
    const words = document.createElement("p");
    words.className = "error";
    words.setAttribute("role", "alert");
    words.textContent = sentence ?? this.words.failed;
    shot.prepend(words);
    this.check();
    this.announce();
  }
}

customElements.define("photo-input", PhotoInput);
