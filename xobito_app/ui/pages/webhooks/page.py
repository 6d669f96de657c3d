"""Settings → Webhooks: where events go, which, and whether they arrived."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.events import ChangeType, RecordType
from xobito_app.ui import styles
from xobito_app.ui.blocks import confirm, loaded, page_form, shown_once
from xobito_app.ui.components import (
    badge,
    button,
    note,
    page_body,
    page_header,
    section,
    switch_field,
    text_field,
)
from xobito_app.ui.components.fields import field_error, switch
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
                    busy=DeliveryLogState.is_busy,
                    on_click=DeliveryLogState.send_test,
                ),
            ),
            line="Tell another system when contacts, statuses or sources change.",
        ),
        loaded(WebhooksState, _sections()),
        shown_once(
            SIGNING_KEY,
            title="Signing secret",
            label="Signing secret",
            open=WebhooksState.is_secret_shown,
            on_close=WebhooksState.forget_secret,
            verb="I have saved it",
        ),
        confirm(
            WebhooksState,
            "rotate",
            title="Make a new secret?",
            line="Everything sent from now on is signed with it, waiting deliveries included. "
            "Tell the other system first.",
            verb="Make a new secret",
            on_confirm=WebhooksState.rotate,
        ),
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
    return page_form(
        "webhook",
        text_field(
            "URL",
            name="url",
            kind="url",
            errors=WebhooksState.errors,
            default_value=WebhooksState.endpoint.url,
            placeholder="https://example.com/hooks/xobito",
            help="It must answer 2xx within 30 seconds. Redirects are not followed.",
        ),
        rx.cond(
            WebhooksState.warning,
            note(WebhooksState.warning, "warning", icon_name="triangle-alert", role="status"),
        ),
        rx.el.div(_matrix(), field_error(WebhooksState.errors, "events"), class_name=styles.FIELD),
        switch_field(
            "Send events",
            help="While off, changes are neither sent nor kept for later.",
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
        "How the other system knows that a request comes from Xobito.",
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
                on_click=WebhooksState.ask("rotate", "", ""),
            )
        ),
    )
