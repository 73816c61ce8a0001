// When things happened: bars by time, zoomed by choosing a span; beside it the same spans and objects as a list.
// <section class="island" data-island="timeline" data-src="/timeline.json?…" data-page="/timeline?…">
"use strict";

import { ask, el, failed, number, objectLine, ours, svg } from "./elements.js";

const EDGE = { left: 46, right: 12, top: 12, bottom: 28 };
const LANE_ROWS_MAX = 14;
const DRAG_MIN = 6;

// The part of a time that a step of this length needs.
function shown(at, step) {
  const text = String(at);
  if (step === "year") return text.slice(0, 4);
  if (step === "month" || step === "quarter") return text.slice(0, 7);
  return text.slice(0, 10);
}

class Timeline {
  constructor(island) {
    this.island = island;
    this.spans = [];
    const base = new URL(island.dataset.src, location.origin);
    this.path = base.pathname;
    this.query = base.searchParams;
    this.picture = svg("svg", { class: "timeline", role: "img" });
    this.stage = el("div", { class: "stage" }, this.picture);
    this.list = el("div", { class: "beside", tabindex: "0", role: "region", "aria-label": "Spans and objects" });
    this.status = el("p", { class: "status", role: "status" });
    this.back = el("button", { type: "button", class: "small", disabled: true, onclick: () => this.leave() }, "Back");
    this.page = el("a", { class: "button small", hidden: true }, "This span as a page");
    island.replaceChildren(el("div", { class: "tools" }, this.back, this.page, this.status), this.stage, this.list);
    this.drag();
    addEventListener("resize", () => { if (this.answer) this.draw(); });
  }

  async read(from, to) {
    const query = new URLSearchParams(this.query);
    if (from) query.set("from", from);
    if (to) query.set("to", to);
    const answer = await ask(`${this.path}?${query}`);
    this.query = query;
    this.answer = answer;
    this.draw();
    this.fill();
    this.island.dataset.ready = "true";
  }

  enter(from, to) {
    const before = new URLSearchParams(this.query);
    this.read(from, to).then(() => {
      this.spans.push(before);
      this.back.disabled = false;
    }).catch((error) => failed(this.island, error));
  }

  leave() {
    const before = this.spans.pop();
    if (!before) return;
    this.query = before;
    this.read().catch((error) => failed(this.island, error));
    this.back.disabled = this.spans.length === 0;
  }

  x(at) {
    const first = Date.parse(this.answer.from);
    const last = Math.max(Date.parse(this.answer.to), first + 1);
    return EDGE.left + ((Date.parse(at) - first) / (last - first)) * (this.width - EDGE.left - EDGE.right);
  }

  at(x) {
    const first = Date.parse(this.answer.from);
    const last = Math.max(Date.parse(this.answer.to), first + 1);
    const share = Math.min(1, Math.max(0, (x - EDGE.left) / (this.width - EDGE.left - EDGE.right)));
    return new Date(first + share * (last - first)).toISOString();
  }

  draw() {
    const { buckets = [], items = [], step } = this.answer;
    // One unit is one pixel, so that letters keep their size.
    this.width = Math.max(240, this.stage.clientWidth);
    this.height = Math.max(160, this.stage.clientHeight);
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    const floor = this.height - EDGE.bottom;
    this.picture.replaceChildren();
    this.picture.setAttribute("aria-label", `${number(this.answer.total)} objects between ${shown(this.answer.from, "day")} and ${shown(this.answer.to, "day")}; the list beside holds the same`);
    this.axis(floor, step);
    if (items.length > 0) this.ticks(items, floor);
    else this.bars(buckets, floor, step);
    this.chosen = svg("rect", { class: "chosen", y: EDGE.top, height: floor - EDGE.top, x: 0, width: 0 });
    this.picture.append(this.chosen);
  }

  axis(floor, step) {
    const axis = svg("g", { class: "axis" }, svg("path", { d: `M${EDGE.left},${floor}H${this.width - EDGE.right}`, fill: "none" }));
    const marks = Math.max(2, Math.floor(this.width / 110));
    for (let index = 0; index <= marks; index += 1) {
      const x = EDGE.left + (index / marks) * (this.width - EDGE.left - EDGE.right);
      const anchor = index === 0 ? "start" : index === marks ? "end" : "middle";
      axis.append(svg("line", { x1: x, x2: x, y1: floor, y2: floor + 5 }), svg("text", { x, y: floor + 19, "text-anchor": anchor }, shown(this.at(x), step === "year" ? "month" : "day")));
    }
    this.picture.append(axis);
  }

