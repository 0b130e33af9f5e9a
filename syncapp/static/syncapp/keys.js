// Keys for lists: j and k walk the rows, r retries, p shows the plan, / searches, ? explains. Enter opens, as everywhere.
// Never while somebody types, never with Ctrl or Alt; who is disturbed by them switches them off in the explanation.
"use strict";

(() => {
  const OFF = "hub-keys-off";
  const off = () => {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  };
  const rows = () => [...document.querySelectorAll("[data-row], #result_list tbody tr")].filter((row) => row.offsetParent);
  const current = () => document.activeElement?.closest("[data-row], #result_list tbody tr");

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    (next.querySelector("a.hub-entity, td a, th a") || next.querySelector("button, a, input"))?.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  // The button of a row that ends it: a retry where there is one, else what leads to the choice.
  function end(row) {
    row?.querySelector("[data-retry], [data-ends]")?.click();
  }

  function plan(row) {
    const address = row?.querySelector("[data-plan]")?.dataset.plan;
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!address || !token) return;
    const form = Object.assign(document.createElement("form"), { method: "post", action: address, hidden: true });
    const field = { type: "hidden", name: "csrfmiddlewaretoken", value: token };
    form.append(Object.assign(document.createElement("input"), field));
    document.body.append(form);
    form.submit();
  }

  const search = () => document.querySelector(".hub-filters [type=search]");
  const help = () => document.getElementById("hub-keys");

  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    r: () => end(current()),
    p: () => plan(current()),
    "/": () => search()?.focus(),
    "?": () => help()?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const pressed = keys[event.key];
    if (!pressed || (off() && event.key !== "?")) return;
    event.preventDefault();
    pressed();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) help()?.showModal();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const use = document.querySelector("#hub-keys input[type=checkbox]");
    if (use) use.checked = !off();
    use?.addEventListener("change", () => {
      try {
        localStorage.setItem(OFF, use.checked ? "0" : "1");
      } catch {
        // without a store they stay on
      }
    });
  });
})();
