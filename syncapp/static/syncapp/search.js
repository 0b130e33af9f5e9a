// The search of the header: Ctrl-K from anywhere, arrows through what was found, Escape back to the page.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // The theme calls everything that scrolls alike; before its own script comes to it, each gets a name of its own.
  for (const each of document.querySelectorAll("main [data-simplebar]")) {
    each.dataset.simplebarAriaLabel = document.querySelector("h1").textContent.trim();
  }
  const area = document.querySelector(".hub-find");
  if (!area) return;
  const field = area.querySelector("#hub-search");
  const found = area.querySelector("#hub-found");
  const stops = () => [field, ...found.querySelectorAll("a[href]")];

  const show = (shown) => {
    found.hidden = !shown || !found.children.length;
  };
  const tell = () => {
    found.replaceChildren(Object.assign(document.createElement("p"), { className: "hub-found-note", textContent: area.dataset.trouble }));
    show(true);
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      field.focus();
      field.select();
      show(true);
    }
  });

  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (found.hidden) field.value = "";
      show(false);
      field.focus();
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || found.hidden) return;
    const all = stops();
    const next = all[all.indexOf(document.activeElement) + step];
    if (next) next.focus();
    event.preventDefault();
  });

  document.addEventListener("click", (event) => area.contains(event.target) || show(false));
  area.addEventListener("focusout", (event) => event.relatedTarget && !area.contains(event.relatedTarget) && show(false));
  field.addEventListener("focus", () => show(true));

  area.addEventListener("htmx:beforeSwap", (event) => {
    // A page to log in on, or of an error, is no result.
    if (!event.detail.xhr.responseText.includes("data-found")) {
      event.detail.shouldSwap = false;
      tell();
    }
  });
  area.addEventListener("htmx:afterSwap", () => show(true));
  area.addEventListener("htmx:sendError", tell);
});
