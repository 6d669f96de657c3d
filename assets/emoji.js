/* Emoji in a text and as reactions: the picker's data is a file of ours, read when first wanted. */
(function () {
  "use strict";
  const xobito = window.xobito;
  if (xobito.emoji) return;
  xobito.emoji = true;

  const { byId, make } = xobito;
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
        xobito.noteInComposer("The emoji could not be read. Try again.");
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
      if (!items.length) grid.append(make("p", "empty-line", "No emoji fits."));
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
    if (near("#composer-emoji")) openEmoji(near("#composer-emoji"), (emoji) => xobito.insert(emoji));
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
})();
