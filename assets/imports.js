// A file of contacts goes up as soon as it is chosen or dropped; its progress is shown in place.
(() => {
  if (window.xobitoImports) return;
  window.xobitoImports = true;

  const upload = (box, door, file) => {
    const bar = box.querySelector("progress");
    const note = box.querySelector(".drop-note");
    const say = (words, failed) => {
      note.textContent = words;
      note.classList.toggle("field-error", failed);
      bar.hidden = failed;
    };
    const request = new XMLHttpRequest();
    request.open("POST", door);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
      if (event.loaded === event.total) say("Reading the file…", false);
    };
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* told below */ }
      if (request.status === 201) {
        window.location.assign("/contacts/import?id=" + encodeURIComponent(answer.id));
      } else {
        say(answer.message || "The file could not be taken.", true);
      }
    };
    request.onerror = () => say("The connection broke. Try again.", true);
    bar.value = 0;
    say("Uploading " + file.name + "…", false);
    const body = new FormData();
    body.append("file", file, file.name);
    request.send(body);
  };

  document.addEventListener("change", (event) => {
    const door = event.target.dataset?.import;
    if (!door || !event.target.files.length) return;
    upload(event.target.closest("[data-import-drop]"), door, event.target.files[0]);
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
      if (file) upload(box, box.querySelector("[data-import]").dataset.import, file);
    });
  }
})();
