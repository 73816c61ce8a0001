// The relations of an object as a picture that can be explored, and beside it the same as a list for keyboard and screen reader.
// <section class="island" data-island="graph" data-src="/objects/ID/graph.json" data-root="ID">
"use strict";

import cytoscape from "./vendor/cytoscape.esm.min.mjs";
import { ask, el, failed, label, number, objectLine, ours, type } from "./elements.js";

const NODES_MAX = 500;
const NAME_MAX = 34;

// Kinds of objects that are drawn alike: the shape tells them apart without colour.
const KINDS = [
  { word: "actors and campaigns", shape: "diamond", light: "#9c1c14", dark: "#ff9d94", types: ["threat-actor", "intrusion-set", "campaign"] },
  { word: "means", shape: "hexagon", light: "#7a4b00", dark: "#f0c36a", types: ["malware", "tool", "attack-pattern", "infrastructure", "vulnerability", "malware-analysis"] },
  { word: "indicators and sightings", shape: "triangle", light: "#5b2a86", dark: "#cfa9f5", types: ["indicator", "sighting", "observed-data"] },
  { word: "persons and organisations", shape: "ellipse", light: "#0b5394", dark: "#8cc2fa", types: ["identity", "user-account", "email-addr"] },
  { word: "places", shape: "pentagon", light: "#14653a", dark: "#7fd6a4", types: ["location"] },
  { word: "texts", shape: "round-rectangle", light: "#495668", dark: "#a9b5c4", types: ["report", "note", "opinion", "grouping", "course-of-action", "incident"] },
];
const OTHER = { word: "other", shape: "rectangle", light: "#495668", dark: "#a9b5c4", types: [] };
const kindOf = (name) => KINDS.find((kind) => kind.types.includes(name)) ?? OTHER;

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function style() {
  const dark = isDark();
  const ink = dark ? "#e4e9f0" : "#18212d";
  const paper = dark ? "#181f27" : "#ffffff";
  const line = dark ? "#6d7b8c" : "#8592a3";
  const accent = dark ? "#f2c94c" : "#0b5394";
  return [
    { selector: "node", style: {
      label: "data(short)", shape: "data(shape)", width: 20, height: 20, "background-color": dark ? "data(dark)" : "data(light)",
      color: ink, "font-size": 11, "text-valign": "bottom", "text-margin-y": 4, "text-background-color": paper, "text-background-opacity": 0.85,
      "text-background-padding": 1, "min-zoomed-font-size": 7, "text-wrap": "ellipsis", "text-max-width": 180 } },
    { selector: "node[?root]", style: { width: 30, height: 30, "font-weight": "bold", "font-size": 12 } },
    { selector: "node[!held]", style: { "background-opacity": 0.25, "border-width": 1.5, "border-style": "dashed", "border-color": line } },
    { selector: "node[?more]", style: { "border-width": 2.5, "border-color": ink } },
    { selector: "node:selected", style: { "border-width": 4, "border-color": accent, "border-style": "solid" } },
    { selector: "edge", style: {
      width: 1.2, "line-color": line, "target-arrow-color": line, "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier",
      label: "data(word)", "font-size": 9, color: ink, "text-background-color": paper, "text-background-opacity": 0.85, "min-zoomed-font-size": 8, "text-rotation": "autorotate" } },
    { selector: "edge[?reference]", style: { "line-style": "dashed" } },
    { selector: "edge.near", style: { "line-color": accent, "target-arrow-color": accent, width: 2.2 } },
    { selector: ".off", style: { display: "none" } },
  ];
}

class Graph {
  constructor(island) {
    this.island = island;
    this.source = island.dataset.src;
    this.root = island.dataset.root;
    this.nodes = new Map();
    this.edges = new Map();
    this.opened = new Set();
    this.hiddenWords = new Set();
    this.hiddenTypes = new Set();
    this.chosen = this.root;
    this.status = el("p", { class: "status", role: "status" });
    this.wordBox = el("fieldset", { class: "types" });
    this.typeBox = el("fieldset", { class: "types" });
    this.stage = el("div", { class: "stage __________cytoscape_container", role: "img", "aria-label": "Graph of relations; the list beside it holds the same" });
    this.list = el("div", { class: "beside" });
    const tools = el("div", { class: "tools" },
      el("button", { type: "button", class: "small", onclick: () => this.cy.fit(this.cy.elements(":visible"), 30) }, "Show all"),
      el("button", { type: "button", class: "small", onclick: () => this.arrange(true) }, "Arrange anew"),
      this.status,
      el("details", {}, el("summary", {}, "Filter"), this.wordBox, this.typeBox));
    island.replaceChildren(tools, this.stage, this.list);
  }

