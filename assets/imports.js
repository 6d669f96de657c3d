// A file of contacts goes up as soon as it is chosen or dropped; its progress is shown in place.
(() => {
  if (window.xobitoImports) return;
  window.xobitoImports = true;

  const take = async (box, url, file) => {
    const bar = box.querySelector("progress");
    const note = box.querySelector(".drop-note");
    const say = (words, failed) => {
      note.textContent = words;
      note.classList.toggle("field-error", failed);
      bar.hidden = failed;
    };
    const onProgress = (part) => {
      bar.value = part;
      if (part === 1) say("Reading the file…", false);
    };
    bar.value = 0;
    say("Uploading " + file.name + "…", false);
    try {
      const { id } = await window.xobito.upload(url, file, { onProgress });
      window.location.assign(box.dataset.importDrop + encodeURIComponent(id));
    } catch (error) {
      say(error.message, true);
    }
  };

  document.addEventListener("change", (event) => {
    const url = event.target.dataset?.import;
    if (!url || !event.target.files.length) return;
    take(event.target.closest("[data-import-drop]"), url, event.target.files[0]);
    event.target.value = "";
  });

  const boxOf = (event) => event.target.closest?.("[data-import-drop]");
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = boxOf(event);
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
      const file = kind === "drop" && event.dataTransfer.files[0];
      if (file) take(box, box.querySelector("[data-import]").dataset.import, file);
    });
  }
})();
