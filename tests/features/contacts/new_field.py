"""A field put into the catalogue before anything is made of it; prints where it is then found.

A program of its own: what is made of the catalogue is made once, when a module is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import make_dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from xobito_app.features.contacts.records import catalogue

NAME = "nickname"
COMPANY = next(field for field in catalogue.FIELDS if field.name == "company")
NEW = replace(COMPANY, name=NAME, label="Nickname", also=("alias",), help="Like Bob.")
catalogue.FIELDS = (*catalogue.FIELDS, NEW)

# ruff: noqa: E402 - these are to see the new field
from xobito_app.api.v1 import contact_models
from xobito_app.api.v1.imports import ImportForm
from xobito_app.core import clock
from xobito_app.features.contacts.imports import writing
from xobito_app.features.contacts.merging import merge_rows
from xobito_app.features.contacts.records import columns, drafts, published
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.ui.pages.contact.rows import ContactCard
from xobito_app.ui.pages.contacts import form, rows
from xobito_app.ui.pages.inbox.panel_rows import PanelCard

FACTS: dict[str, Any] = {field.name: field.empty for field in catalogue.FIELDS}
FACTS |= {"created_at": clock.now(), "updated_at": clock.now(), "type": "lead"}


def view() -> Any:
    """Return a contact that has the field; the view of contacts is written out, and has not."""
    kind = make_dataclass("Named", [(NAME, str)], bases=(ContactView,), frozen=True)
    return kind(id=UUID(int=0), name="Robert", **{**FACTS, NAME: "Bob"})


def row(nickname: str) -> Any:
    """Return the columns of a contact."""
    columns_ = {field.column: field.empty for field in catalogue.FIELDS if field.column}
    return SimpleNamespace(**{**columns_, "type": "lead", NAME: nickname})


def places() -> Iterator[str]:
    """Yield where the field is found."""
    bob = view()
    if drafts.read_facts({NAME: " Bob "}, "", {}) == {NAME: "Bob"}:
        yield "drafts"
    if columns.cells_of(bob, columns.columns_of([]))[-1] == "Bob":
        yield "exports"
    if columns.guess_mapping(["Alias"], []) == [NAME] and NAME in writing.INSERT:
        yield "imports"
    if merge_rows.combine(row(""), row("Bob")).get(NAME) == "Bob":
        yield "merges"
    if published.contact_fields(bob)[NAME] == "Bob":
        yield "webhooks"
    yield from rest(bob)
    yield from screens(bob)


def rest(bob: Any) -> Iterator[str]:
    """Yield where REST has it."""
    if contact_models.Contact.of(bob).model_dump()[NAME] == "Bob":
        yield "answers of REST"
    for model in (contact_models.ContactNew, contact_models.ContactChange):
        said = model.model_validate({"phone": "+16505550100", NAME: "Bob"})
        schema = model.model_json_schema()["properties"][NAME]["anyOf"][0]
        if said.given()[NAME] == "Bob" and schema["maxLength"] == NEW.limit:
            yield f"{model.__name__} of REST"
    if f"`{NAME}`" in str(ImportForm.model_fields["mapping"].description):
        yield "the documentation of imports"


def screens(bob: Any) -> Iterator[str]:
    """Yield which screens have it."""
    drawn = str(form.contact_form())
    if f'name:"{NAME}"' in drawn and NEW.help in drawn:
        yield "the form"
    if any(field.name == NAME for field in PanelCard.of(bob, [], "UTC").fields):
        yield "the panel"
    if any(fact.value == "Bob" for fact in ContactCard.of(bob, [], "UTC").facts):
        yield "the page of a contact"
    shown = rows.ContactRow.of(bob, [NAME], frozenset(), "UTC")
    if rows.COLUMNS[NAME] == "Nickname" and shown.cells[0].text == "Bob":
        yield "the columns of the list"


if __name__ == "__main__":
    print(json.dumps(list(places())))
