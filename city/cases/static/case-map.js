// <case-map data-latitude data-longitude data-base data-bounds data-zoom>: where a case is, as one pin.
// Opens when it comes into view, so that a closed <details> costs nothing.

class CaseMap extends HTMLElement {
  connectedCallback() {
    this.watch = new IntersectionObserver(([seen]) => seen.isIntersecting && this.open());
    this.watch.observe(this);
  }

  disconnectedCallback() {
    this.watch.disconnect();
    this.map?.remove();
  }

  async open() {
    this.watch.disconnect();
    const place = [Number(this.dataset.longitude), Number(this.dataset.latitude)];
    this.dataset.centre = JSON.stringify(place);
    try {
      const { openMap } = await import("/static/web/js/base-map.js");
      const { map, maplibre } = await openMap(this, this.querySelector("[data-map]"), { cooperativeGestures: false });
      this.map = map;
      for (const [longitude, latitude, tone, ref] of JSON.parse(this.dataset.near ?? "[]")) {
        const other = Object.assign(document.createElement("a"), { className: "case-pin", href: `/desk/cases/${ref}`, title: ref, tabIndex: -1 });
        other.dataset.tone = tone;
        other.dataset.other = "";
        other.setAttribute("aria-hidden", "true"); // The list beneath the map has them all.
        new maplibre.Marker({ element: other }).setLngLat([longitude, latitude]).addTo(map);
      }
      const pin = Object.assign(document.createElement("span"), { className: "case-pin" });
      pin.dataset.tone = this.dataset.tone;
      pin.setAttribute("aria-hidden", "true");
      new maplibre.Marker({ element: pin }).setLngLat(place).addTo(map);
    } catch {
      this.hidden = true; // No WebGL: the address and the coordinates stand beside it.
    }
  }
}

customElements.define("case-map", CaseMap);
