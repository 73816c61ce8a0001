// Keyboard: j and k move in a list, o opens, / searches, g then a letter goes to a page, ? tells. Never while somebody writes.
// A list is marked with data-keys="rows" (a table, a list); its rows are moved through by their first link.
"use strict";

const PAGES = {
  h: ["/", "Home"], i: ["/inbox", "Inbox"], s: ["/search", "Search"], t: ["/timeline", "Timeline"], m: ["/map", "Map"],
  d: ["/sightings", "Sightings"], e: ["/correlations", "Shared values"], r: ["/releases", "Releases"], c: ["/recalls", "Recalls"], p: ["/partners", "Partners"], v: ["/sources", "Sources"],
  a: ["/audit", "Audit"], o: ["/officers", "Officers"],
};
const GO_MILLISECONDS = 1500;

let going = 0;
let at = -1;

const writing = (target) => target instanceof Element && target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function rows() {
  const list = document.querySelector("[data-keys=rows]");
  if (!list) return [];
  const found = list.matches("table") ? list.querySelectorAll("tbody > tr") : list.children;
  return [...found].filter((row) => row.querySelector("a[href]") && row.getClientRects().length > 0);
}

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const focused = all.findIndex((row) => row.contains(document.activeElement));
  if (focused >= 0) at = focused;
  at = Math.max(0, Math.min(all.length - 1, at + step));
  all.forEach((row, index) => row.classList.toggle("at", index === at));
  const link = all[at].querySelector("a[href]");
  link.focus({ preventScroll: true });
  all[at].scrollIntoView({ block: "nearest" });
}

function help() {
  let dialog = document.querySelector("dialog.key-help");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "key-help";
    dialog.setAttribute("aria-labelledby", "key-help-title");
    const title = document.createElement("h2");
    title.id = "key-help-title";
    title.textContent = "Keyboard";
    const list = document.createElement("dl");
    list.className = "facts";
    const add = (keys, words) => {
      const term = document.createElement("dt");
      for (const key of keys) {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        term.append(cap, " ");
      }
      const fact = document.createElement("dd");
      fact.textContent = words;
      list.append(term, fact);
    };
    add(["j"], "next row");
    add(["k"], "row before");
    add(["o"], "open the row");
    add(["/"], "search");
    for (const [key, [, word]] of Object.entries(PAGES)) add(["g", key], word);
    add(["?"], "this list");
    const form = document.createElement("form");
    form.method = "dialog";
    const close = document.createElement("button");
    close.textContent = "Close";
    form.append(close);
    dialog.append(title, list, form);
    document.body.append(dialog);
  }
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.timeStamp - going < GO_MILLISECONDS && going > 0) {
    going = 0;
    const page = PAGES[event.key];
    if (page) {
      event.preventDefault();
      location.assign(page[0]);
    }
    return;
  }
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    o: () => rows()[at]?.querySelector("a[href]")?.click(),
    g: () => { going = event.timeStamp; },
    "/": () => document.querySelector("[data-key='/']")?.focus(),
    "?": help,
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// A table that is wider than its place can be pushed with the arrow keys too.
function reach() {
  for (const box of document.querySelectorAll(".scroll, pre")) {
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
reach();
addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);

// The menu of small screens closes itself when somebody has chosen; the link works without this script.
document.querySelector(".menu")?.addEventListener("click", (event) => {
  event.preventDefault();
  const open = document.getElementById("nav").classList.toggle("open");
  event.currentTarget.setAttribute("aria-expanded", String(open));
});
document.querySelector(".menu-close a")?.addEventListener("click", () => document.getElementById("nav").classList.remove("open"));
