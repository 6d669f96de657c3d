// Loaded in the head, before the first paint: the chosen theme, the width of the rail, keys.
(() => {
  const root = document.documentElement;
  const xobito = (window.xobito = window.xobito || {});
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") root.classList.add(theme);
  // With room enough the rail says what its pictures mean, until somebody narrows it.
  const rail = localStorage.getItem("rail") ?? (window.innerWidth >= 1280 ? "wide" : "");
  if (rail === "wide") root.dataset.rail = "wide";
  // Room for a line at the top, unless there was none the last time.
  if (localStorage.getItem("lines") !== "none") root.dataset.lines = "";

  // Menus stand in a landmark of their own. What is live is not hidden by an open dialog.
  xobito.floor = () => {
    let floor = document.getElementById("floor");
    if (!floor && document.body) {
      floor = document.createElement("aside");
      floor.id = "floor";
      floor.setAttribute("aria-label", "Menus");
      floor.setAttribute("aria-live", "off");
      document.body.append(floor);
    }
    return floor ?? undefined;
  };

  // The toast goes by itself; until then its button presses the one of the page that takes it back.
  xobito.offerUndo = (toast, sentence, target, options) => toast?.success(sentence, {
    ...options,
    id: "undo",
    action: { label: "Undo", onClick: () => document.getElementById(target)?.click() },
  });

  const showNetwork = () => root.toggleAttribute("data-offline", !navigator.onLine);
  xobito.isOffline = () => !navigator.onLine || Boolean(document.getElementById("connection-lost"));
  window.addEventListener("offline", showNetwork);
  window.addEventListener("online", showNetwork);

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-fold-rail]")) return;
    const isWide = root.dataset.rail !== "wide";
    root.dataset.rail = isWide ? "wide" : "";
    localStorage.setItem("rail", root.dataset.rail);
  });

  // Forms with data-guard remember that they were changed, and ask before they are left.
  const changedForm = () => document.querySelector("form[data-changed]");
  const markChanged = (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form) form.dataset.changed = "";
  };
  document.addEventListener("input", markChanged);
  document.addEventListener("change", markChanged);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("form[data-guard] [role=switch]")) markChanged(event);
    const leaves = event.target.closest?.("a[href]");
    if (leaves && changedForm() && !window.confirm("Leave without saving your changes?")) {
      event.preventDefault();
      event.stopPropagation();
    } else if (leaves) {
      delete changedForm()?.dataset.changed;
    }
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (changedForm()) event.preventDefault();
  });

  // Fields that are edited in place: Enter keeps (by leaving the field), Escape puts back.
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-inline]");
    if (!field || event.isComposing) return;
    if (event.key === "Escape") field.value = field.defaultValue;
    else if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    field.blur();
  });

  // Sections that fold, and remember whether they are.
  document.addEventListener("toggle", (event) => {
    const name = event.target.dataset?.fold;
    if (name) localStorage.setItem(`fold.${name}`, event.target.open ? "open" : "folded");
  }, true);
  // Whether a line stands at the top, so that the next page leaves it its room.
  const rememberLines = () => {
    const main = document.querySelector(".shell-main");
    if (!main?.childElementCount || main.querySelector("[aria-busy]:not([hidden] *)")) return;
    const shows = Boolean(document.querySelector(".shell-lines > .status-line:not(.status-line-danger)"));
    const kept = shows ? "one" : "none";
    if (localStorage.getItem("lines") !== kept) localStorage.setItem("lines", kept);
    if (shows) root.dataset.lines = "";
  };
  // Room that is not needed goes when somebody does something: nothing moves under their eyes.
  document.addEventListener("click", () => {
    if (localStorage.getItem("lines") === "none") delete root.dataset.lines;
  }, true);
  xobito.onChange(() => {
    rememberLines();
    const opened = document.querySelector(".palette:not([data-fitted])");
    if (opened) {
      opened.dataset.fitted = "";
      fitActions();
    }
    for (const section of document.querySelectorAll("details[data-fold]:not([data-folds])")) {
      section.dataset.folds = "";
      if (localStorage.getItem(`fold.${section.dataset.fold}`) === "folded") section.open = false;
    }
  });

  // A picture is sent as soon as it is chosen; what is wrong with it is said beside it.
  const changePicture = async (box, url, request) => {
    const note = box.querySelector("[data-picture-note]");
    const say = (words, failed) => {
      note.textContent = words;
      note.classList.toggle("field-error", failed);
    };
    say("One moment…", false);
    try {
      const answer = await fetch(url, { credentials: "same-origin", ...request });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(told.message || "The picture could not be stored.");
      say("Saved.", false);
    } catch (error) {
      say(error.message, true);
    }
  };
  document.addEventListener("change", (event) => {
    const url = event.target.dataset?.picture;
    if (!url || !event.target.files.length) return;
    const body = new FormData();
    body.append("file", event.target.files[0]);
    changePicture(event.target.closest(".picture-field"), url, { method: "POST", body });
    event.target.value = "";
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-picture-drop]");
    if (!button) return;
    changePicture(button.closest(".picture-field"), button.dataset.pictureDrop, { method: "DELETE" });
  });

  // An element with data-key="g i" is clicked when these keys are typed outside of fields.
  const isTyping = (target) =>
    target.closest?.("input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]");
  let typed = "";
  let typedAt = 0;

  // Menus open by Enter, or by a pointer that is really there.
  xobito.press = (element) => {
    if (element.tagName === "FORM") element.requestSubmit();
    else if (element.ariaHasPopup === "menu") {
      element.focus();
      element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    } else element.click();
  };
  const press = (keys) => {
    const found = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === keys && !element.disabled,
    );
    if (found) xobito.press(found);
    return Boolean(found);
  };

  // Actions of the palette: those whose element is on this page, and whose words fit.
  const fitActions = () => {
    const box = document.querySelector(".palette");
    if (!box) return;
    const words = box.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of box.querySelectorAll("[data-run]")) {
      const fits = words.every((word) => item.textContent.toLowerCase().includes(word));
      // Without a rail beside the page the palette is the way to all of them.
      const isAsked = words.length || window.innerWidth < 768;
      item.hidden = !isAsked || !fits || !document.querySelector(item.dataset.run);
    }
  };
  document.addEventListener("input", (event) => {
    if (event.target.closest?.(".palette")) fitActions();
  });
  document.addEventListener("click", (event) => {
    const wanted = event.target.closest?.("[data-run]")?.dataset.run;
    // The palette gives the focus back first; what is opened then keeps it.
    if (wanted) setTimeout(() => xobito.press(document.querySelector(wanted)), 60);
  });

  // Arrows walk through [data-item] inside [data-walk]; Enter in its field takes the first.
  const walk = (event) => {
    const box = event.target.closest?.("[data-walk]");
    if (!box) return false;
    const items = [...box.querySelectorAll("[data-item]:not([hidden])")];
    const at = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") items[Math.min(at + 1, items.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && at > 0) items[at - 1].focus();
    else if (event.key === "ArrowUp") box.querySelector("input")?.focus();
    else if (event.key === "Enter" && at < 0) items[0]?.click();
    else return false;
    event.preventDefault();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      press("mod k");
      return;
    }
    if (walk(event) || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return;
    if (isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    const pair = Date.now() - typedAt < 900 ? `${typed} ${key}` : "";
    typed = key;
    typedAt = Date.now();
    if ((pair && press(pair)) || press(key)) {
      typed = "";
      event.preventDefault();
    }
  });

  showNetwork();
})();
