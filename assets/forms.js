// Forms in dialogs: errors go when their field is mended, and changes are not lost by accident.
(() => {
  const xobito = (window.xobito = window.xobito || {});
  const controlOf = (field) => field.querySelector("input, select, textarea");

  const mendedAt = new WeakMap();

  const mend = (event) => {
    const field = event.target.closest?.("form div.field");
    const error = field?.querySelector(".field-error");
    if (!error || error.hidden) return;
    error.hidden = true;
    mendedAt.set(error, performance.now());
    controlOf(field)?.setAttribute("aria-invalid", "false");
  };
  document.addEventListener("input", mend);
  document.addEventListener("change", mend);

  // Called with new errors, once they stand on the page: an error that stayed is shown again.
  xobito.showErrors = () => {
    const asked = performance.now();
    setTimeout(() => {
      const errors = [...document.querySelectorAll("form .field-error")].filter(
        (error) => !(mendedAt.get(error) > asked),
      );
      errors.forEach((error) => {
        error.hidden = false;
        const field = error.closest("div.field");
        if (field) controlOf(field)?.setAttribute("aria-invalid", "true");
      });
      const first = errors.find((error) => error.closest("div.field"));
      if (first) controlOf(first.closest("div.field"))?.focus();
    }, 60);
  };

  // Escape, the cross, the veil and Cancel ask before what was written is thrown away.
  const ask = (event) => {
    const form = document.querySelector("[role=dialog] form[data-changed]");
    if (!form || window.confirm("Discard what you have written?")) {
      if (form) delete form.dataset.changed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const drops = (selector) => (event) => event.target.closest?.(selector) && ask(event);
  document.addEventListener("click", drops("[data-dialog-close]"), true);
  document.addEventListener("pointerdown", drops(".scrim"), true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && ask(event), true);
})();
