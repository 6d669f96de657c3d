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
})();
