// Secrets that are shown once: they come over the socket into this page and are kept nowhere else.
// An element with data-once="name" shows one; a button with data-copy-once="name" copies it.
(() => {
  const xobito = (window.xobito = window.xobito || {});
  if (xobito.reveal) return;
  const secrets = new Map();
  const filled = new WeakMap();

  const fill = (place) => {
    const secret = secrets.get(place.dataset.once);
    if (secret === undefined || filled.get(place) === secret) return;
    filled.set(place, secret);
    if (Array.isArray(secret)) {
      place.replaceChildren(...secret.map((part) => {
        const line = document.createElement("span");
        line.textContent = part;
        line.dataset.code = "";
        return line;
      }));
    } else if (place.tagName === "IMG") place.src = secret;
    else place.value = secret;
  };
  const fillAll = () => {
    if (secrets.size) document.querySelectorAll("[data-once]").forEach(fill);
  };

  xobito.reveal = (name, secret) => {
    secrets.set(name, secret);
    fillAll();
  };
  xobito.conceal = (...names) => names.forEach((name) => secrets.delete(name));

  // The dialog with the place may open a moment after its secret has come.
  new MutationObserver(fillAll).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const name = event.target.closest?.("[data-copy-once]")?.dataset.copyOnce;
    if (secrets.has(name)) navigator.clipboard?.writeText(secrets.get(name));
  });
})();
