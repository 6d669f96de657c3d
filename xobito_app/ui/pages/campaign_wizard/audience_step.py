"""Step two on the screen: who is meant."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import choice_options, loaded
from xobito_app.ui.components import (
    chip,
    drop_field,
    empty_line,
    field_error,
    note,
    picker_line,
    picker_list,
    removable,
    search_field,
    select_field,
)
from xobito_app.ui.pages.campaign_wizard.audience_state import AudienceState
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.feet import foot
from xobito_app.ui.pages.campaign_wizard.filter_step import filtered
from xobito_app.ui.pages.campaign_wizard.rows import WAYS, GroupRow, PersonRow


def audience_step() -> rx.Component:
    """Return the step."""
    state = AudienceState
    return rx.fragment(
        rx.el.div(
            *(
                chip(
                    words,
                    on_click=state.choose_way(way),
                    aria_pressed=rx.cond(state.way == way, "true", "false"),
                )
                for way, words in WAYS
            ),
            class_name=f"{styles.LINE} campaign-ways",
            role="group",
            aria_label="Who gets it",
        ),
        loaded(
            state,
            rx.fragment(
                rx.match(
                    state.way,
                    ("segment", _segment()),
                    ("filter", filtered()),
                    ("everyone", note("Every contact of the workspace is meant.", "info")),
                    ("picked", _picked()),
                    ("file", _file()),
                    _groups(),
                )
            ),
            rows=3,
        ),
        field_error(DraftState.errors, "audience"),
        rx.cond(state.groups, _except()),
        foot("variables", "Variables"),
    )


def _groups() -> rx.Component:
    return rx.cond(
        AudienceState.groups,
        rx.el.fieldset(
            rx.el.legend("Everybody in one of these groups"),
            rx.foreach(AudienceState.groups, _group),
            class_name="choice-lines",
        ),
        empty_line("There are no groups yet. Make them under Contacts, or use a file."),
    )


def _group(row: ObjectVar[GroupRow]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=row.is_in,
            on_change=AudienceState.toggle_group(row.id),
        ),
        rx.el.span(row.name),
        class_name=styles.CHECK,
        key=row.id,
    )


def _except() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Leave out the members of groups"),
        rx.el.div(rx.foreach(AudienceState.groups, _left_out), class_name="choice-lines"),
    )


def _left_out(row: ObjectVar[GroupRow]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=row.is_out,
            on_change=AudienceState.toggle_except(row.id),
        ),
        rx.el.span("Not: ", row.name),
        class_name=styles.CHECK,
        key=row.id,
    )


def _segment() -> rx.Component:
    return rx.cond(
        AudienceState.has_segments,
        select_field(
            "Segment",
            choice_options(AudienceState.segments, "Choose a segment"),
            name="segment",
            help="Whoever is in it when you launch.",
            value=DraftState.card.segment_id,
            on_change=AudienceState.choose_segment,
        ),
        empty_line("There are no segments yet. Save a filter of the contact list as one."),
    )


def _picked() -> rx.Component:
    state = AudienceState
    return rx.el.div(
        search_field("Find a contact", on_change=state.find.debounce(200)),
        rx.cond(state.found, picker_list(state.found, _found, empty="Nobody fits.")),
        rx.cond(
            state.picked_words, rx.el.p(state.picked_words, class_name=styles.MUTED, role="status")
        ),
        rx.el.div(rx.foreach(state.picked, _person), class_name=f"{styles.LINE} campaign-ways"),
        class_name=styles.STACK,
    )


def _found(row: ObjectVar[PersonRow]) -> rx.Component:
    return picker_line(
        row.name, rx.el.span(row.phone), on_click=AudienceState.pick(row.id), key=row.id
    )


def _person(row: ObjectVar[PersonRow]) -> rx.Component:
    return removable(
        row.name,
        on_remove=AudienceState.pick(row.id),
        label=rx.Var.create("Leave out ") + row.name.to(str),
        key=row.id,
    )


def _file() -> rx.Component:
    card = DraftState.card
    return rx.cond(
        card.id,
        rx.el.div(
            rx.cond(
                card.filename,
                rx.el.div(
                    rx.el.strong(card.filename),
                    rx.el.p(card.file_line, class_name=f"{styles.MUTED} {styles.TABULAR}"),
                    rx.el.div(
                        rx.foreach(card.columns, lambda column: chip(column, key=column)),
                        class_name=f"{styles.LINE} campaign-ways",
                        aria_label="Columns",
                        role="group",
                    ),
                ),
            ),
            drop_field(
                "CSV or XLSX; the first row holds the headings, one column is the phone number."
                " The people need not be contacts.",
                accept=".csv,.tsv,.txt,.xlsx",
                endpoint=card.upload_link,
                then=rx.Var.create("/campaigns/") + card.id.to(str) + "/edit?step=audience&file=",
            ),
            class_name=styles.STACK,
        ),
        empty_line("Choose a template first; the file belongs to the campaign."),
    )
