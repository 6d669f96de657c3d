"""Step one on the screen: name, number, template."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui.blocks import choice_options, loaded
from xobito_app.ui.components import (
    badge,
    empty_state,
    link_button,
    picker_line,
    picker_list,
    search_field,
    select_field,
    text_field,
)
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.feet import foot
from xobito_app.ui.pages.campaign_wizard.rows import TemplateRow
from xobito_app.ui.pages.campaign_wizard.template_state import TemplateStepState
from xobito_app.ui.theme import icon


def template_step() -> rx.Component:
    """Return the step."""
    draft, state = DraftState, TemplateStepState
    return rx.fragment(
        text_field(
            "Name",
            name="name",
            help="Only your team sees it.",
            errors=draft.errors,
            default_value=draft.card.name,
            on_change=draft.rename.debounce(600),
            max_length=191,
            auto_complete="off",
        ),
        rx.cond(
            draft.numbers.length() > 1,
            select_field(
                "Send from",
                choice_options(draft.numbers),
                name="number_id",
                errors=draft.errors,
                value=draft.card.number_id,
                on_change=draft.choose_number,
            ),
        ),
        search_field("Find a template", on_change=state.find.debounce(200)),
        rx.el.div(
            loaded(
                state,
                rx.cond(
                    state.has_any,
                    picker_list(state.rows, _template, empty="No approved template fits."),
                    empty_state(
                        "layout-template",
                        "No approved template yet",
                        "Campaigns send templates that Meta has approved. Sync them, or make one.",
                        link_button("Templates", to="/templates", weight="primary"),
                    ),
                ),
                rows=3,
            ),
            class_name="campaign-templates",
        ),
        rx.cond(
            draft.card.template_id,
            select_field(
                "Try against a second template",
                choice_options(state.seconds, "No test"),
                name="template_b_id",
                help="Half of the people get it, chosen by chance; the report compares the two.",
                errors=draft.errors,
                value=draft.card.second_id,
                on_change=state.choose_second,
            ),
        ),
        foot("audience", "Audience"),
    )


def _template(row: ObjectVar[TemplateRow]) -> rx.Component:
    return picker_line(
        rx.fragment(
            row.name,
            " ",
            badge(row.language),
            " ",
            badge(row.category),
            rx.cond(row.is_chosen, icon("check", size=16)),
        ),
        rx.el.span(row.preview),
        on_click=TemplateStepState.choose(row.id),
        aria_pressed=rx.cond(row.is_chosen, "true", "false"),
        key=row.id,
    )
