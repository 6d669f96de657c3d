"""Facebook's sign-up window: loads Meta's script only when asked, and hands back code and ids."""

from __future__ import annotations

import reflex as rx

_SCRIPT = """
(() => new Promise((resolve) => {
  const found = {};
  const hear = (event) => {
    if (!/^https:\\/\\/([a-z0-9-]+\\.)*facebook\\.com$/.test(event.origin)) return;
    try {
      const told = JSON.parse(event.data);
      if (told.type === "WA_EMBEDDED_SIGNUP" && told.data) {
        found.waba_id = told.data.waba_id || "";
        found.phone_number_id = told.data.phone_number_id || "";
      }
    } catch (_) { /* other messages of Facebook's */ }
  };
  window.addEventListener("message", hear);
  const finish = (answer) => {
    window.removeEventListener("message", hear);
    resolve({ ...found, ...answer });
  };
  const open = () => {
    FB.init({ appId: APP, autoLogAppEvents: false, xfbml: false, version: VERSION });
    FB.login((response) => {
      const code = response.authResponse && response.authResponse.code;
      // The session info may come a moment after the code.
      setTimeout(() => finish(code ? { code } : { problem: "The sign-up was not finished." }), 400);
    }, {
      config_id: CONFIG, response_type: "code", override_default_response_type: true,
      extras: { setup: {}, sessionInfoVersion: "3" },
    });
  };
  if (window.FB) { open(); return; }
  const script = document.createElement("script");
  script.src = "https://connect.facebook.net/en_US/sdk.js";
  script.onload = open;
  script.onerror = () => finish({ problem: "Facebook's script could not be loaded." });
  document.head.append(script);
}))()
"""


def signup_script(app_id: rx.Var[str], config_id: rx.Var[str], version: rx.Var[str]) -> rx.Var[str]:
    """Return the script that opens the window; all three come from the installation's settings."""
    head, rest = _SCRIPT.split("APP", 1)
    middle, rest = rest.split("VERSION", 1)
    before_config, tail = rest.split("CONFIG", 1)
    script = rx.Var.create(head) + app_id.to_string() + middle + version.to_string()
    return script + before_config + config_id.to_string() + tail
