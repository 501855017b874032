// <place-picker>: a place by the phone's position, by a photo, or by a pin on a map that is only loaded when
// somebody asks for it (macro place_picker in web/ui.html). Fills the hidden fields latitude and longitude.
// Says "place-chosen" when they hold a place of this city.

class PlacePicker extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.piece = (name) => this.querySelector(`[data-${name}]`);
    this.field = (name) => this.querySelector(`input[name=${name}]`);
    this.piece("card").hidden = false;
    this.piece("locate").addEventListener("click", () => this.locate());
    this.piece("open").addEventListener("click", () => this.open());
    this.piece("photo").addEventListener("click", () => this.choosePhoto());
    this.onPhoto = (event) => {
      this.photo = event.detail;
      this.field("latitude").value ? (this.piece("photo").hidden = false) : this.choosePhoto();
    };
    document.addEventListener("photo-place", this.onPhoto);
    const { latitude, longitude } = this.chosen();
    if (latitude) this.choose({ latitude, longitude }, this.words.here);
  }

  disconnectedCallback() {
    document.removeEventListener("photo-place", this.onPhoto);
    this.map?.remove();
  }

  chosen() {
    return { latitude: Number(this.field("latitude").value), longitude: Number(this.field("longitude").value) };
  }

  complain(sentence) {
    this.piece("error").textContent = sentence;
    this.piece("error").hidden = !sentence;
  }

  locate() {
    this.complain("");
    if (!navigator.geolocation) return this.complain(this.words.lost);
    this.show(this.words.finding, "");
    const found = ({ coords }) => this.choose(coords, this.words.accuracy.replace("{metres}", Math.round(coords.accuracy)), true);
    const failed = (error) => {
      this.piece("row").hidden = !this.field("latitude").value;
      this.complain(error.code === error.PERMISSION_DENIED ? this.words.denied : this.words.lost);
    };
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
  }

  show(title, detail) {
    this.piece("ward").textContent = title;
    this.piece("detail").textContent = detail;
    this.piece("row").hidden = false;
  }

  async choosePhoto() {
    const told = this.choose(this.photo, this.words.photo, true);
    this.piece("photo").hidden = true;
    await told;
  }

  async choose({ latitude, longitude }, detail, move = false) {
    this.field("latitude").value = latitude.toFixed(6);
    this.field("longitude").value = longitude.toFixed(6);
    this.piece("photo").hidden = !this.photo;
    this.complain("");
    if (move && this.map) this.map.jumpTo({ center: [longitude, latitude], zoom: Math.max(16, this.map.getZoom()) });
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const address = `${this.dataset.wardUrl}?latitude=${latitude.toFixed(6)}&longitude=${longitude.toFixed(6)}`;
      const answer = await fetch(address, { signal, headers: { accept: "application/json, application/problem+json" } });
      const place = await answer.json();
      if (answer.ok) {
        this.dispatchEvent(new CustomEvent("place-chosen", { bubbles: true }));
        return this.show(place.name, detail);
      }
      this.field("latitude").value = this.field("longitude").value = "";
      this.piece("row").hidden = true;
      this.complain(place.detail);
    } catch (error) {
      if (error.name !== "AbortError") this.show(this.words.here, this.words.nonet);
    }
  }

  async open() {
    this.complain("");
    const box = this.piece("map");
    this.piece("open").hidden = true;
    box.hidden = false;
    try {
      const { openMap } = await import("./base-map.js");
      const { latitude, longitude } = this.chosen();
      const start = latitude ? { center: [longitude, latitude], zoom: 16 } : {};
      ({ map: this.map } = await openMap(this, box, start));
    } catch {
      box.hidden = true;
      return this.complain(this.words.nomap);
    }
    // The pin stands still in the middle and the map moves beneath it: easier for a thumb than dragging a pin,
    // and the arrow keys do it too.
    box.append(this.piece("pin").content.cloneNode(true));
    this.map.getCanvas().setAttribute("aria-label", this.words.pin);
    if (!this.chosen().latitude) this.show(this.words.pin, "");
    this.map.on("moveend", (event) => {
      if (!event.originalEvent) return;
      const { lat, lng } = this.map.getCenter();
      this.choose({ latitude: lat, longitude: lng }, this.words.here);
    });
  }
}

customElements.define("place-picker", PlacePicker);
