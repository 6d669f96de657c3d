/* The way up for a file: its progress is told as a part of 1, the answer is what the server made. */
(function () {
  "use strict";
  const xobito = (window.xobito = window.xobito || {});

  /* Rejects with the server's sentence; `isFinal` where the same file is refused again. */
  xobito.upload = (url, file, { onProgress = () => {} } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      };
      request.onload = () => {
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { /* The status says enough. */ }
        if (request.status === 201) resolve(answer);
        else reject(Object.assign(new Error(answer.message || "The file could not be uploaded."),
          { isFinal: request.status >= 400 && request.status < 500 }));
      };
      request.onerror = () => reject(new Error("The connection broke. Try again."));
      const body = new FormData();
      body.append("file", file, file.name);
      request.send(body);
    });

  /* A field for a file goes up as soon as one is chosen; its id goes into the field beside it. */
  const put = (field, value) => {
    // React hears of it only through the browser's own setter.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("change", async (event) => {
    const input = event.target.closest?.("input[data-upload]");
    if (!input?.files.length) return;
    const field = input.parentElement.querySelector("[data-uploaded]");
    const say = (words) => {
      input.parentElement.querySelector("[data-upload-state]").textContent = words;
    };
    put(field, "");
    say("Uploading…");
    try {
      const answer = await xobito.upload(input.dataset.upload, input.files[0]);
      put(field, answer.id);
      say(answer.filename);
    } catch (error) {
      say(error.message);
      input.value = "";
    }
  });
})();
