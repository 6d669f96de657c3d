// Lists: a click anywhere in a row opens it, and a tick shows at once.
(() => {
  const INTERACTIVE = "a, button, input, select, textarea, label, [role=menu], [role=dialog]";

  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr");
    if (!row || event.target.closest(INTERACTIVE) || String(getSelection())) return;
    row.querySelector("[data-open]")?.click();
  });

  // The box of the head ticks all the others before the server has answered.
  document.addEventListener("change", (event) => {
    if (event.target.dataset?.tick === undefined || !event.target.closest("thead")) return;
    event.target
      .closest("table")
      .querySelectorAll("tbody [data-tick]")
      .forEach((box) => (box.checked = event.target.checked));
  });
  // What the server says wins: `data-tick` is its word, the box only what was pressed.
  new MutationObserver((changes) =>
    changes.forEach(({ target }) => (target.checked = target.dataset.tick === "true")),
  ).observe(document.documentElement, { attributeFilter: ["data-tick"], subtree: true });
})();
