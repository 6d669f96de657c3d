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
})();
