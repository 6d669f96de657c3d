/* Files on their way out of the composer: trays, previews, captions, and what holds a message back. */
(function () {
  "use strict";
  const xobito = window.xobito;
  if (xobito.attachments) return;
  xobito.attachments = true;

  const { byId, make } = xobito;
  const MEGABYTE = 1024 * 1024;
  const sizeWords = (bytes) =>
    bytes < MEGABYTE ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`;

  /* Files wait in a tray per conversation until they are sent: none can reach another chat. */
  const trays = new Map();
  const MOST_FILES = 10;
  const CAPTION = 1024;
  const cardsIn = () => [...document.querySelectorAll("#composer-file-list .file-card")];

  xobito.changeTray = function (before, after) {
    const list = byId("composer-file-list");
    if (list) {
      if (before) trays.set(before, [...list.children]);
      list.replaceChildren(...(trays.get(after) || []));
      collect();
    }
    xobito.keepRecording?.(before);
  };
  xobito.emptyTray = function (conversation) {
    trays.delete(conversation);
    if (conversation !== xobito.conversation()) return;
    byId("composer-file-list")?.replaceChildren();
    collect();
  };
  function collect() {
    const field = byId("composer-files");
    if (!field) return;
    const files = cardsIn().filter((card) => card.dataset.id);
    field.value = files.length
      ? JSON.stringify(files.map((card) => ({
          id: card.dataset.id, caption: card.querySelector(".file-caption")?.value || "" })))
      : "";
  }

  function cardFor(file, isVoice) {
    const card = make("div", "file-card");
    const thumb = make("span", "file-thumb");
    if (file.type.startsWith("image/")) {
      const picture = make("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      picture.onload = () => URL.revokeObjectURL(picture.src);
      thumb.append(picture);
    } else {
      thumb.textContent = isVoice ? "♪" : (file.name.split(".").pop() || "file").slice(0, 4).toUpperCase();
    }
    const facts = make("span", "file-facts");
    facts.append(
      make("span", "file-name", isVoice ? "Voice message" : file.name),
      make("span", "file-state", sizeWords(file.size)),
    );
    const bar = make("progress");
    bar.max = 1;
    const remove = make("button", "file-remove", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", "Remove " + file.name);
    remove.addEventListener("click", () => { card.remove(); collect(); });
    card.append(thumb, facts, bar, remove);
    return card;
  }

  xobito.attach = async function (file, { isVoice = false, tray = null } = {}) {
    const list = byId("composer-file-list");
    const card = cardFor(file, isVoice);
    if (tray) trays.set(tray, [...(trays.get(tray) || []), card]);
    else if (list) list.append(card);
    else return;
    await transfer(card, file, isVoice);
  };
  async function transfer(card, file, isVoice) {
    const state = card.querySelector(".file-state");
    const bar = card.querySelector("progress");
    card.classList.add("is-loading");
    card.classList.remove("is-failed");
    bar.value = 0;
    try {
      const answer = await xobito.upload(isVoice ? "/media?voice=1" : "/media", file, {
        onProgress: (part) => { bar.value = part; },
      });
      card.dataset.id = answer.id;
      state.textContent = sizeWords(answer.size);
      if (["image", "video", "document"].includes(answer.kind)) addCaption(card, file);
    } catch (error) {
      card.classList.add("is-failed");
      state.textContent = error.message;
      // What WhatsApp does not take, it will not take the second time either.
      if (error.isFinal) {
        card.classList.remove("is-loading");
        return collect();
      }
      const again = make("button", "text-button", "Try again");
      again.type = "button";
      again.addEventListener("click", () => { again.remove(); transfer(card, file, isVoice); });
      card.querySelector(".file-facts").append(again);
    }
    card.classList.remove("is-loading");
    collect();
  }
  function addCaption(card, file) {
    const caption = make("input", "file-caption");
    caption.placeholder = "Caption";
    caption.maxLength = CAPTION;
    caption.setAttribute("aria-label", "Caption of " + file.name);
    caption.addEventListener("input", collect);
    caption.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      xobito.submitComposer();
    });
    card.append(caption);
  }
  function attachAll(files) {
    const room = MOST_FILES - cardsIn().length;
    files.slice(0, room).forEach((file) => xobito.attach(file));
    if (files.length > room) noteInComposer(`At most ${MOST_FILES} files go at once; ${files.length - room} were left out.`);
  }


  /* A sentence above the text, for as long as it takes to read it. */
  function noteInComposer(sentence) {
    const list = byId("composer-file-list");
    if (!list) return;
    const note = make("div", "file-note", sentence);
    note.setAttribute("role", "alert");
    list.append(note);
    setTimeout(() => note.remove(), 8000);
  }
  xobito.noteInComposer = noteInComposer;

  document.addEventListener("change", (event) => {
    if (event.target.id !== "composer-picker") return;
    attachAll([...event.target.files]);
    event.target.value = "";
  });
  const takesFiles = () => byId("composer-file-list") && byId("composer-picker");
  document.addEventListener("paste", (event) => {
    if (event.target.id !== "composer-text" || !takesFiles()) return;
    const files = [...(event.clipboardData?.files || [])];
    if (files.length) {
      event.preventDefault();
      attachAll(files);
    }
  });
  const paneOf = (event) => event.target.closest?.(".inbox-thread");
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    const pane = paneOf(event);
    if (!pane || !takesFiles() || !carriesFiles(event)) return;
    event.preventDefault();
    pane.dataset.dropping = "";
  });
  document.addEventListener("dragleave", (event) => {
    const pane = paneOf(event);
    if (pane && !pane.contains(event.relatedTarget)) delete pane.dataset.dropping;
  });
  document.addEventListener("drop", (event) => {
    const pane = paneOf(event);
    if (!pane || !takesFiles() || !carriesFiles(event)) return;
    event.preventDefault();
    delete pane.dataset.dropping;
    attachAll([...event.dataTransfer.files]);
  });

  /* Without a connection nothing is sent: what waits to leave would be an old text by then.
     A file on its way up keeps the message back, too: it must not leave without it. */
  function whyNotNow() {
    if (xobito.isOffline()) return "You are offline, so nothing was sent. Your text stays here.";
    const over = xobito.tooLong();
    if (over) return `This text is ${over} characters too long: WhatsApp takes 4,096. Shorten it, or send it in two.`;
    const isLoading = cardsIn().some((card) => card.classList.contains("is-loading"));
    return isLoading ? "A file is still on its way up. Send when it is there." : "";
  }
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "composer-form" || event.target !== byId("composer-form")) return;
    const why = whyNotNow();
    if (!why) {
      collect();
      xobito.sending(event.target);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    noteInComposer(why);
  }, true);
})();
