/* Voice messages: a bar with a clock while recording; the recording is kept until it is sent. */
(function () {
  "use strict";
  const xobito = window.xobito;
  if (xobito.voice) return;
  xobito.voice = true;

  const { byId } = xobito;
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
      xobito.noteInComposer("The microphone is not available. Allow it for this site in the browser.");
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
      return xobito.attach(file, { isVoice: true, tray: conversation });
    }
    const mine = recording;
    if (mine.isLeaving) return;
    mine.isLeaving = true;
    try {
      voiceWords("Sending…");
      mine.id = mine.id || (await xobito.upload("/media?voice=1", mine.file)).id;
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
  xobito.keepRecording = (conversation) => {
    if (recording && recording.conversation === conversation) stopRecording("keep");
  };

  document.addEventListener("click", (event) => {
    const near = (selector) => event.target.closest?.(selector);
    if (near("#composer-voice")) startRecording();
    else if (near("#voice-cancel")) stopRecording("drop");
    else if (near("#voice-send")) stopRecording("send");
  });
})();
