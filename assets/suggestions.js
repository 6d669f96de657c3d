/* After a slash the prepared answers, after an at sign the colleagues: one list, the same keys. */
(function () {
  "use strict";
  const xobito = window.xobito;
  if (xobito.suggestions) return;
  xobito.suggestions = true;

  const { byId, make } = xobito;
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
})();
