"""Importing contacts in four steps: file, columns, a try, and taking it in."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import choice_options, form, loaded, progress_line
from xobito_app.ui.components import (
    button,
    card,
    card_head,
    download_button,
    drop_field,
    drop_script,
    link_button,
    note,
    page_body,
    page_header,
    problem,
    table,
)
from xobito_app.ui.pages.contact_import.state import ColumnRow, ImportState, PastRow
from xobito_app.ui.reflex_parts import ReactRouterLink

_STEPS = (("file", "File"), ("columns", "Columns"), ("tried", "Test"), ("taken", "Import"))


def import_contacts() -> rx.Component:
    """Return the whole page."""
    state = ImportState
    return page_body(
        page_header(
            "Import contacts",
            link_button("All contacts", to="/contacts", weight="ghost"),
            line="From CSV or XLSX, up to 50 MB. Nothing is saved before you have seen the result.",
        ),
        loaded(
            state,
            rx.fragment(
                _steps(),
                rx.match(
                    state.step,
                    ("columns", _columns()),
                    ("tried", _tried()),
                    ("taken", _taken()),
                    _file(),
                ),
            ),
        ),
        drop_script(),
    )


def _steps() -> rx.Component:
    return rx.el.ol(
        *(
            rx.el.li(
                rx.el.span(str(place), class_name="step-number"),
                word,
                aria_current=rx.cond(ImportState.step == name, "step", "false"),
            )
            for place, (name, word) in enumerate(_STEPS, 1)
        ),
        class_name="wizard-steps",
    )


def _file() -> rx.Component:
    return rx.el.div(
        drop_field(
            "The first row holds the headings; one column must be the phone number. Status,"
            " source and groups are names.",
            accept=".csv,.tsv,.txt,.xlsx",
            endpoint="/imports/contacts",
            then="/contacts/import?id=",
        ),
        rx.cond(ImportState.past, _past()),
        class_name=styles.STACK,
    )


def _past() -> rx.Component:
    return card(card_head("Earlier imports"), rx.foreach(ImportState.past, _past_row))


def _past_row(row: ObjectVar[PastRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            ReactRouterLink.create(row.filename, to=row.link, class_name=styles.CELL_MAIN),
            rx.el.div(row.line, class_name=styles.ROW_LINE),
            class_name=styles.GROW,
        ),
        rx.el.span(row.who, class_name=styles.MUTED),
        rx.el.span(row.when, class_name=f"{styles.MUTED} {styles.TABULAR}"),
        class_name=f"{styles.LIST_ROW} past-import",
        key=row.id,
    )


def _about() -> rx.Component:
    view = ImportState.card
    return rx.el.p(
        rx.el.strong(view.filename),
        " ",
        rx.el.span(view.facts, class_name=f"{styles.MUTED} {styles.TABULAR}"),
    )


def _columns() -> rx.Component:
    state = ImportState
    return form(
        _about(),
        rx.cond(
            state.is_remembered,
            note(
                "Columns are matched as in the last file with these headings.",
                "info",
                icon_name="history",
            ),
        ),
        problem(
            rx.cond(
                state.errors.contains("mapping"),
                state.errors.get("mapping", "").to(str),
                state.errors.get("form", "").to(str),
            ).to(str)
        ),
        table(
            ("Column in the file", "Examples", "Contact field"), rx.foreach(state.columns, _column)
        ),
        rx.el.fieldset(
            rx.el.legend("Numbers you already have as contacts"),
            _known("update", "Update the contact", state.updates_existing),
            _known("skip", "Leave the contact as it is", ~state.updates_existing),
            class_name="choice-lines",
        ),
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name="may_create_labels",
                default_checked=state.may_create_labels,
            ),
            rx.el.span("Make statuses, sources and groups that do not exist yet"),
            class_name=styles.CHECK,
        ),
        rx.el.div(
            link_button("Another file", to="/contacts/import"),
            button("Test, save nothing", weight="primary", type="submit"),
            class_name=styles.LINE,
        ),
        on_submit=state.try_out,
        key=state.card.id,
    )


def _known(value: str, words: str, checked: rx.Var[bool]) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="radio", name="known", value=value, default_checked=checked),
        rx.el.span(words),
        class_name=styles.CHECK,
    )


def _column(row: ObjectVar[ColumnRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.span(row.heading, class_name=styles.CELL_MAIN)),
        rx.el.td(row.examples, class_name=f"{styles.CELL_MUTED} import-examples"),
        rx.el.td(
            rx.el.select(
                choice_options(ImportState.choices, "Do not import"),
                name=row.name,
                default_value=row.field,
                aria_label=rx.Var.create("Contact field for ") + row.heading.to(str),
                class_name=styles.INPUT_COMPACT,
            )
        ),
        key=row.name,
    )


def _figures() -> rx.Component:
    view = ImportState.card
    return rx.el.dl(
        _figure(rx.cond(view.is_dry, "would be added", "added"), view.created),
        _figure(rx.cond(view.is_dry, "would be updated", "updated"), view.updated),
        _figure("skipped", view.skipped),
        _figure("refused", view.failed),
        class_name="figures",
    )


def _figure(words: str | rx.Var[str], number: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(words), rx.el.dd(number, class_name=styles.TABULAR))


def _outcome() -> rx.Component:
    view = ImportState.card
    return rx.fragment(
        _about(),
        rx.cond(view.is_open, progress_line(view, ImportState.stop)),
        rx.cond(view.error, note(view.error, "danger", icon_name="circle-alert")),
        _figures(),
        rx.cond(view.labels_line, note(view.labels_line, "info")),
        rx.cond(
            view.errors_link,
            rx.el.p(
                download_button(
                    "Download refused rows with the reasons", href=view.errors_link, compact=True
                )
            ),
        ),
    )


def _tried() -> rx.Component:
    view = ImportState.card
    return rx.el.div(
        _outcome(),
        rx.cond(
            (view.state == "done") & ~view.is_useful,
            note(
                "No row would be imported; the file of refused rows says why. Numbers without a"
                " country code need the workspace's country, see Settings.",
                "warning",
                icon_name="triangle-alert",
            ),
        ),
        rx.cond(
            view.is_over,
            rx.el.div(
                button("Back to the columns", on_click=ImportState.map_again),
                rx.cond(
                    (view.state == "done") & view.is_useful,
                    button("Import", weight="primary", on_click=ImportState.take_in),
                ),
                class_name=styles.LINE,
            ),
        ),
        class_name=styles.STACK,
    )


def _taken() -> rx.Component:
    view = ImportState.card
    return rx.el.div(
        _outcome(),
        rx.cond(
            view.is_over,
            rx.el.div(
                link_button("Another file", to="/contacts/import"),
                link_button("View contacts", to="/contacts", weight="primary"),
                class_name=styles.LINE,
            ),
            note("The import continues if you leave this page.", "info"),
        ),
        class_name=styles.STACK,
    )
