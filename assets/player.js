/* Voice messages and other sounds in a thread: a wave form to listen along, to jump, to go faster. */
(function () {
  "use strict";
  const xobito = (window.xobito = window.xobito || {});
  if (xobito.player) return;
  xobito.player = true;
  const BARS = 44;
  /* Larger files are played, but not read whole only to be drawn. */
  const MOST_BYTES = 4_000_000;
  const SPEEDS = [1, 1.5, 2];

  const clock = (seconds) => {
    const whole = Math.floor(Number.isFinite(seconds) ? seconds : 0);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };
  const partsOf = (box) => ({
    sound: box.querySelector("audio"),
    play: box.querySelector("[data-play]"),
    wave: box.querySelector("[data-wave]"),
    time: box.querySelector("[data-time]"),
  });

  /* The loudest moment of each bar, from 0 to 1; nothing when the browser cannot read the sound. */
  async function heightsOf(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok || Number(answer.headers.get("content-length")) > MOST_BYTES) return null;
    const context = new OfflineAudioContext(1, 1, 8000);
    const samples = (await context.decodeAudioData(await answer.arrayBuffer())).getChannelData(0);
    const step = Math.max(1, Math.floor(samples.length / BARS));
    const heights = [];
    for (let bar = 0; bar < BARS; bar += 1) {
      let loudest = 0;
      for (let at = bar * step; at < (bar + 1) * step && at < samples.length; at += 8) {
        loudest = Math.max(loudest, Math.abs(samples[at]));
      }
      heights.push(loudest);
    }
    const top = Math.max(...heights) || 1;
    return heights.map((height) => height / top);
  }

  function show(box) {
    const { sound, play, wave, time } = partsOf(box);
    const share = sound.duration ? sound.currentTime / sound.duration : 0;
    const rests = sound.paused && !sound.currentTime;
    time.textContent = clock(rests ? sound.duration : sound.currentTime);
    play.setAttribute("aria-label", sound.paused ? "Play" : "Pause");
    box.toggleAttribute("data-playing", !sound.paused);
    wave.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    wave.setAttribute("aria-valuetext", `${clock(sound.currentTime)} of ${clock(sound.duration)}`);
    [...wave.children].forEach((bar, place) =>
      bar.toggleAttribute("data-heard", place < share * BARS));
  }

  function jump(box, share) {
    const { sound } = partsOf(box);
    if (Number.isFinite(sound.duration)) sound.currentTime = Math.max(0, Math.min(1, share)) * sound.duration;
    show(box);
  }

  function begin(box) {
    if (box.dataset.ready !== undefined) return;
    box.dataset.ready = "";
    const { sound, wave } = partsOf(box);
    for (let bar = 0; bar < BARS; bar += 1) wave.append(document.createElement("i"));
    for (const kind of ["timeupdate", "play", "pause", "ended", "loadedmetadata"]) {
      sound.addEventListener(kind, () => show(box));
    }
    sound.addEventListener("ended", () => { sound.currentTime = 0; });
    sound.addEventListener("play", () => {
      // One voice at a time.
      for (const other of document.querySelectorAll(".media-audio audio")) {
        if (other !== sound) other.pause();
      }
    });
    heightsOf(sound.src).then((heights) => {
      heights?.forEach((height, place) => {
        wave.children[place].style.setProperty("--loud", String(Math.max(0.12, height)));
      });
    }).catch(() => { /* It plays all the same; the bars stay level. */ });
    show(box);
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      begin(entry.target);
    }
  });
  const watch = () => {
    for (const box of document.querySelectorAll(".media-audio:not([data-watched])")) {
      box.dataset.watched = "";
      seen.observe(box);
    }
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".media-audio");
    if (!box) return;
    const { sound, wave } = partsOf(box);
    if (event.target.closest("[data-play]")) {
      if (sound.paused) sound.play(); else sound.pause();
    } else if (event.target.closest("[data-wave]")) {
      const edges = wave.getBoundingClientRect();
      jump(box, (event.clientX - edges.left) / edges.width);
    } else if (event.target.closest("[data-speed]")) {
      const next = SPEEDS[(SPEEDS.indexOf(sound.playbackRate) + 1) % SPEEDS.length];
      sound.playbackRate = next;
      event.target.closest("[data-speed]").textContent = `${next}×`;
    }
  });
  document.addEventListener("keydown", (event) => {
    const wave = event.target.closest?.("[data-wave]");
    const step = { ArrowRight: 0.05, ArrowLeft: -0.05 }[event.key];
    if (!wave || !step) return;
    event.preventDefault();
    const box = wave.closest(".media-audio");
    const { sound } = partsOf(box);
    jump(box, sound.currentTime / sound.duration + step);
  });

  xobito.onChange(watch);
  watch();
})();
