// Places on a map with true areas, and beside it the list of what is in each. No tiles, nothing from elsewhere.
// <section class="island" data-island="map" data-src="/map.json?…">
"use strict";

import "./vendor/d3-array.min.js";
import "./vendor/d3-geo.min.js";
import "./vendor/topojson-client.min.js";
import { ask, el, failed, number, objectLine, svg } from "./elements.js";
import { COUNTRY_NUMBERS } from "./countries.js";

const { d3, topojson } = globalThis;
const WIDTH = 960;
const HEIGHT = 470;
const ZOOM_MAX = 16;

class WorldMap {
  constructor(island) {
    this.island = island;
    this.view = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
    this.marks = [];
    this.picture = svg("svg", { class: "map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Map of the places; the list beside it holds the same" });
    this.stage = el("div", { class: "stage" }, this.picture);
    this.list = el("div", { class: "beside", tabindex: "0", role: "region", "aria-label": "Places" });
    this.status = el("p", { class: "status", role: "status" });
    const zoom = (factor, word, sign) => el("button", { type: "button", class: "small", "aria-label": word, onclick: () => this.zoom(factor) }, sign);
    this.tools = el("div", { class: "tools" }, zoom(0.6, "Zoom in", "+"), zoom(1 / 0.6, "Zoom out", "−"),
      el("button", { type: "button", class: "small", onclick: () => this.look({ x: 0, y: 0, width: WIDTH, height: HEIGHT }) }, "Whole world"), this.status);
    island.replaceChildren(this.tools, this.stage, this.list);
    this.drag();
  }

  async start() {
    const [world, places] = await Promise.all([ask("/assets/vendor/countries-110m.json"), ask(this.island.dataset.src)]);
    const projection = d3.geoEqualEarth().fitExtent([[4, 4], [WIDTH - 4, HEIGHT - 4]], { type: "Sphere" });
    const path = d3.geoPath(projection);
    this.picture.append(
      svg("path", { class: "sphere", d: path({ type: "Sphere" }) }),
      svg("path", { class: "graticule", d: path(d3.geoGraticule10()) }));
    const areas = new Map();
    for (const area of places.areas ?? []) {
      const code = COUNTRY_NUMBERS[String(area.country).toUpperCase()];
      if (code) areas.set(code, [...(areas.get(code) ?? []), area]);
    }
    for (const country of topojson.feature(world, world.objects.countries).features) {
      const found = areas.get(String(country.id));
      const shape = svg("path", { class: found ? "land point region" : "land", d: path(country) ?? "" }, svg("title", {}, country.properties?.name ?? ""));
      this.picture.append(shape);
      if (found) this.mark(shape, found);
    }
    const points = (places.points ?? []).filter((point) => Number.isFinite(point.latitude) && Number.isFinite(point.longitude));
    for (const group of this.together(points, projection)) {
      const radius = Math.min(14, 4 + Math.sqrt(group.places.reduce((sum, place) => sum + (place.objects ?? 0), 0)));
      const dot = svg("circle", { class: "point", cx: group.x, cy: group.y, r: radius, "data-radius": radius }, svg("title", {}, group.places.map((place) => place.name).join(", ")));
      this.picture.append(dot);
      this.mark(dot, group.places);
    }
    this.fill(places, points);
    this.island.dataset.ready = "true";
  }

  // Places that fall on one spot of the map are one mark.
  together(points, projection) {
    const groups = new Map();
    for (const point of points) {
      const [x, y] = projection([point.longitude, point.latitude]) ?? [];
      if (x === undefined) continue;
      const key = `${Math.round(x / 3)} ${Math.round(y / 3)}`;
      const group = groups.get(key) ?? { x, y, places: [] };
      group.places.push(point);
      groups.set(key, group);
    }
    return groups.values();
  }

  mark(shape, places) {
    this.marks.push({ shape, ids: new Set(places.map((place) => place.id ?? place.country)) });
    shape.addEventListener("click", () => { if (!this.moved) this.choose(places); });
  }

  fill(places, points) {
    const all = [...points, ...(places.areas ?? [])].sort((a, b) => (b.objects ?? 0) - (a.objects ?? 0));
    const notes = [`${number(points.length)} points, ${number((places.areas ?? []).length)} countries or areas`];
    if (places.elsewhere) notes.push(`${number(places.elsewhere)} places without a position`);
    if (places.cut) notes.push("not all are drawn");
    this.status.textContent = `${notes.join(". ")}.`;
    this.rows = all.map((place) => {
      const key = place.id ?? place.country;
      const row = el("li", {}, place.type ? objectLine(place) : objectLine({ ...place, type: "location" }), " ",
        el("span", { class: "quiet" }, `${number(place.objects)} ${place.objects === 1 ? "object" : "objects"}`), " ",
        el("button", { type: "button", class: "small", onclick: () => this.choose([place]) }, "Show on the map"));
      return { key, row };
    });
    this.list.replaceChildren(all.length ? el("ul", { class: "plain" }, ...this.rows.map(({ row }) => row)) : el("p", { class: "empty" }, "No place has a position yet."));
  }

  choose(places) {
    const keys = new Set(places.map((place) => place.id ?? place.country));
    for (const { shape, ids } of this.marks) shape.classList.toggle("at", [...keys].some((key) => ids.has(key)));
    for (const { key, row } of this.rows) row.classList.toggle("at", keys.has(key));
    this.rows.find(({ key }) => keys.has(key))?.row.scrollIntoView({ block: "nearest" });
    this.status.textContent = places.map((place) => place.name).join(", ");
  }

  look(view) {
    const width = Math.min(WIDTH, Math.max(WIDTH / ZOOM_MAX, view.width));
    const height = (width * HEIGHT) / WIDTH;
    const x = Math.min(WIDTH - width, Math.max(0, view.x));
    const y = Math.min(HEIGHT - height, Math.max(0, view.y));
    this.view = { x, y, width, height };
    this.picture.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    for (const dot of this.picture.querySelectorAll("circle.point")) dot.setAttribute("r", Number(dot.dataset.radius) * Math.sqrt(width / WIDTH));
  }

  zoom(factor, around) {
    const { x, y, width, height } = this.view;
    const centre = around ?? { x: x + width / 2, y: y + height / 2 };
    const wide = Math.min(WIDTH, Math.max(WIDTH / ZOOM_MAX, width * factor));
    const scale = wide / width;
    this.look({ x: centre.x - (centre.x - x) * scale, y: centre.y - (centre.y - y) * scale, width: wide, height: height * scale });
  }

  drag() {
    let from = null;
    const where = (event) => {
      const box = this.picture.getBoundingClientRect();
      const scale = Math.max(this.view.width / box.width, this.view.height / box.height);
      return { x: event.clientX * scale, y: event.clientY * scale };
    };
    this.picture.addEventListener("pointerdown", (event) => { from = { at: where(event), view: { ...this.view } }; this.moved = false; });
    this.picture.addEventListener("pointermove", (event) => {
      if (!from || event.buttons === 0) { from = null; return; }
      const now = where(event);
      if (Math.hypot(now.x - from.at.x, now.y - from.at.y) > 3) this.moved = true;
      this.look({ ...from.view, x: from.view.x - (now.x - from.at.x), y: from.view.y - (now.y - from.at.y) });
    });
    this.picture.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 0.8 : 1.25);
    }, { passive: false });
  }
}

for (const island of document.querySelectorAll("[data-island=map]")) {
  new WorldMap(island).start().catch((error) => failed(island, error));
}
