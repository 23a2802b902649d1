// Two comforts; everything works without them.
"use strict";

// Takes the part of another page that has the same id, and keeps the focus where it was.
async function swap(address, selector) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
  if (!old || !fresh || old.innerHTML === fresh.innerHTML) return page;
  const active = document.activeElement;
  const inside = old.contains(active);
  const typed = new Map([...old.querySelectorAll("input[id]")].map((input) => [input.id, input.value]));
  old.replaceChildren(...fresh.childNodes);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  for (const [id, value] of typed) {
    const input = document.getElementById(id);
    if (input && input.type !== "hidden") input.value = value;
  }
  // What had the focus keeps it. Where nothing had it, or it is gone, the field that is next to be filled gets it.
  const same = inside && active.id && document.getElementById(active.id);
  const next = inside || active === document.body ? old.querySelector("[autofocus]") : null;
  (same || next)?.focus();
  return page;
}

document.documentElement.classList.add("script");

// Another period: its instalment, without leaving the page.
for (const form of document.querySelectorAll("form[data-swap]")) {
  form.addEventListener("change", () => {
    const address = "?" + new URLSearchParams(new FormData(form));
    history.replaceState(null, "", address);
    swap(address, form.dataset.swap);
  });
}

// News of the order, or of any: the page turns by itself.
const live = document.querySelector("main[data-news]");
if (live) {
  const news = new EventSource(live.dataset.news);
  news.addEventListener("message", () => swap(location.pathname, "#state"));
  // A page that the browser keeps is out of date when it is gone back to.
  addEventListener("pagehide", () => news.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
