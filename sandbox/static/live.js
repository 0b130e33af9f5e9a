// Keeps what is marked data-live fresh: asks for the same page again and swaps those parts, so nothing typed is lost.
"use strict";

const PAUSE = 2000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(old.id);
      if (now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) old.innerHTML = now.innerHTML;
    }
  } catch {
    // The sandbox was stopped; the page stays as it is.
  }
}

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

// Links in the form of the real EspoCRM (#CDokumente/view/65f…) lead to the page that stands for it here.
const asked = /^#(\w+)\/view\/(\w+)$/.exec(location.hash);
if (asked) location.replace(`/espocrm/${asked[1]}/${asked[2]}`);

setInterval(refresh, PAUSE);
