// Light or dark: what the officer chose on this machine, else what the system prefers. Runs in the head, so that nothing flashes.
(() => {
  "use strict";
  const root = document.documentElement;
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  // A browser may refuse storage; then the system's preference stands.
  try { chosen = localStorage.getItem("theme"); } catch { chosen = null; }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  const current = () => root.dataset.theme ?? (preferred.matches ? "dark" : "light");

  function label(button) {
    const next = current() === "dark" ? "Light" : "Dark";
    button.textContent = next;
    button.setAttribute("aria-label", `${next} colours`);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => print());
    }
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      label(button);
      preferred.addEventListener("change", () => label(button));
      button.addEventListener("click", () => {
        const next = current() === "dark" ? "light" : "dark";
        root.dataset.theme = next;
        try { localStorage.setItem("theme", next); } catch { /* the choice holds for this page only */ }
        label(button);
        root.dispatchEvent(new CustomEvent("themechange"));
      });
    }
  });
})();
