/* Telling the person: a sound, a notification of the browser, the unread count in the title. */
(function () {
  "use strict";
  const xobito = (window.xobito = window.xobito || {});
  if (xobito.alerts) return;
  xobito.alerts = true;

  const { byId } = xobito;
  const PAUSE = 1500;
  const CLAIM = "xobito.alert";
  let soundedAt = 0;

  function sound() {
    if (Date.now() - soundedAt < PAUSE) return;
    soundedAt = Date.now();
    // A browser plays nothing before the person has touched the page; then it is silent, no more.
    new Audio("/alert.wav").play().catch(() => {});
  }
  const mayNotify = () => "Notification" in window && Notification.permission === "granted";
  function notify(title, body, conversation) {
    if (!mayNotify()) return;
    // One per chat: the newest takes the place of the last.
    const shown = new Notification(title, { body, tag: conversation, icon: "/favicon.svg" });
    shown.onclick = () => {
      window.focus();
      shown.close();
      if (conversation) window.location.assign("/inbox?c=" + encodeURIComponent(conversation));
    };
  }

  let told = "";
  function tell() {
    const mark = byId("newest-alert");
    const alert = mark && { ...mark.dataset };
    if (!alert || !alert.id || alert.id === told) return;
    told = alert.id;
    const looksAtIt = document.hasFocus() && xobito.conversation?.() === alert.conversation;
    // Of several tabs one tells; the one that shows the chat keeps the others quiet.
    const claim = () => {
      if (localStorage.getItem(CLAIM) === alert.id) return false;
      localStorage.setItem(CLAIM, alert.id);
      return true;
    };
    if (looksAtIt) {
      claim();
      return;
    }
    setTimeout(() => {
      if (!claim()) return;
      if (alert.sound === "true") sound();
      if (alert.browser === "true") notify(alert.title, alert.body, alert.conversation);
    }, 150 + Math.random() * 150);
  }

  /* The count stands before the title, and stays there when the page changes its own. */
  function count() {
    const unread = byId("unread-count")?.dataset.count || "";
    const plain = document.title.replace(/^\(\d+\+?\) /, "");
    const wanted = unread ? `(${unread}) ${plain}` : plain;
    if (document.title !== wanted) document.title = wanted;
  }

  let queued = false;
  const later = () => {
    if (queued) return;
    queued = true;
    // No animation frame: a hidden tab draws none, and that is where it matters most.
    setTimeout(() => {
      queued = false;
      tell();
      count();
    }, 30);
  };
  new MutationObserver(later).observe(document.documentElement, { childList: true, subtree: true,
    characterData: true, attributes: true, attributeFilter: ["data-id", "data-count"] });

  /* On the account page: asked on the click, heard and seen at once. */
  xobito.tryAlert = async function (way) {
    const note = byId("alert-permission");
    const say = (words) => { if (note) note.textContent = words; };
    if (way === "sound") return sound();
    if (!("Notification" in window)) return say("This browser shows no notifications.");
    const answer = Notification.permission === "default"
      ? await Notification.requestPermission() : Notification.permission;
    if (answer === "granted") say("");
    else say("This browser does not let Xobito show notifications. Allow them in its settings for this site.");
  };
  tell();
  count();
})();
