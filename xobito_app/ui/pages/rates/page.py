"""Rates: what estimates and costs are counted with."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import forms
from xobito_app.ui.blocks import (
    Fields,
    actions_cell,
    cell,
    confirm_delete,
    form_dialog,
    line_of,
    list_page,
    main_cell,
    new_button,
)
from xobito_app.ui.components import empty_state, menu_item
from xobito_app.ui.pages.rates.state import CATEGORIES, EDIT, RateFormState, RateRow, RatesState


def rates() -> rx.Component:
    """Return the whole page."""
    fields = Fields(RateFormState)
    new = new_button("New rate", RateFormState, EDIT)
    return list_page(
        RatesState,
        form_dialog(
            RateFormState,
            fields.select("Country", "country", forms.COUNTRIES, empty="All other countries"),
            fields.select("Category", "category", CATEGORIES),
            fields.text("Price of one message", "amount", input_mode="decimal"),
            fields.text("Currency", "currency", help="Three letters, as Meta bills you."),
            fields.text("From", "valid_from", kind="date"),
            new="New rate",
        ),
        confirm_delete(RateFormState, "rate", "Estimates no longer count with it."),
        title="Rates",
        line="What Meta charges for a delivered message. Estimates and costs count with it.",
        primary=new,
        columns=("Country", "Category", "Price", "From", ""),
        row=_row,
        empty=empty_state(
            "coins",
            "No rates yet",
            "Meta's price list names a price by country and category. Keep those you use, and"
            " campaigns say what they will cost.",
            new,
        ),
    )


def _row(row: ObjectVar[RateRow]) -> rx.Component:
    ask = RateFormState.ask("delete", row.id, row.country)
    return line_of(
        row,
        main_cell(row.country),
        cell(row.category),
        cell(row.amount, tabular=True),
        cell(row.since, tabular=True),
        actions_cell(
            menu_item("Delete", icon_name="trash-2", danger=True, on_select=ask), needs=EDIT
        ),
    )
