// Small helpers of the admin's pages. No inline scripts anywhere: the content security policy forbids them.
"use strict";

(() => {
  // A page that a button led to would press it again if it were loaded anew.
  function anew() {
    const sent = document.querySelector("main[data-sent]");
    if (sent) window.location.assign(sent.dataset.sent);
    else window.location.reload();
  }

  // What a page asks for by itself keeps nobody logged in; once the login has ended, the page leads there.
  async function quietly(address, more = {}) {
    const headers = { "X-Hub-By-Itself": "1", ...more.headers };
    const answer = await fetch(address, { ...more, headers, credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect") anew();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  // Numbers that refresh by themselves. Polite: none while the tab is hidden or a person is busy inside, slower after faults.
  async function refresh(area) {
    const answer = await quietly(area.dataset.live, {
      headers: { "X-Hub-Part": "1", "X-Requested-With": "XMLHttpRequest" },
    });
    const text = await answer.text();
    if (!busy(area)) area.innerHTML = text;
    nameCells();
    reachByKeyboard();
    await nameEntities();
  }

  // What people call the entities on the page. Asked when it is there, so that it never waits for another system.
  async function nameEntities() {
    const source = document.querySelector("[data-names]");
    const nameless = [...document.querySelectorAll("[data-entity]:not([data-asked])")];
    if (!source || !nameless.length) return;
    const body = new URLSearchParams();
    for (const key of new Set(nameless.map((each) => each.dataset.entity))) body.append("of", key);
    for (const each of nameless) each.dataset.asked = "";
    const answer = await quietly(source.dataset.names, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": source.dataset.token },
    }).catch(() => null);
    if (!answer) return; // ids are there
    const { names, why } = await answer.json();
    for (const each of nameless) {
      const name = names[each.dataset.entity];
      if (!name) continue;
      each.prepend(Object.assign(document.createElement("b"), { className: "hub-name", textContent: name }), " ");
    }
    const first = why && nameless.find((each) => !names[each.dataset.entity]);
    if (first) first.append(" ", Object.assign(document.createElement("small"), { className: "hub-dim", textContent: why }));
  }

  // What scrolls sideways scrolls by the keyboard too.
  function reachByKeyboard() {
    for (const each of document.querySelectorAll(".hub-scroll")) {
      if (each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
  }

  // On a narrow screen a row is a card, in which each cell says what it is.
  function nameCells() {
    for (const table of document.querySelectorAll("table.hub-named:not([data-asked])")) {
      table.dataset.asked = "";
      const heads = [...table.querySelectorAll("thead th")].map((each) => each.textContent.trim());
      for (const row of table.querySelectorAll("tbody tr")) {
        [...row.children].forEach((cell, at) => {
          if (at && heads[at] && !cell.querySelector(".hub-buttons")) cell.dataset.title = heads[at];
        });
      }
    }
  }

  // A card need not say what there is nothing of.
  function leaveOutEmptyCells(cells = document.querySelectorAll("#result_list tbody :is(td, th)")) {
    const seen = "input, img, svg, button";
    const empty = (cell) => ["", "–", "-"].includes(cell.textContent.trim()) && !cell.querySelector(seen);
    for (const cell of cells) cell.classList.toggle("hub-none", empty(cell));
  }

  const busy = (area) => area.querySelector("details[open]") || area.contains(document.activeElement);

  function every(seconds, work) {
    let faults = 0;
    const tick = async () => {
      if (!document.hidden) {
        try {
          await work();
          faults = 0;
        } catch {
          faults = Math.min(faults + 1, 5);
        }
      }
      setTimeout(tick, seconds * 1000 * 2 ** faults);
    };
    setTimeout(tick, seconds * 1000);
  }

  async function watch(area) {
    const answer = await quietly(area.dataset.watch);
    const { changed_at: changedAt } = await answer.json();
    if (changedAt && changedAt !== area.dataset.reloadWhenChanged && !busy(area)) anew();
  }

  // A page that is not in the browser's cache yet is still hidden when the browser looks for this.
  function beginWhereMeant() {
    if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus({ preventScroll: true });
  }
  window.addEventListener("load", beginWhereMeant);

  document.addEventListener("DOMContentLoaded", () => {
    nameEntities().catch(() => undefined); // ids are there
    // What comes later names entities too: the answer of the search.
    document.body.addEventListener("htmx:afterSettle", () => nameEntities().catch(() => undefined));
    nameCells();
    leaveOutEmptyCells();
    reachByKeyboard();
    window.addEventListener("resize", reachByKeyboard);
    for (const area of document.querySelectorAll("[data-live]")) {
      every(Number(area.dataset.every) || 5, () => (busy(area) ? undefined : refresh(area)));
    }
    for (const area of document.querySelectorAll("[data-watch]")) every(3, () => watch(area));
    for (const form of document.querySelectorAll("form[data-autosubmit]")) {
      form.addEventListener("change", ({ target }) => {
        // Two fields of one name say the same in two ways: the one that was changed last holds.
        for (const other of form.elements) if (other !== target && other.name && other.name === target.name) other.value = "";
        if (target.matches("select")) form.requestSubmit();
      });
      // Words that were typed go their own way, in no address; its button is this form's too.
      const words = [...form.querySelectorAll("input[form]")].find((field) => field.form && field.form !== form);
      // An address without empty parameters can be read and passed on.
      form.addEventListener("submit", (event) => {
        if (words && words.value !== words.defaultValue) {
          event.preventDefault();
          words.form.requestSubmit();
          return;
        }
        for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
      });
    }
  });

  // A second click on a button does nothing while the first is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest(".hub") || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });

  // Retry in a row of a list: the row itself tells what comes of it.
  async function retry(button) {
    const row = button.closest("tr");
    const tell = (state) => {
      for (const name of ["state", "why"]) {
        const cell = row.querySelector(`.field-${name}`);
        if (cell && state[name] !== undefined) cell.innerHTML = state[name];
        if (cell) leaveOutEmptyCells([cell]);
      }
    };
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const asked = await fetch(button.dataset.retry, {
      method: "POST",
      headers: { "X-CSRFToken": token, "X-Hub-Part": "1" },
      credentials: "same-origin",
      redirect: "error",
    });
    if (!asked.ok) throw new Error(String(asked.status));
    for (let looks = 0; looks < 60; looks += 1) {
      await new Promise((done) => setTimeout(done, 1000));
      const answer = await quietly(button.dataset.state);
      const state = await answer.json();
      tell(state);
      if (!state.on_its_way) {
        if (!state.failed) button.remove();
        return;
      }
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-retry]");
    if (!button || button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    retry(button)
      .catch(anew) // the page itself tells what is wrong, a login that has ended for example
      .finally(() => button.removeAttribute("aria-busy"));
  });

  // The box of a question stays on the page, wherever its button is.
  function fit(box) {
    box.style.translate = "";
    const here = box.getBoundingClientRect();
    const page = (box.closest("#content-main, #main") || document.body).getBoundingClientRect();
    const left = Math.max(page.left, 0) + 4;
    const right = Math.min(page.right, document.documentElement.clientWidth) - 4;
    const shift = here.left < left ? left - here.left : Math.min(right - here.right, 0);
    if (shift) box.style.translate = `${shift}px 0`;
  }
  // "toggle" does not bubble.
  document.addEventListener(
    "toggle",
    (event) => {
      const box = event.target.matches(".hub-ask[open]") && event.target.querySelector(".hub-ask-box");
      if (box) fit(box);
    },
    true,
  );

  // The way back must not leave buttons dead.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy");
    }
    for (const field of document.querySelectorAll("form[data-autosubmit] :disabled")) field.disabled = false;
  });
})();
