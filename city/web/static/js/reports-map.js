// <reports-map>: the server's clusters for what is in view, as buttons on the map and as a list beneath it
// (macro reports_map in web/ui.html). Data: {"clusters": [[lon, lat, count, ref or null], …]}.

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const digits = new Intl.NumberFormat(document.documentElement.lang);
const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

class ReportsMap extends HTMLElement {
  async connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.said = this.querySelector("[data-said]");
    this.list = this.querySelector("[data-list]");
    this.markers = [];
    import("./fresh-badge.js");
    if (document.documentElement.dataset.low !== undefined) return this.waitToLoad();
    return this.open();
  }

  /** Saving data: the list at once, the map only for who asks for it. */
  waitToLoad() {
    const box = this.querySelector("[data-map]"), load = this.querySelector("[data-load]");
    box.hidden = true;
    load.hidden = false;
    load.querySelector("button").addEventListener("click", () => { box.hidden = false; load.hidden = true; this.open(); });
    this.look();
  }

  async open() {
    try {
      const { openMap } = await import("./base-map.js");
      ({ map: this.map, maplibre: this.maplibre } = await openMap(this, this.querySelector("[data-map]")));
      this.map.on("moveend", () => this.look());
    } catch {
      this.querySelector("[data-map]").hidden = true;
      this.said.textContent = this.words.nomap;
    }
    this.look();
  }

  disconnectedCallback() {
    this.asking?.abort();
    this.map?.remove();
  }

  view() {
    const box = this.map?.getBounds();
    return {
      bbox: (box ? [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()] : JSON.parse(this.dataset.bounds)).map((n) => n.toFixed(5)).join(","),
      zoom: (this.map?.getZoom() ?? Number(this.dataset.zoom)).toFixed(2),
    };
  }

  async look() {
    this.asking?.abort();
    this.asking = new AbortController();
    this.said.textContent = this.words.loading;
    const address = new URL(this.dataset.url, location.href);
    for (const [name, value] of Object.entries(this.view())) address.searchParams.set(name, value);
    try {
      const answer = await fetch(address, { signal: this.asking.signal, headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      this.show((await answer.json()).clusters);
      const fresh = this.querySelector("[data-fresh]");
      fresh.hidden = false;
      fresh.firstElementChild.setAttribute("at", new Date().toISOString());
    } catch (error) {
      if (error.name !== "AbortError") this.said.textContent = this.words.failed;
    }
  }

  show(clusters) {
    this.markers.forEach((marker) => marker.remove());
    this.markers = this.map ? clusters.map((cluster) => this.mark(cluster)) : [];
    this.list.replaceChildren(...[...clusters].sort((a, b) => b[2] - a[2]).slice(0, 60).map((cluster) => this.line(cluster)));
    const total = clusters.reduce((sum, cluster) => sum + cluster[2], 0);
    this.said.textContent = total ? say(this.words.total, { n: digits.format(total) }) : this.words.none;
  }

  /** A link to a single report, or a button that looks closer. */
  control([lon, lat, count, ref]) {
    if (ref) return Object.assign(document.createElement("a"), { href: `/reports/${encodeURIComponent(ref)}` });
    // No closer look tells these apart: the list of that place does.
    if (this.map?.getZoom() > 18.5) return Object.assign(document.createElement("a"), { href: `/reports?latitude=${lat}&longitude=${lon}&radius=25` });
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.addEventListener("click", () => this.map?.easeTo({ center: [lon, lat], zoom: this.map.getZoom() + 2 }));
    return button;
  }

  name([, , count, ref]) {
    return ref ? say(this.words.one, { ref }) : say(this.words.many, { n: digits.format(count) });
  }

  mark(cluster) {
    const [lon, lat, count] = cluster;
    const dot = this.control(cluster);
    dot.className = "cluster-dot";
    dot.dataset.tone = "accent";
    dot.dataset.n = count;
    dot.textContent = count > 1 ? short.format(count) : "";
    // The list beneath says the same to a keyboard or a screen reader, once.
    dot.tabIndex = -1;
    dot.setAttribute("aria-hidden", "true");
    dot.title = this.name(cluster);
    return new this.maplibre.Marker({ element: dot }).setLngLat([lon, lat]).addTo(this.map);
  }

  line(cluster) {
    const item = document.createElement("li");
    const control = this.control(cluster);
    control.textContent = this.name(cluster);
    item.append(control);
    return item;
  }
}

customElements.define("reports-map", ReportsMap);
