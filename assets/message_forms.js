/* Forms of messages: how many characters are left of what WhatsApp allows, and where one is. */
(function () {
  "use strict";
  const xobito = window.xobito;
  if (xobito.messageForms) return;
  xobito.messageForms = true;

  const { byId } = xobito;
  const count = (input) => {
    const label = input.closest("label");
    if (label && input.maxLength > 0) label.dataset.count = `${input.value.length}/${input.maxLength}`;
  };
  document.addEventListener("input", (event) => {
    if (event.target.closest?.("form[data-counts]")) count(event.target);
  });
  document.addEventListener("focusin", (event) => {
    event.target.closest?.("form[data-counts]")?.querySelectorAll("[maxlength]").forEach(count);
  });

  /* The place the browser is at, into the form that sends it. */
  xobito.locate = function () {
    const field = byId("location-where");
    const say = (words) => { if (field) field.placeholder = words; };
    if (!navigator.geolocation) return say("This browser does not tell where it is.");
    say("Asking the browser…");
    navigator.geolocation.getCurrentPosition(
      (place) => {
        if (field) field.value = `${place.coords.latitude.toFixed(6)}, ${place.coords.longitude.toFixed(6)}`;
      },
      () => say("The browser did not tell where you are."),
      { timeout: 10000 },
    );
  };
})();
