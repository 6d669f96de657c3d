/* What only the browser can do in the inbox: scrolling, counting down, drafts, keys, files. */
(function () {
  "use strict";
  if (window.xobito && window.xobito.inbox) return;
  const xobito = (window.xobito = window.xobito || {});
  xobito.inbox = true;

  const { byId } = xobito;
  const scroller = () => byId("thread-scroll");
  let stick = true;
  let shownConversation = "";

  /* Stay at the newest message unless the person scrolled up. */
  function watchScroll() {
    const box = scroller();
    if (!box || box.dataset.watched) return;
    box.dataset.watched = "1";
    box.addEventListener("scroll", () => {
      stick = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
      if (box.scrollTop < 40) {
        const older = byId("load-older");
        if (older && !older.dataset.asked) {
          older.dataset.asked = "1";
          heightBefore = box.scrollHeight;
          older.click();
        }
      }
    });
  }
  let heightBefore = 0;
  xobito.keepPlace = function () {
    requestAnimationFrame(() => {
      const box = scroller();
      const older = byId("load-older");
      if (older) delete older.dataset.asked;
      if (box && heightBefore) box.scrollTop += box.scrollHeight - heightBefore;
      heightBefore = 0;
    });
  };

  /* Grey lines over the last thread while the next one is on its way, if that takes a while. */
  const GIVEN_UP = 10_000;
  let openingEnds = 0;
  function showOpening(isOpening) {
    clearTimeout(openingEnds);
    const lines = byId("thread-opening");
    if (lines) lines.hidden = !isOpening;
    if (isOpening) openingEnds = setTimeout(() => showOpening(false), GIVEN_UP);
  }

  /* The address names the open conversation, so that a reload and a link come back to it. */
  xobito.opened = function () {
    requestAnimationFrame(() => {
      showOpening(false);
      const pane = document.querySelector(".inbox-thread");
      const id = (pane && pane.dataset.conversation) || "";
      const url = new URL(window.location.href);
      if (id) url.searchParams.set("c", id);
      else url.searchParams.delete("c");
      url.searchParams.delete("m");
      window.history.replaceState(window.history.state, "", url);
    });
  };

  /* The address says which list is shown, so that a reload and a link come back to it. */
  xobito.listed = function (query) {
    const url = new URL(window.location.href);
    for (const [name, value] of Object.entries(query)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    window.history.replaceState(window.history.state, "", url);
  };

  function afterChange() {
    watchScroll();
    fillTemplate();
    const pane = document.querySelector(".inbox-thread");
    const box = scroller();
    if (!pane || !box) {
      if (shownConversation) xobito.changeTray?.(shownConversation, "");
      shownConversation = "";
      return;
    }
    const id = pane.dataset.conversation || "";
    const focus = box.dataset.focus;
    if (id !== shownConversation) {
      xobito.changeTray?.(shownConversation, id);
      shownConversation = id;
      newKey();
      stick = true;
      restoreDraft(id);
      const area = byId("composer-text");
      if (area && window.innerWidth > 767) area.focus({ preventScroll: true });
    }
    if (focus && box.dataset.focused !== focus) {
      const hit = byId("e-" + focus);
      if (hit) {
        box.dataset.focused = focus;
        stick = false;
        hit.scrollIntoView({ block: "center" });
        hit.classList.add("is-found");
        return;
      }
    }
    if (stick) box.scrollTop = box.scrollHeight;
    readWhatIsSeen(id);
    tickCountdowns();
  }

  /* What arrives in the thread one looks at is read: only the browser knows that one looks. */
  let seenAt = 0;
  let seenNewest = "";
  let seenLater = 0;
  function readWhatIsSeen(id) {
    if (!id || document.visibilityState !== "visible") return;
    const newest = `${id} ${[...document.querySelectorAll("#thread-scroll .entry")].pop()?.id}`;
    const row = `.thread-row[data-unread="true"][data-id="${CSS.escape(id)}"]`;
    if (newest === seenNewest && !document.querySelector(row)) return;
    const wait = seenAt + 1000 - Date.now();
    clearTimeout(seenLater);
    if (wait > 0) {
      seenLater = setTimeout(() => readWhatIsSeen(shownConversation), wait);
      return;
    }
    seenAt = Date.now();
    seenNewest = newest;
    click("thread-seen")();
  }

  /* The reply window counts down here; the server decides. */
  function tickCountdowns() {
    document.querySelectorAll(".countdown").forEach((node) => {
      const left = Math.max(0, (Date.parse(node.dataset.until) - Date.now()) / 1000);
      const hours = Math.floor(left / 3600);
      const minutes = Math.floor((left % 3600) / 60);
      const text = hours ? `${hours}h ${String(minutes).padStart(2, "0")}m` : `${minutes}m`;
      if (node.textContent !== text) node.textContent = text;
    });
  }
  setInterval(tickCountdowns, 15000);

  /* Drafts stay per conversation, on this device only. */
  const draftKey = (id) => "xobito.draft." + id;
  function restoreDraft(id) {
    const area = byId("composer-text");
    if (!area) return;
    setValue(area, localStorage.getItem(draftKey(id)) || "");
  }
  function setValue(area, value) {
    area.value = value;
    grow(area);
    count();
  }
  /* WhatsApp counts characters, not UTF-16 units; the counter shows when the end is near. */
  const LONGEST = 4096;
  const lengthOf = () => [...(byId("composer-text")?.value || "")].length;
  xobito.tooLong = () => Math.max(0, lengthOf() - LONGEST);
  function count() {
    const node = byId("composer-count");
    if (!node) return;
    const left = LONGEST - lengthOf();
    node.textContent = left > 400 ? "" : left < 0 ? `${-left} too long` : `${left} left`;
    node.toggleAttribute("data-over", left < 0);
  }
  function grow(area) {
    area.style.height = "auto";
    area.style.height = Math.min(area.scrollHeight, 184) + "px";
  }
  xobito.makeKey = () => (crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2));
  function newKey() {
    const field = byId("composer-key");
    if (field) field.value = xobito.makeKey();
  }

  document.addEventListener("input", (event) => {
    const area = event.target;
    if (area.id !== "composer-text") return;
    grow(area);
    count();
    if (shownConversation) {
      if (area.value) localStorage.setItem(draftKey(shownConversation), area.value);
      else localStorage.removeItem(draftKey(shownConversation));
    }
    const now = Date.now();
    if (area.value && now - lastTyping > 4000) {
      lastTyping = now;
      const button = byId("composer-typing");
      if (button) button.click();
    }
  });
  let lastTyping = 0;

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (target.id === "composer-text") {
      const sends = event.ctrlKey || event.metaKey || (target.dataset.enter !== "breaks" && !event.shiftKey);
      if (event.key === "Enter" && sends && !event.isComposing) {
        event.preventDefault();
        submitComposer();
      } else if (event.key === "Escape") {
        target.blur();
      }
      return;
    }
    if (target.closest && target.closest("input, textarea, select, [contenteditable], [role=dialog]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!document.querySelector(".inbox")) return;
    const key = event.key.toLowerCase();
    // G and a letter go to another page: the letter alone must not act on the chat as well.
    const follows = lastKey === "g" && Date.now() - lastKeyAt < 900;
    lastKey = key;
    lastKeyAt = Date.now();
    const act = follows ? null : KEYS[key];
    if (act && act() !== false) event.preventDefault();
  });
  let lastKey = "";
  let lastKeyAt = 0;
  const click = (id) => () => {
    const node = byId(id);
    if (!node) return false;
    xobito.press(node);
  };
  function move(step) {
    const rows = [...document.querySelectorAll("#thread-rows .thread-button")];
    if (!rows.length) return false;
    const focused = rows.indexOf(document.activeElement);
    const current = focused >= 0 ? focused : rows.findIndex((r) => r.getAttribute("aria-current") === "true");
    const next = rows[Math.max(0, Math.min(rows.length - 1, current + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  const focusOn = (id) => () => {
    const node = byId(id);
    if (!node) return false;
    node.focus();
  };
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    r: () => { click("composer-reply")(); return focusOn("composer-text")(); },
    n: () => { click("composer-note")(); return focusOn("composer-text")(); },
    a: click("assign-thread"),
    t: click("take-thread"),
    e: click("close-thread"),
    s: click("snooze-thread"),
    m: click("unread-thread"),
    c: () => togglePanel(),
    z: click("undo-work"),
    "/": focusOn("inbox-search"),
  };

  /* The preview of a template says what is typed into its blanks. */
  function fillTemplate() {
    const form = document.querySelector("form[data-template-form]");
    if (!form) return;
    for (const part of form.querySelectorAll("[data-template]")) {
      part.dataset.raw ??= part.textContent;
      const words = part.dataset.raw.replace(/\{\{\s*(\w+)\s*\}\}/g, (blank, name) =>
        form.elements[`${part.dataset.template}.${name}`]?.value || blank);
      if (part.textContent !== words) part.textContent = words;
    }
    form.toggleAttribute("data-is-later", Boolean(form.elements.due_at?.value));
  }
  document.addEventListener("input", (event) => {
    if (event.target.form?.matches("[data-template-form]")) fillTemplate();
  });

  /* Where the contact has no room beside the thread, it is a drawer above it. */
  function togglePanel(isOpen) {
    const inbox = document.querySelector(".inbox");
    if (!inbox || !shownConversation) return false;
    const opens = isOpen ?? inbox.dataset.panel !== "open";
    if (opens) inbox.dataset.panel = "open";
    else delete inbox.dataset.panel;
    if (opens) document.querySelector("#contact-panel .panel-close")?.focus();
  }
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".thread-button");
    if (event.target.closest?.("[data-panel-toggle]")) togglePanel();
    else if (event.target.closest?.(".panel-chat") || row) {
      togglePanel(false);
      showOpening(true);
    }
    /* The opened row is marked at once; the server's answer says the same. */
    if (!row) return;
    document.querySelector('#thread-rows [aria-current="true"]')?.setAttribute("aria-current", "false");
    row.setAttribute("aria-current", "true");
  });
  document.addEventListener("keydown", (event) => {
    const inbox = document.querySelector('.inbox[data-panel="open"]');
    if (event.key === "Escape" && inbox && !event.target.closest?.("[data-inline], [role=menu]")) togglePanel(false);
  });

  /* What was put away comes back with one press; the newest offer takes the place of others. */
  function submitComposer() {
    const form = byId("composer-form");
    const area = byId("composer-text");
    const files = byId("composer-files");
    if (!form || !area || (!area.value.trim() && !(files && files.value))) return;
    form.requestSubmit();
  }
  xobito.submitComposer = submitComposer;
  xobito.conversation = () => shownConversation;
  xobito.focusComposer = () => byId("composer-text")?.focus();
  xobito.insert = function (words) {
    const area = byId("composer-text");
    if (!area) return;
    area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const leaving = new Map();
  /* The same sent twice is one message and keeps its key. Other words or files are another. */
  xobito.sending = function (form) {
    const { text, files, key } = form.elements;
    const before = leaving.get(key.value);
    if (!key.value || (before && (before.text !== text.value || before.files !== files.value))) newKey();
    leaving.set(key.value, { text: text.value, files: files.value });
  };
  /* Called by the server once a message stands in the thread. */
  xobito.sent = function (conversation, key) {
    const area = byId("composer-text");
    const isShown = area && conversation === shownConversation;
    const kept = isShown ? area.value : localStorage.getItem(draftKey(conversation));
    /* What was written after Enter, while the message was on its way, was never sent: it stays. */
    const gone = leaving.get(key);
    if (gone && (kept || "") === gone.text) {
      localStorage.removeItem(draftKey(conversation));
      if (isShown) setValue(area, "");
    }
    leaving.delete(key);
    xobito.emptyTray?.(conversation);
    if (byId("composer-key")?.value === key) newKey();
    stick = true;
    afterChange();
  };
  xobito.fill = function () {
    const source = byId("composer-fill");
    const area = byId("composer-text");
    if (!source || !area) return;
    setValue(area, source.value);
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("focusin", (event) => {
    const field = byId("composer-key");
    if (event.target.id === "composer-text" && field && !field.value) newKey();
  });

  /* Colleagues see who looks at the same thread. */
  setInterval(() => {
    if (document.visibilityState === "visible" && shownConversation) click("thread-here")();
  }, 20000);

  /* Looking at the thread again counts as reading it. */
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") click("thread-seen")();
  });

  xobito.onChange(afterChange);
  afterChange();
})();
