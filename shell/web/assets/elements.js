// What the islands share: building elements from data (text is only ever text), marks, and asking our own desk.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

// el("a", {href, class: "x", onclick: fn}, "text", child…): attributes are set one by one, never parsed from text.
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

// An address of this desk, or nothing: data must not lead elsewhere.
export function ours(address) {
  if (typeof address !== "string" || !address.startsWith("/") || address.startsWith("//") || address.includes("\\")) return null;
  return address;
}

export function label(text) {
  return el("span", { class: "label", "data-label": text ?? "" }, text ? text : "unmarked");
}

export function type(word) {
  return el("span", { class: "type" }, String(word).replace(/^x-comity-/, "").replaceAll("-", " "));
}

// One object in a line: type, name as a link where it is held here, label.
export function objectLine(object) {
  const name = object.name || object.id || "without a name";
  const address = ours(object.href);
  const shown = address && object.held !== false ? el("a", { href: address, dir: "auto" }, name) : el("span", { dir: "auto" }, name);
  return el("span", { class: "line" }, type(object.type), " ", shown, " ", label(object.label));
}

export async function ask(address) {
  const place = ours(address);
  if (!place) throw new Error("the address is not one of this desk");
  const response = await fetch(place, { headers: { accept: "application/json" }, credentials: "same-origin", redirect: "error" });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error([problem.detail ?? problem.title ?? `the desk answered ${response.status}`, problem.todo].filter(Boolean).join(". "));
  }
  return response.json();
}

// Says in an island what went wrong, and marks it so.
export function failed(island, error) {
  island.dataset.failed = "true";
  let place = island.querySelector(":scope > [role=alert]");
  if (!place) {
    place = el("p", { class: "failure", role: "alert" });
    island.prepend(place);
  }
  place.textContent = `This picture could not be drawn: ${error.message}.`;
}

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export const number = (value) => Number(value ?? 0).toLocaleString("en-GB");