  async start() {
    const first = await ask(this.source);
    this.root = first.root ?? this.root;
    this.chosen = this.root;
    this.take(first, this.root);
    // Cytoscape would write a style element, which the policy refuses; it does not when it finds one of this name.
    if (!document.getElementById("__________cytoscape_stylesheet")) document.head.append(el("meta", { id: "__________cytoscape_stylesheet" }));
    this.cy = cytoscape({ container: this.stage, style: style(), minZoom: 0.1, maxZoom: 4, boxSelectionEnabled: false });
    this.cy.on("tap", "node", (event) => this.choose(event.target.id()));
    this.cy.on("dbltap", "node", (event) => this.open(event.target.id()));
    const paint = () => this.cy.style(style());
    document.documentElement.addEventListener("themechange", paint);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    this.draw();
    this.arrange(true);
    this.choose(this.root);
    this.island.dataset.ready = "true";
  }

  // Takes in what the desk answered; says whether something was left out.
  take(answer, opened) {
    let left = 0;
    for (const node of answer.nodes ?? []) {
      const known = this.nodes.get(node.id);
      if (known) Object.assign(known, node);
      else if (this.nodes.size < NODES_MAX) this.nodes.set(node.id, node);
      else left += 1;
    }
    for (const edge of answer.edges ?? []) {
      if (this.nodes.has(edge.from) && this.nodes.has(edge.to)) this.edges.set(edge.id, edge);
    }
    this.opened.add(opened);
    this.left = left;
    this.cut = Boolean(answer.cut);
  }

  degreeShown(id) {
    let count = 0;
    for (const edge of this.edges.values()) if (edge.from === id || edge.to === id) count += 1;
    return count;
  }

  draw(around) {
    const centre = around ? this.cy.getElementById(around).position() : { x: 0, y: 0 };
    const fresh = [...this.nodes.values()].filter((node) => this.cy.getElementById(node.id).empty());
    fresh.forEach((node, index) => {
      const kind = kindOf(node.type);
      const angle = (2 * Math.PI * index) / Math.max(1, fresh.length);
      const name = [...(node.name || node.type)];
      this.cy.add({
        group: "nodes",
        data: {
          id: node.id, short: name.length > NAME_MAX ? `${name.slice(0, NAME_MAX).join("")}…` : name.join(""), type: node.type, shape: kind.shape,
          light: kind.light, dark: kind.dark, held: node.held !== false, root: node.id === this.root,
        },
        position: { x: centre.x + 140 * Math.cos(angle), y: centre.y + 140 * Math.sin(angle) },
      });
    });
    for (const edge of this.edges.values()) {
      if (this.cy.getElementById(edge.id).empty()) {
        this.cy.add({ group: "edges", data: { id: edge.id, source: edge.from, target: edge.to, word: edge.word, reference: edge.id.includes("|") } });
      }
    }
    for (const node of this.nodes.values()) {
      this.cy.getElementById(node.id).data("more", !this.opened.has(node.id) && (node.degree ?? 0) > this.degreeShown(node.id));
    }
    this.filters();
    this.filter();
    return fresh.length;
  }

  arrange(fromScratch) {
    const shown = this.cy.elements(":visible");
    shown.layout({ name: "cose", animate: false, randomize: fromScratch, fit: true, padding: 30, nodeDimensionsIncludeLabels: true,
      idealEdgeLength: () => 90, nodeRepulsion: () => 9000, numIter: this.nodes.size > 200 ? 300 : 800, componentSpacing: 60 }).run();
  }

  filters() {
    const build = (box, title, words, hidden) => {
      box.replaceChildren(el("legend", {}, title), ...[...words].sort().map((word) => {
        const input = el("input", { type: "checkbox", checked: !hidden.has(word), onchange: () => {
          if (input.checked) hidden.delete(word); else hidden.add(word);
          this.filter();
          this.show();
        } });
        return el("label", { class: "check" }, input, String(word).replaceAll("-", " ").replaceAll("_", " "));
      }));
    };
    build(this.wordBox, "Relations", new Set([...this.edges.values()].map((edge) => edge.word)), this.hiddenWords);
    build(this.typeBox, "Objects", new Set([...this.nodes.values()].map((node) => node.type)), this.hiddenTypes);
  }