  bars(buckets, floor, step) {
    const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
    for (const share of [0.5, 1]) {
      const y = floor - share * (floor - EDGE.top);
      this.picture.append(svg("g", { class: "axis" }, svg("line", { x1: EDGE.left, x2: this.width - EDGE.right, y1: y, y2: y }), svg("text", { x: EDGE.left - 6, y: y + 4, "text-anchor": "end" }, number(Math.round(most * share)))));
    }
    for (const bucket of buckets) {
      const x = this.x(bucket.start);
      const width = Math.max(2, this.x(bucket.end) - x - 1);
      const height = Math.max(2, (bucket.count / most) * (floor - EDGE.top));
      this.picture.append(svg("rect", { class: "bar", x, width, y: floor - height, height }, svg("title", {}, `${shown(bucket.start, step)}: ${number(bucket.count)}`)));
    }
  }

  // Few objects: each one is a mark in the lane of its type.
  ticks(items, floor) {
    const lanes = [...new Set(items.map((item) => item.type))].slice(0, LANE_ROWS_MAX);
    const high = (floor - EDGE.top) / Math.max(1, lanes.length);
    lanes.forEach((lane, index) => {
      const y = EDGE.top + index * high;
      this.picture.append(svg("g", { class: "axis" }, svg("line", { x1: EDGE.left, x2: this.width - EDGE.right, y1: y + high, y2: y + high })),
        svg("text", { class: "lane", x: EDGE.left, y: y + 13 }, lane.replaceAll("-", " ")));
    });
    for (const item of items) {
      const lane = Math.max(0, lanes.indexOf(item.type));
      const x = this.x(item.at);
      const width = item.until ? Math.max(5, this.x(item.until) - x) : 5;
      this.picture.append(svg("rect", { class: "bar", x: x - 2, width, y: EDGE.top + lane * high + high * 0.45, height: Math.max(5, high * 0.4), rx: 2 }, svg("title", {}, `${shown(item.at, "day")} ${item.name}`)));
    }
  }

  fill() {
    const { buckets = [], items = [], step, from, to, total } = this.answer;
    this.status.textContent = total ? `${number(total)} objects, ${shown(from, "day")} to ${shown(to, "day")}, by ${step}. Drag over the picture to look closer.` : "Nothing is dated here.";
    const base = ours(this.island.dataset.page);
    if (base) {
      const page = new URL(base, location.origin);
      for (const name of ["from", "to"]) if (this.query.get(name)) page.searchParams.set(name, this.query.get(name));
      this.page.setAttribute("href", `${page.pathname}${page.search}`);
      this.page.hidden = false;
    }
    const rows = items.length > 0
      ? items.map((item) => el("li", {}, el("time", { datetime: item.at, class: "quiet" }, String(item.at).slice(0, 16).replace("T", " ")), " ", objectLine(item)))
      : buckets.map((bucket) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => this.enter(bucket.start, bucket.end) }, shown(bucket.start, step)), " ",
        el("span", { class: "quiet" }, `${number(bucket.count)}: ${Object.entries(bucket.types ?? {}).map(([word, count]) => `${number(count)} ${word.replaceAll("-", " ")}`).join(", ")}`)));
    this.list.replaceChildren(rows.length ? el("ul", { class: "plain" }, ...rows) : el("p", { class: "empty" }, "Nothing falls into this span."));
  }

  drag() {
    let from = null;
    const where = (event) => {
      const box = this.picture.getBoundingClientRect();
      return ((event.clientX - box.left) / box.width) * this.width;
    };
    this.picture.addEventListener("pointerdown", (event) => { from = where(event); this.picture.setPointerCapture(event.pointerId); });
    this.picture.addEventListener("pointermove", (event) => {
      if (from === null || !this.chosen) return;
      const [low, high] = [from, where(event)].sort((a, b) => a - b);
      this.chosen.setAttribute("x", low);
      this.chosen.setAttribute("width", high - low);
    });
    this.picture.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const [low, high] = [from, where(event)].sort((a, b) => a - b);
      from = null;
      if (high - low < DRAG_MIN) this.chosen?.setAttribute("width", 0);
      else this.enter(this.at(low), this.at(high));
    });
  }
}

for (const island of document.querySelectorAll("[data-island=timeline]")) {
  new Timeline(island).read().catch((error) => failed(island, error));
}
