// Shows a page anew every few seconds, by what stands between <main> and </main>. Everything works without it.
"use strict";
(() => {
  const main = document.querySelector("main[data-refresh]");
  if (!main) {
    return;
  }
  const every = Number(main.dataset.refresh) * 1000;
  let paused = false;
  let asking = false;

  const bar = document.createElement("p");
  bar.className = "refresh";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  const said = document.createElement("span");
  bar.append(button, said);
  main.before(bar);

  const show = (text) => {
    button.textContent = paused ? "Refresh again" : "Pause refreshing";
    said.textContent = text;
  };
  const now = () => new Date().toISOString().slice(11, 19);

  // Whoever is about to do something in the page is left alone.
  const busy = () => {
    const selected = document.getSelection();
    const marked = selected && !selected.isCollapsed && main.contains(selected.anchorNode);
    const field = document.activeElement && main.contains(document.activeElement)
      && document.activeElement.matches("input, select, textarea");
    return marked || field;
  };

  const swap = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main[data-refresh]");
    if (!fresh) {
      // Signed out, or gone: the page itself says which.
      location.reload();
      return;
    }
    for (const details of main.querySelectorAll("details[id]")) {
      const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
      if (same) {
        same.open = details.open;
      }
    }
    for (const notice of fresh.querySelectorAll("[role=status], [role=alert]")) {
      // Said once is enough for those who hear it.
      notice.removeAttribute("role");
    }
    // By what it is, and never by its place: there may be another order by now.
    const called = (element) => [element.tagName, element.getAttribute("href"), element.textContent, element.closest("[id]")?.id].join(" ");
    const focused = main.contains(document.activeElement) ? called(document.activeElement) : null;
    main.replaceChildren(...fresh.childNodes);
    if (focused !== null) {
      const links = [...main.querySelectorAll("a, button, summary, [tabindex]")];
      links.find((element) => called(element) === focused)?.focus({ preventScroll: true });
    }
  };

  const ask = async () => {
    if (paused || asking || document.hidden || busy()) {
      return;
    }
    asking = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!busy() && !paused) {
        swap(await answer.text());
        show(` as of ${now()} UTC`);
      }
    } catch {
      show(" no answer; trying again");
    } finally {
      asking = false;
    }
  };

  button.addEventListener("click", () => {
    paused = !paused;
    show(paused ? ` paused at ${now()} UTC` : "");
  });
  show("");
  setInterval(ask, every);
})();