  visibleEdge(edge) {
    const ends = [this.nodes.get(edge.from), this.nodes.get(edge.to)];
    return !this.hiddenWords.has(edge.word) && ends.every((node) => node.id === this.root || !this.hiddenTypes.has(node.type));
  }

  filter() {
    const linked = new Set([this.root]);
    for (const edge of this.edges.values()) {
      const on = this.visibleEdge(edge);
      this.cy.getElementById(edge.id).toggleClass("off", !on);
      if (on) linked.add(edge.from).add(edge.to);
    }
    for (const node of this.nodes.values()) this.cy.getElementById(node.id).toggleClass("off", !linked.has(node.id));
    const nodes = this.cy.nodes(":visible").length;
    const edges = this.cy.edges(":visible").length;
    const notes = [`${number(nodes)} objects, ${number(edges)} relations shown`];
    if (this.left > 0) notes.push(`${number(this.left)} more were left out: ${NODES_MAX} objects is the most that is drawn`);
    else if (this.cut) notes.push("not all relations are drawn; the object's page lists them");
    this.status.textContent = `${notes.join(". ")}.`;
  }

  choose(id) {
    this.chosen = id;
    this.cy.nodes().unselect();
    this.cy.edges().removeClass("near");
    const node = this.cy.getElementById(id);
    node.select();
    node.connectedEdges().addClass("near");
    this.show();
  }

  async open(id) {
    const node = this.nodes.get(id);
    const address = ours(node?.href);
    if (!address || node.held === false || this.opened.has(id)) return;
    try {
      this.take(await ask(`${address}/graph.json`), id);
      const added = this.draw(id);
      if (added > 0) this.arrange(false);
      this.choose(id);
    } catch (error) {
      failed(this.island, error);
    }
  }

  // The list: the chosen object and all its relations that are shown.
  show() {
    const node = this.nodes.get(this.chosen);
    if (!node) return;
    const rows = [];
    for (const edge of this.edges.values()) {
      if (!this.visibleEdge(edge) || (edge.from !== node.id && edge.to !== node.id)) continue;
      const out = edge.from === node.id;
      const other = this.nodes.get(out ? edge.to : edge.from);
      const word = String(edge.word).replaceAll("-", " ").replaceAll("_", " ");
      rows.push(el("li", {},
        el("span", { class: "quiet" }, out ? `${word} → ` : `← ${word} `), type(other.type), " ",
        el("button", { type: "button", class: "link", dir: "auto", onclick: () => { this.choose(other.id); this.list.querySelector("h2")?.focus(); } }, other.name || other.id),
        " ", label(other.label)));
    }
    const missing = Math.max(0, (node.degree ?? 0) - this.degreeShown(node.id));
    const open = !this.opened.has(node.id) && missing > 0 && node.held !== false
      ? el("button", { type: "button", onclick: () => this.open(node.id).then(() => this.list.querySelector("h2")?.focus()) }, `Add its ${number(missing)} further relations`) : null;
    const back = node.id === this.root ? null : el("button", { type: "button", class: "small", onclick: () => this.choose(this.root) }, "Back to the first object");
    const absent = node.held === false ? el("p", { class: "hint" }, "Referred to, but not in the holdings.") : null;
    this.list.replaceChildren(
      el("h2", { tabindex: "-1" }, objectLine(node)),
      ...[absent, open, back].filter(Boolean),
      rows.length ? el("ul", { class: "plain" }, ...rows) : el("p", { class: "empty" }, "No relation is shown."),
      this.legend());
  }

  legend() {
    const shown = new Set([...this.nodes.values()].map((node) => kindOf(node.type).word));
    const words = [...KINDS, OTHER].filter((kind) => shown.has(kind.word)).map((kind) => `${kind.word}: ${kind.shape.replace("-", " ")}`);
    return el("p", { class: "hint" }, `Shapes: ${words.join("; ")}. A dark outline has further relations: choose the object, or open it with a double click.`);
  }
}

for (const island of document.querySelectorAll("[data-island=graph]")) {
  new Graph(island).start().catch((error) => failed(island, error));
}
