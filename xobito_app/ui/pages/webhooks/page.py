"""Settings → Webhooks: where events go, which, and whether they arrived."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.events import ChangeType, RecordType
from xobito_app.ui import forms, styles
from xobito_app.ui.components import (
    badge,
    button,
    confirm_dialog,
    dialog,
    dialog_close,
    dialog_foot,
    error_state,
    note,
    page_body,
    page_header,
    section,
    shown_once,
    skeleton_rows,
    switch_field,
    text_field,
)
from xobito_app.ui.components.fields import switch
from xobito_app.ui.pages.webhooks.log import delivery_log, open_delivery
from xobito_app.ui.pages.webhooks.state import SIGNING_KEY, DeliveryLogState, WebhooksState

_RECORDS = {
    RecordType.CONTACT: "Contacts",
    RecordType.STATUS: "Statuses",
    RecordType.SOURCE: "Sources",
}
_VERIFY = """import hashlib, hmac

def is_from_xobito(secret: str, raw_body: bytes, signature: str) -> bool:
    expected = hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)"""


def webhooks() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "Webhooks",
            rx.cond(
                WebhooksState.endpoint.exists,
                button(
                    "Send test",
                    icon_name="send",
                    busy=DeliveryLogState.is_testing,
                    on_click=DeliveryLogState.send_test,
                ),
            ),
            line="Tell another system when contacts, statuses or sources change.",
        ),
        rx.match(
            WebhooksState.stage,
            ("ready", _sections()),
            ("failed", error_state(WebhooksState.problem, WebhooksState.load)),
            skeleton_rows(),
        ),
        _secret_dialog(),
        _rotate_question(),
        open_delivery(),
    )


def _sections() -> rx.Component:
    endpoint = WebhooksState.endpoint
    return rx.fragment(
        rx.cond(endpoint.is_disabled, _disabled()),
        section(
            "Where to",
            "A POST with JSON for each change, signed, in order for each contact.",
            rx.cond(
                endpoint.exists,
                rx.el.p(
                    badge(endpoint.state, endpoint.tone),
                    " ",
                    rx.el.span(endpoint.fares, class_name=styles.MUTED),
                ),
            ),
            _form(),
        ),
        rx.cond(endpoint.exists, _secret_section()),
        rx.cond(
            endpoint.exists,
            section(
                "Deliveries",
                "Kept for 30 days. What fails is tried again for 24 hours.",
                delivery_log(),
            ),
        ),
    )


def _disabled() -> rx.Component:
    return rx.el.div(
        note(WebhooksState.endpoint.reason, "danger", icon_name="circle-alert", role="alert"),
        button(
            "Switch on again",
            weight="primary",
            icon_name="power",
            on_click=WebhooksState.switch_on,
        ),
        class_name=styles.STACK,
    )


def _form() -> rx.Component:
    return forms.guarded_form(
        "webhook",
        text_field(
            "URL",
            name="url",
            kind="url",
            errors=WebhooksState.errors,
            default_value=WebhooksState.endpoint.url,
            placeholder="https://example.com/hooks/xobito",
            help="It must answer 2xx within 30 seconds. Redirects are not followed.",
            required=True,
        ),
        rx.cond(
            WebhooksState.warning,
            note(WebhooksState.warning, "warning", icon_name="triangle-alert", role="status"),
        ),
        _matrix(),
        rx.cond(
            WebhooksState.errors.contains("events"),
            rx.el.span(WebhooksState.errors["events"], class_name=styles.FIELD_ERROR, role="alert"),
        ),
        switch_field(
            "Send events",
            help="Off: changes are not told, and not kept for later.",
            name="is_on",
            default_checked=WebhooksState.endpoint.is_on,
        ),
        on_submit=WebhooksState.save,
    )


def _matrix() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div("When", class_name=styles.MATRIX_NAME),
            rx.el.div(
                *(rx.el.div(change_type.value.capitalize()) for change_type in ChangeType),
                class_name="deeds",
            ),
            class_name=f"{styles.MATRIX_ROW} {styles.MUTED}",
            aria_hidden="true",
        ),
        *(_record(record, name) for record, name in _RECORDS.items()),
        class_name=styles.MATRIX,
    )


def _record(record: RecordType, name: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(name, class_name=styles.MATRIX_NAME),
        rx.el.div(
            *(
                rx.el.div(
                    switch(
                        f"{name} {change_type.value}",
                        name=f"{record.value}.{change_type.value}",
                        default_checked=WebhooksState.events[f"{record.value}.{change_type.value}"],
                    )
                )
                for change_type in ChangeType
            ),
            class_name="deeds",
        ),
        class_name=styles.MATRIX_ROW,
    )


def _secret_section() -> rx.Component:
    return section(
        "Signature",
        "How the other side knows that a request is ours.",
        rx.el.p(
            rx.el.code("X-Webhook-Signature", class_name=styles.MONO),
            " is the HMAC-SHA256 of the raw body with the signing secret, in lowercase hex. "
            "Compare it before reading the body; ",
            rx.el.code("X-Webhook-Id", class_name=styles.MONO),
            " is the same on every retry.",
        ),
        rx.el.pre(_VERIFY, class_name="raw", tab_index=0),
        rx.el.div(
            button(
                "New secret",
                icon_name="refresh-cw",
                on_click=WebhooksState.ask_to_rotate(True),
            )
        ),
    )


def _secret_dialog() -> rx.Component:
    return dialog(
        "Signing secret",
        shown_once(SIGNING_KEY, label="Signing secret"),
        dialog_foot(dialog_close("I have kept it")),
        line="Keep it now: it is not shown again.",
        open=WebhooksState.is_secret_shown,
        on_open_change=WebhooksState.forget_secret,
    )


def _rotate_question() -> rx.Component:
    return confirm_dialog(
        "Make a new secret?",
        "All that is sent from now on is signed with it, what waits included. "
        "The other side must know it first.",
        verb="Make a new secret",
        open=WebhooksState.is_asking,
        on_open_change=WebhooksState.ask_to_rotate,
        on_confirm=WebhooksState.rotate,
    )
