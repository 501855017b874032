// A map of the city drawn from its own ward outlines: no tiles, glyphs or sprites from anywhere else.

/** A colour of the design system as red, green and blue, for whichever theme is on. */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  canvas.fillRect(0, 0, 1, 1);
  return `rgb(${[...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).join(",")})`;
}

function style({ base, tiles: given }) {
  // Tiles are the heaviest thing there is: who saves data gets the city's own outlines.
  const tiles = document.documentElement.dataset.low === undefined && given;
  const name = ["coalesce", ["get", `name_${document.documentElement.lang}`], ["get", "name"], ""];
  const sources = { wards: { type: "geojson", data: base } };
  const layers = [{ id: "paper", type: "background", paint: { "background-color": colour("surface-2") } }];
  if (tiles) {
    sources.tiles = { type: "raster", tiles: [tiles], tileSize: 256 };
    layers.push({ id: "tiles", type: "raster", source: "tiles" });
  } else {
    layers.push({ id: "land", type: "fill", source: "wards", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour("surface") } });
  }
  layers.push(
    { id: "edges", type: "line", source: "wards", paint: { "line-color": colour("accent-line"), "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.75, 15, 2] } },
    {
      id: "names", type: "symbol", source: "wards", minzoom: 10.5,
      layout: { "text-field": name, "text-size": 12, "text-font": ["Be Vietnam Pro"], "text-padding": 6, "text-max-width": 8 },
      paint: { "text-color": colour("ink-2"), "text-halo-color": colour("surface"), "text-halo-width": 1.5 },
    },
  );
  return { version: 8, sources, layers };
}

/** Open a map in `container` with the data- attributes of `host`; throws where there is no WebGL. */
export async function openMap(host, container, options = {}) {
  const maplibre = await import("maplibre-gl");
  if (!document.querySelector("link[data-map-style]")) {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: import.meta.resolve("maplibre-gl/style.css") });
    sheet.dataset.mapStyle = "";
    await new Promise((done) => { sheet.onload = sheet.onerror = done; document.head.append(sheet); });
  }
  const [west, south, east, north] = JSON.parse(host.dataset.bounds);
  const map = new maplibre.Map({
    container,
    style: style(host.dataset),
    center: JSON.parse(host.dataset.centre),
    zoom: Number(host.dataset.zoom),
    maxBounds: [[west - 0.3, south - 0.3], [east + 0.3, north + 0.3]],
    maxZoom: 18,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  const repaint = () => map.setStyle(style(host.dataset));
  addEventListener("theme-change", repaint);
  map.on("remove", () => removeEventListener("theme-change", repaint));
  return { map, maplibre };
}
