// <photo-input>: pictures go up one by one as soon as they are chosen (macro photo_input in web/ui.html).
// Its form then carries one hidden field per picture; without JavaScript the plain file input goes with the form.
// Says "photo-place" {latitude, longitude} when a picture knows where it was taken.

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
      this.input.focus();
    });
    shot.append(cross);
  }

  send(file) {
    const n = this.count() + 1;
    const shot = document.createElement("div");
    shot.className = "picture shot";
    shot.dataset.state = "sending";
    const meter = Object.assign(document.createElement("progress"), { className: "meter", max: 100, value: 0 });
    meter.setAttribute("aria-label", say(this.words.sending, { n }));
    shot.append(meter);
    this.shots.append(shot);
    this.addCross(shot);
    this.check();
    // XMLHttpRequest, because fetch does not tell how much has gone up.
    const request = (shot.request = new XMLHttpRequest());
    request.open("POST", this.dataset.action);
    request.setRequestHeader("accept", "application/json, application/problem+json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => (meter.value = (event.loaded / event.total) * 100));
    request.addEventListener("load", () => (request.status < 300 && request.response ? this.show(shot, request.response, n) : this.refuse(shot, request.response?.detail)));
    request.addEventListener("error", () => this.refuse(shot));
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  }

  show(shot, photo, n) {
    shot.querySelector(".meter").remove();
    delete shot.dataset.state;
    const image = Object.assign(new Image(), { src: photo.thumbnail_url, alt: say(this.words.photo, { n }) });
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: this.dataset.name, value: photo.id });
    shot.prepend(image, field);
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
  }
}

customElements.define("photo-input", PhotoInput);
