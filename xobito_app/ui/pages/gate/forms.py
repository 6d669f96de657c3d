"""How the pages before the sign-in look, and how their forms are posted."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.ui import dom_ids, styles
from xobito_app.ui.components import button, note, problem
from xobito_app.ui.pages.gate.state import GateState

# The form is posted by the browser itself, so that the cookie in the answer stays its own: no
# script of the page ever sees it. Values that only the browser knows are filled in before.
_POST = (
    f"const form = document.getElementById('{dom_ids.GATE_FORM}');"
    + """
const fill = (name, value) => { if (form.elements[name]) form.elements[name].value = value; };
fill("token", window.location.hash.slice(1));
fill("next", new URLSearchParams(window.location.search).get("next") ?? "");
fill("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
fetch(form.action, {
  method: "POST",
  headers: { Accept: "application/json" },
  body: new URLSearchParams(new FormData(form)),
}).then((answer) => answer.json()).then((answer) => {
  if (answer.location) window.location.assign(answer.location);
  return answer;
}).catch(() => ({ problem: "The server does not answer. Try again in a moment." }))
"""
)


def brand() -> rx.Component:
    """Return the mark and the name."""
    return rx.el.div(
        rx.el.img(src="/favicon.svg", alt="", width="26", height="26"),
        "Xobito",
        class_name=styles.BRAND,
    )


def gate_page(title: str | rx.Var[str], line: str | rx.Var[str], *content: Any) -> rx.Component:
    """Return a page before the sign-in: what this is at the left, one form at the right."""
    return rx.el.main(
        _side(),
        rx.el.div(
            brand(),
            rx.el.div(
                rx.el.h1(title, class_name=styles.GATE_TITLE),
                rx.el.p(line, class_name=styles.GATE_LINE),
            ),
            *content,
            class_name=styles.GATE_FORM,
        ),
        class_name=styles.GATE,
    )


def _side() -> rx.Component:
    return rx.el.aside(
        brand(),
        rx.el.div(
            rx.el.p(
                "Answer your customers on WhatsApp together, from one calm inbox.",
                class_name="gate-claim",
            ),
            rx.el.div(
                rx.el.div("Hi! Is the blue one still in stock?", class_name="gate-bubble"),
                rx.el.div(
                    "Yes, two left. Shall I put one aside for you?",
                    class_name="gate-bubble gate-bubble-own",
                ),
                rx.el.div("Please! I’ll come by after work.", class_name="gate-bubble"),
                class_name="gate-picture",
                aria_hidden="true",
            ),
        ),
        rx.el.p("Self-hosted. Your data stays on your server.", class_name=styles.MUTED),
        class_name=styles.GATE_SIDE,
    )


def gate_form(action: str, verb: str | rx.Var[str], *fields: Any) -> rx.Component:
    """Return a form that is posted to `action`; the answer comes to `GateState.answered`."""
    return rx.el.form(
        *fields,
        rx.cond(GateState.news, note(GateState.news, "success", icon_name="circle-check")),
        problem(GateState.problem),
        problem(GateState.errors.get("form", "").to(str)),
        button(verb, weight="primary", wide=True, type="submit", busy=GateState.is_busy),
        id=dom_ids.GATE_FORM,
        method="post",
        action=action,
        no_validate=True,
        class_name=styles.FORM,
        on_submit=[
            GateState.begin,
            rx.call_script(_POST, callback=GateState.answered),
        ],
    )


def hidden_field(name: str) -> rx.Component:
    """Return a field the browser fills in before the form is posted."""
    return rx.el.input(type="hidden", name=name, default_value="")
