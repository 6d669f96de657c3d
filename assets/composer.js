/* The composer's own work in the browser: files with previews, voice messages, emoji, limits. */
(function () {
  "use strict";
  const xobito = (window.xobito = window.xobito || {});
  if (xobito.composer) return;
  xobito.composer = true;

  const byId = (id) => document.getElementById(id);
  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const MEGABYTE = 1024 * 1024;
  const sizeWords = (bytes) =>
    bytes < MEGABYTE ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`;

  /* Files wait in a tray per conversation until they are sent: none can reach another chat. */
  const trays = new Map();
  const MOST_FILES = 10;
  const CAPTION = 1024;
  const cardsIn = () => [...document.querySelectorAll("#composer-file-list .file-card")];

  xobito.changeTray = function (before, after) {
    if (recording && recording.conversation === before) stopRecording("keep");
    const list = byId("composer-file-list");
    if (!list) return;
    if (before) trays.set(before, [...list.children]);
    list.replaceChildren(...(trays.get(after) || []));
    collect();
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

  function send(file, isVoice, onProgress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", isVoice ? "/media?voice=1" : "/media");
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      };
      request.onload = () => {
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { /* told below */ }
        if (request.status === 201) resolve(answer);
        else reject(Object.assign(new Error(answer.message || "The file could not be uploaded."),
          { isFinal: request.status >= 400 && request.status < 500 }));
      };
      request.onerror = () => reject(new Error("The connection broke. Try again."));
      const body = new FormData();
      body.append("file", file, file.name);
      request.send(body);
    });
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

  async function attach(file, { isVoice = false, tray = null } = {}) {
    const list = byId("composer-file-list");
    const card = cardFor(file, isVoice);
    if (tray) trays.set(tray, [...(trays.get(tray) || []), card]);
    else if (list) list.append(card);
    else return;
    await transfer(card, file, isVoice);
  }
  async function transfer(card, file, isVoice) {
    const state = card.querySelector(".file-state");
    const bar = card.querySelector("progress");
    card.classList.add("is-loading");
    card.classList.remove("is-failed");
    bar.value = 0;
    try {
      const answer = await send(file, isVoice, (part) => { bar.value = part; });
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
      const again = make("button", "link-button", "Try again");
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
    files.slice(0, room).forEach((file) => attach(file));
    if (files.length > room) tell(`At most ${MOST_FILES} files go at once; ${files.length - room} were left out.`);
  }
  function tell(sentence) {
    const list = byId("composer-file-list");
    if (!list) return;
    const note = make("div", "file-note", sentence);
    note.setAttribute("role", "alert");
    list.append(note);
    setTimeout(() => note.remove(), 8000);
  }

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
    tell(why);
  }, true);

  /* Voice messages: a bar with a clock while recording; the recording is kept until it is sent. */
  const LONGEST_SECONDS = 30 * 60;
  let recording = null;
  const voiceForm = () => byId("composer-form");
  const voiceWords = (words) => { const node = byId("voice-words"); if (node) node.textContent = words; };
  function showClock() {
    if (!recording) return;
    const seconds = Math.floor((Date.now() - recording.startedAt) / 1000);
    const node = byId("voice-time");
    if (node) node.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds >= LONGEST_SECONDS) stopRecording("send");
  }
  async function startRecording() {
    if (recording) return;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      tell("The microphone is not available. Allow it for this site in the browser.");
      return;
    }
    const type = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"]
      .find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(stream, type ? { mimeType: type } : undefined);
    const parts = [];
    recorder.ondataavailable = (part) => parts.push(part.data);
    recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      recorded(parts, recorder.mimeType);
    };
    recording = { recorder, startedAt: Date.now(), conversation: xobito.conversation(),
      key: xobito.makeKey(), then: "", timer: setInterval(showClock, 250) };
    recorder.start();
    voiceForm().dataset.recording = "";
    voiceWords("Recording");
    showClock();
  }
  function stopRecording(then) {
    if (!recording) return;
    if (recording.recorder.state === "inactive") {
      finishRecording(then);
      return;
    }
    clearInterval(recording.timer);
    recording.then = then;
    recording.recorder.stop();
  }
  function recorded(parts, mimeType) {
    if (!recording) return;
    const kind = mimeType.split(";")[0];
    const ending = { "audio/ogg": "ogg", "audio/webm": "webm", "audio/mp4": "m4a" }[kind] || "ogg";
    recording.file = new File(parts, "voice-note." + ending, { type: kind });
    finishRecording(recording.then);
  }
  async function finishRecording(then) {
    if (then === "drop") return endRecording();
    if (then === "keep") {
      const { file, conversation } = recording;
      endRecording();
      return attach(file, { isVoice: true, tray: conversation });
    }
    const mine = recording;
    if (mine.isLeaving) return;
    mine.isLeaving = true;
    try {
      voiceWords("Sending…");
      mine.id = mine.id || (await send(mine.file, true, () => {})).id;
      if (recording !== mine) return;
      const form = byId("voice-form");
      form.elements.media_id.value = mine.id;
      form.elements.key.value = mine.key;
      form.requestSubmit();
    } catch (error) {
      voiceWords(error.message + " Press Send to try again.");
    }
    mine.isLeaving = false;
  }
  function endRecording() {
    if (recording) clearInterval(recording.timer);
    recording = null;
    const form = voiceForm();
    if (form) delete form.dataset.recording;
  }
  xobito.voiceSent = endRecording;

  /* Emoji: the picker's data is a file of ours, read when it is first wanted. */
  let groups = null;
  const RECENT = "xobito.emoji";
  const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
  const recent = () => JSON.parse(localStorage.getItem(RECENT) || "[]");
  function remember(emoji) {
    const rest = recent().filter((known) => known !== emoji);
    localStorage.setItem(RECENT, JSON.stringify([emoji, ...rest].slice(0, 32)));
  }
  let floating = null;
  function closeFloating() {
    floating?.remove();
    floating = null;
  }
  function float(node, anchor) {
    closeFloating();
    floating = node;
    document.body.append(node);
    const around = anchor.getBoundingClientRect();
    const own = node.getBoundingClientRect();
    const left = Math.min(Math.max(8, around.left), window.innerWidth - own.width - 8);
    const above = around.top - own.height - 6;
    node.style.left = left + "px";
    node.style.top = (above > 8 ? above : Math.min(around.bottom + 6, window.innerHeight - own.height - 8)) + "px";
  }
  async function openEmoji(anchor, choose) {
    if (!groups) {
      try {
        groups = await (await fetch("/emoji.json")).json();
      } catch {
        tell("The emoji could not be read. Try again.");
        return;
      }
    }
    const panel = make("div", "emoji-panel");
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", "Emoji");
    const search = make("input", "input input-compact");
    search.type = "search";
    search.placeholder = "Find an emoji";
    search.setAttribute("aria-label", "Find an emoji");
    const tabs = make("div", "emoji-tabs");
    const grid = make("div", "emoji-grid");
    const fill = (items) => {
      grid.replaceChildren(...items.map(([emoji, words]) => {
        const button = make("button", "emoji", emoji);
        button.type = "button";
        button.title = words;
        button.setAttribute("aria-label", words || emoji);
        return button;
      }));
      if (!items.length) grid.append(make("p", "empty-text", "No emoji fits."));
      grid.scrollTop = 0;
    };
    const lists = [{ name: "Recent", items: recent().map((emoji) => [emoji, ""]) }, ...groups];
    lists.filter((group) => group.items.length).forEach((group, index) => {
      const tab = make("button", "emoji-tab", group.items[0][0]);
      tab.type = "button";
      tab.title = group.name;
      tab.setAttribute("aria-label", group.name);
      tab.setAttribute("aria-pressed", String(index === 0));
      tab.addEventListener("click", () => {
        tabs.querySelectorAll("button").forEach((other) => other.setAttribute("aria-pressed", String(other === tab)));
        fill(group.items);
      });
      tabs.append(tab);
      if (index === 0) fill(group.items);
    });
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return tabs.firstChild.click();
      fill(groups.flatMap((group) => group.items)
        .filter(([, named]) => words.every((word) => named.includes(word))).slice(0, 160));
    });
    grid.addEventListener("click", (event) => {
      const button = event.target.closest(".emoji");
      if (!button) return;
      remember(button.textContent);
      closeFloating();
      choose(button.textContent);
    });
    panel.append(search, tabs, grid);
    panel.addEventListener("keydown", walkGrid);
    float(panel, anchor);
    search.focus();
  }
  function walkGrid(event) {
    const all = [...floating.querySelectorAll(".emoji")];
    const at = all.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (event.key === "Enter" && at < 0) {
      event.preventDefault();
      all[0]?.click();
    } else if (step && (at >= 0 || event.key === "ArrowDown")) {
      event.preventDefault();
      (all[at < 0 ? 0 : Math.max(0, at + step)] || all[all.length - 1])?.focus();
    }
  }
  function openReactions(anchor) {
    const ours = anchor.dataset.ours;
    const react = (emoji) => {
      const form = byId("reaction-form");
      if (!form) return;
      form.elements.message_id.value = anchor.dataset.react;
      form.elements.emoji.value = emoji;
      form.elements.key.value = xobito.makeKey();
      form.requestSubmit();
    };
    const bar = make("div", "reaction-bar");
    bar.setAttribute("role", "menu");
    const shown = ours && !QUICK.includes(ours) ? [ours, ...QUICK] : QUICK;
    shown.forEach((emoji) => {
      const button = make("button", "emoji", emoji);
      button.type = "button";
      button.setAttribute("role", "menuitem");
      button.setAttribute("aria-label", emoji === ours ? `Remove ${emoji}` : `React with ${emoji}`);
      button.setAttribute("aria-pressed", String(emoji === ours));
      button.addEventListener("click", () => { closeFloating(); react(emoji === ours ? "" : emoji); });
      bar.append(button);
    });
    const more = make("button", "emoji emoji-more", "+");
    more.type = "button";
    more.setAttribute("aria-label", "More emoji");
    more.addEventListener("click", () => openEmoji(anchor, react));
    bar.append(more);
    float(bar, anchor);
    bar.querySelector("button").focus();
  }

  document.addEventListener("click", (event) => {
    const near = (selector) => event.target.closest?.(selector);
    if (floating && !floating.contains(event.target) && event.target.isConnected) closeFloating();
    if (near("#composer-voice")) startRecording();
    else if (near("#voice-cancel")) stopRecording("drop");
    else if (near("#voice-send")) stopRecording("send");
    else if (near("#composer-emoji")) openEmoji(near("#composer-emoji"), (emoji) => xobito.insert(emoji));
    else if (near("[data-react]")) openReactions(near("[data-react]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !floating) return;
    event.stopPropagation();
    closeFloating();
  }, true);
  document.addEventListener("scroll", (event) => {
    if (floating && !floating.contains(event.target)) closeFloating();
  }, true);

  /* After a slash the prepared answers, after an at sign the colleagues: one list, the same keys. */
  const area = () => byId("composer-text");
  const slashForm = () => byId("composer-form");
  const isNote = () => byId("composer")?.dataset.mode === "note";
  function askServer(words) {
    const field = byId("slash-query");
    if (!field) return;
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    set.call(field, words);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  let people = null;
  const suggestions = () =>
    people ? [...people.querySelectorAll(".picker-line")]
      : slashForm() && "slash" in slashForm().dataset ? [...byId("slash-list").querySelectorAll(".picker-line")] : [];
  xobito.leaveSlash = function () {
    const field = area();
    if (!field || !field.value.startsWith("/")) return;
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  function closeSuggestions() {
    people?.remove();
    people = null;
    const form = slashForm();
    if (form) delete form.dataset.slash;
    // Forgotten, so that the same letters are asked again the next time.
    const field = byId("slash-query");
    if (field) field.value = "";
  }
  const callsOf = (field) =>
    field.value.slice(0, field.selectionStart).match(/(?:^|[\s(])@([^\s@][^@\n]{0,30}|)$/u);
  function suggestPeople(field) {
    const found = callsOf(field);
    people?.remove();
    people = null;
    if (!found) return;
    const typed = found[1].toLowerCase();
    const names = [...byId("mention-names").children].map((node) => node.textContent)
      .filter((name) => name.toLowerCase().split(" ").some((_, at, words) => words.slice(at).join(" ").startsWith(typed)))
      .slice(0, 8);
    if (!names.length) return;
    people = make("div", "slash-list is-open");
    const list = make("ul", "picker-list");
    names.forEach((name) => {
      const line = make("button", "picker-line", name);
      line.type = "button";
      line.addEventListener("click", () => {
        const end = field.selectionStart;
        field.setRangeText(`@${name} `, end - found[1].length - 1, end, "end");
        closeSuggestions();
        field.focus();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      const item = make("li");
      item.append(line);
      list.append(item);
    });
    people.append(list);
    field.before(people);
    mark(0);
  }
  function mark(index) {
    const lines = suggestions();
    lines.forEach((line, at) => line.toggleAttribute("data-marked", at === index));
    lines[index]?.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("input", (event) => {
    if (event.target.id !== "composer-text") return;
    if (isNote()) {
      suggestPeople(event.target);
      return;
    }
    const found = event.target.value.match(/^\/([^\s/]{0,40})$/);
    if (!found || !byId("slash-query")) return closeSuggestions();
    slashForm().dataset.slash = "";
    // With the slash: an empty question would be no change, and so never asked.
    askServer("/" + found[1]);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "composer-text" || event.isComposing) return;
    const lines = suggestions();
    if (!lines.length) return;
    const at = Math.max(0, lines.findIndex((line) => line.hasAttribute("data-marked")));
    if (event.key === "ArrowDown") mark(Math.min(at + 1, lines.length - 1));
    else if (event.key === "ArrowUp") mark(Math.max(at - 1, 0));
    else if (event.key === "Enter" || event.key === "Tab") lines[at].click();
    else if (event.key === "Escape") closeSuggestions();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => {
    if (event.target.id === "composer-text") setTimeout(() => {
      // Back in the field by now, or on a line of the list: the person is still choosing.
      if (document.activeElement?.closest("#composer-text, .slash-list")) return;
      closeSuggestions();
    }, 200);
  });

  /* Forms that count: how many characters are left of what WhatsApp allows. */
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
