/* Finding and making elements of a page, for every script. */
(function () {
  "use strict";
  const xobito = (window.xobito = window.xobito || {});

  xobito.byId = (id) => document.getElementById(id);
  xobito.make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  /* What follows the page: called once a frame in which something changed. */
  const followers = [];
  let isQueued = false;
  xobito.onChange = (follow) => followers.push(follow);
  new MutationObserver(() => {
    if (isQueued) return;
    isQueued = true;
    requestAnimationFrame(() => {
      isQueued = false;
      for (const follow of followers) follow();
    });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true,
    attributeFilter: ["data-conversation", "data-focus", "data-unread"] });
})();
