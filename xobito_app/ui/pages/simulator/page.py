"""The simulator: people at the left, a phone in the middle, clock and disturbances at the right."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import Fields, form_dialog, loaded
from xobito_app.ui.components import (
    avatar,
    button,
    empty_state,
    icon_button,
    link_button,
    person_button,
    switch_field,
)
from xobito_app.ui.components.pickers import person_words
from xobito_app.ui.pages.inbox.bubbles import tick
from xobito_app.ui.pages.simulator.state import (
    BenchState,
    CustomerRow,
    NewCustomerState,
    PhoneRow,
    PhoneState,
)
from xobito_app.ui.theme import icon


def simulator() -> rx.Component:
    """The whole page, or why the simulator cannot be used."""
    state, fields = PhoneState, Fields(NewCustomerState)
    form = form_dialog(
        NewCustomerState,
        fields.text("Name", "name", auto_focus=True),
        fields.text(
            "Phone",
            "phone",
            placeholder="+1 650 555 0100",
            help="Leave it empty for a person who hides the number behind a username.",
        ),
        new="New customer",
        verb="Add customer",
    )
    trouble = empty_state(
        "smartphone",
        "The simulator is not running",
        state.problem,
        button("Try again", icon_name="rotate-ccw", on_click=state.load),
        link_button("Connect the simulator", to="/welcome"),
        role="alert",
    )
    shown = rx.el.div(_people(), _phone(), _drawer(), form, class_name="phone-page")
    return loaded(state, shown, ("failed", trouble), rows=8)


def _people() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h1("Customers", class_name=styles.CARD_TITLE),
            button("New", icon_name="plus", compact=True, on_click=NewCustomerState.write_new),
            class_name="phone-people-head",
        ),
        rx.cond(
            PhoneState.customers.length() > 0,
            rx.el.ul(rx.foreach(PhoneState.customers, _person), class_name=styles.PEOPLE),
            empty_state("users", "No customers yet", "Add one, and write to the business as them."),
        ),
        class_name="phone-people",
        aria_label="Customers",
    )


def _person(row: ObjectVar[CustomerRow]) -> rx.Component:
    return rx.el.li(
        person_button(
            avatar(row.initials, row.tone, size="medium"),
            row.name,
            person_words(rx.cond(row.preview != "", row.preview, row.detail)),
            aria_current=row.is_selected,
            on_click=PhoneState.choose(row.id),
        ),
        key=row.id,
    )


def _phone() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.header(
                avatar(icon("store"), 1),
                rx.el.div(
                    rx.el.strong("The business"),
                    rx.cond(
                        PhoneState.customer_id != "",
                        rx.el.span(
                            rx.cond(PhoneState.is_typing, "typing…", "seen by " + PhoneState.name),
                            class_name="phone-sub",
                        ),
                    ),
                    class_name="phone-title",
                ),
                class_name="phone-head",
            ),
            rx.el.ol(
                rx.foreach(PhoneState.rows, _bubble),
                rx.cond(PhoneState.rows.length() == 0, rx.el.li(_nothing_said())),
                class_name="phone-chat",
                id="phone-chat",
                aria_live="polite",
            ),
            rx.cond(PhoneState.customer_id != "", _write()),
            class_name="phone-frame",
        ),
        class_name="phone-stage",
        aria_label="The customer's phone",
    )


def _nothing_said() -> rx.Component:
    return rx.cond(
        PhoneState.customer_id != "",
        empty_state("message-circle", "Nothing said yet", "Write the first message below."),
        empty_state("smartphone", "Nobody's phone", "Choose a customer, or add one."),
    )


def _bubble(row: ObjectVar[PhoneRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.cond(row.quote != "", rx.el.blockquote(row.quote, class_name="quote quote-text")),
            rx.cond(
                row.media != "", rx.el.span(icon("image"), row.media, class_name="phone-media")
            ),
            rx.cond(row.header != "", rx.el.p(row.header, class_name="bubble-header")),
            rx.cond(row.text != "", rx.el.p(row.text, class_name="bubble-text")),
            rx.cond(row.footer != "", rx.el.p(row.footer, class_name="bubble-footer")),
            rx.el.span(
                rx.cond(row.note != "", rx.el.span(row.note)),
                rx.el.time(row.time),
                tick(row.tick),
                class_name="stamp",
            ),
            rx.cond(row.reactions != "", rx.el.span(row.reactions, class_name="reaction")),
            class_name="bubble",
            on_double_click=PhoneState.react(row.id),
            title="Double click to react",
        ),
        rx.foreach(
            row.taps,
            lambda label, index: rx.el.button(
                label,
                type="button",
                on_click=PhoneState.tap(row.id, index),
                class_name="phone-tap",
            ),
        ),
        key=row.id,
        class_name="phone-line",
        data_mine=row.is_mine,
    )


def _write() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            _sample("image", "image", "Send a photo"),
            _sample("document", "file-text", "Send a document"),
            _sample("location", "map-pin", "Send a location"),
            _sample("contacts", "contact", "Send a contact card"),
            class_name="phone-samples",
        ),
        rx.el.div(
            rx.el.input(
                name="text",
                placeholder="Write as the customer",
                aria_label="Write as the customer",
                auto_complete="off",
                max_length=4096,
                class_name=styles.INPUT,
            ),
            button(
                icon("send-horizontal"),
                weight="primary",
                type="submit",
                aria_label="Send as the customer",
            ),
            class_name="phone-say",
        ),
        on_submit=PhoneState.say,
        reset_on_submit=True,
        class_name="phone-write",
    )


def _sample(kind: str, icon_name: str, label: str) -> rx.Component:
    return icon_button(icon_name, label, compact=True, on_click=PhoneState.send_sample(kind))


def _drawer() -> rx.Component:
    return rx.el.aside(
        rx.el.h2("Clock", class_name=styles.CARD_TITLE),
        rx.el.p(BenchState.clock, class_name=styles.TABULAR),
        rx.el.div(
            button("+1 hour", compact=True, on_click=BenchState.leap("1h")),
            button("+6 hours", compact=True, on_click=BenchState.leap("6h")),
            button("+25 hours", compact=True, on_click=BenchState.leap("25h")),
            rx.cond(
                BenchState.is_ahead,
                button("Back to now", compact=True, on_click=BenchState.leap("now")),
            ),
            class_name="phone-leaps",
        ),
        rx.el.p(
            "Move the clock forward and the 24-hour windows close.", class_name=styles.FIELD_HELP
        ),
        rx.el.h2("Disturbances", class_name=styles.CARD_TITLE),
        _disturbance("Every webhook three times", "duplicate", BenchState.duplicate),
        _disturbance("In shuffled order", "reorder", BenchState.reorder),
        _disturbance("Three seconds late", "slow", BenchState.slow),
        _disturbance("A third lost at first", "drop", BenchState.drop),
        rx.cond(
            BenchState.undelivered != "",
            rx.el.p(
                BenchState.undelivered,
                " webhooks are waiting.",
                class_name=styles.FIELD_HELP,
            ),
        ),
        class_name="phone-drawer",
        aria_label="Clock and disturbances",
    )


def _disturbance(label: str, name: str, is_on: rx.Var[bool]) -> rx.Component:
    return switch_field(
        label, checked=is_on, on_checked_change=lambda value: BenchState.disturb(name, value)
    )
