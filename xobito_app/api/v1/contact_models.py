"""Contacts as requests and answers write them, made of the catalogue of contact fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Optional
from uuid import UUID

from pydantic import Field, JsonValue, create_model

from xobito_app.api.rest.shapes import Change, In, Moment, NotNull, Out, limited
from xobito_app.features.contacts.records.catalogue import FIELDS, ContactField, Shape
from xobito_app.features.contacts.records.published import contact_fields, contact_relations
from xobito_app.features.contacts.schemas import ContactDraft, ContactView

# A type checker takes only what stands in the source for a type; these are made at run time.
_annotated: Any = Annotated
_literal: Any = Literal
_not_null: Any = NotNull
_or_null: Any = Optional


class Named(Out):
    """Something with a name."""

    id: UUID
    name: str


class StatusMark(Out):
    """The status of a contact."""

    id: UUID
    name: str
    color: str


_TOLD: Mapping[Shape, Any] = {
    Shape.TEXT: str,
    Shape.PHONE: str | None,
    Shape.FLAG: bool,
    Shape.MOMENT: _or_null[Moment],
    Shape.STAMP: Moment,
    Shape.REFERENCE: UUID | None,
    Shape.CUSTOM: dict[str, JsonValue],
}
_RELATED: Mapping[Shape, Any] = {Shape.REFERENCE: Named | None, Shape.GROUPS: list[Named]}
_MARKED: Mapping[str, Any] = {"status": StatusMark | None}
_SHORTEST_NUMBER = 3


def _told() -> type[Out]:
    """Return what answers say of a contact: its own fields, then what it refers to."""
    own = {
        field.column: (_TOLD[field.shape], Field(description=field.told or None))
        for field in FIELDS
        if field.is_published
    }
    related = {
        field.name: _MARKED.get(field.name, _RELATED[field.shape])
        for field in FIELDS
        if field.shape in _RELATED
    }
    return create_model("ContactTold", __base__=Out, id=UUID, **own, **related)


def _said(field: ContactField) -> Any:
    """Return how a body says a field."""
    match field.shape:
        case Shape.TEXT if field.choices:
            return _literal[field.choices]
        case Shape.TEXT:
            return _annotated[str, limited(field.written_limit or field.limit)]
        case Shape.PHONE:
            return _annotated[str, limited(field.written_limit, _SHORTEST_NUMBER)]
        case Shape.REFERENCE:
            return UUID
        case Shape.GROUPS:
            return list[Annotated[str, limited(191, 1)]]
        case Shape.CUSTOM:
            return dict[str, JsonValue]
        case _:
            return bool


_EMPTIED = frozenset({Shape.TEXT, Shape.PHONE, Shape.REFERENCE, Shape.GROUPS})
_MOST_GROUPS = 100


def _body(base: type[In]) -> type[In]:
    """Return what a body may say of a contact; of a new one the number must be said."""
    is_change = issubclass(base, Change)
    said: dict[str, Any] = {}
    for field in FIELDS:
        if not field.draft_key:
            continue
        rules: dict[str, Any] = {"description": field.taken or None}
        if field.shape is Shape.GROUPS:
            rules["max_length"] = _MOST_GROUPS
        what = _said(field)
        if field.shape is Shape.PHONE and not is_change:
            said[field.draft_key] = (what, Field(**rules))
            continue
        is_firm = is_change and (field.shape not in _EMPTIED or field.choices)
        kind = (_not_null if is_firm else _or_null)[what]
        said[field.draft_key] = (kind, Field(default=None, **rules))
    return create_model("ContactSaid", __base__=base, **said)


class Contact(_told()):
    """A contact whole."""

    @classmethod
    def of(cls, view: ContactView) -> Contact:
        """Take a contact over from the address book."""
        return cls.model_validate(
            {"id": view.id, **contact_fields(view), **contact_relations(view)}
        )


class ContactChange(_body(Change)):
    """Fields of a contact that change; those left out stay as they are."""


class ContactNew(_body(In)):
    """A new contact."""


def draft_of(body: ContactNew | ContactChange) -> ContactDraft:
    """Return what a body says, as the address book takes it."""
    return ContactDraft(**body.given())
