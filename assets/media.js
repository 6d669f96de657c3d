/* Looking at pictures of a thread: they grow over the page. */
(function () {
  "use strict";
  const xobito = (window.xobito = window.xobito || {});
  if (xobito.media) return;
  xobito.media = true;

  let shown = null;
  let cameFrom = null;
  function close() {
    shown?.remove();
    shown = null;
    cameFrom?.focus();
  }
  function show(link) {
    close();
    cameFrom = link;
    shown = document.createElement("div");
    shown.className = "lightbox";
    shown.setAttribute("role", "dialog");
    shown.setAttribute("aria-modal", "true");
    shown.setAttribute("aria-label", "Photo");
    const picture = document.createElement("img");
    picture.src = link.href;
    picture.alt = "Photo";
    const save = document.createElement("a");
    save.href = link.href + "?download=1";
    save.textContent = "Save";
    save.className = "button button-secondary button-compact";
    const done = document.createElement("button");
    done.type = "button";
    done.textContent = "Close";
    done.className = "button button-secondary button-compact";
    const bar = document.createElement("div");
    bar.className = "lightbox-bar";
    bar.append(save, done);
    shown.append(picture, bar);
    shown.addEventListener("click", (event) => { if (event.target !== save) close(); });
    document.body.append(shown);
    done.focus();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-lightbox]");
    // With a key held the browser opens the picture its own way.
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show(link);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.stopPropagation();
    close();
  }, true);
})();
