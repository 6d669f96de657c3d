"""Custom fields: what a team keeps of its contacts besides the common facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import clean, one_line, slugify
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.schemas import CustomFieldDraft, CustomFieldView
from xobito_app.models.contacts import CustomField, FieldKind
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce

MOST_FIELDS = 100
MOST_OPTIONS = 100
OPTION_LIMIT = 191
TEXT_LIMIT = 255
TEXT_AREA_LIMIT = 2000
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")
_WITH_OPTIONS = frozenset({FieldKind.DROPDOWN, FieldKind.CHECKBOXES})
_TICKS = re.compile(r"[;,|\n]")


class CustomFieldRepository(Repository[CustomField]):
    """Custom fields of one workspace."""

    missing = "This custom field no longer exists."

    async def list_all(self) -> Sequence[CustomField]:
        """Return the fields in their order."""
        return await self.all(
            self.scoped()
            .order_by(col(CustomField.position), col(CustomField.id))
            .limit(MOST_FIELDS + 1)
        )


async def list_fields(
    session: AsyncSession, actor: Actor, *, active_only: bool = False
) -> list[CustomFieldView]:
    """Return the custom fields in their order."""
    require(actor, Permission.CONTACTS_VIEW, Permission.CUSTOM_FIELDS_MANAGE)
    views = await load_fields(session, actor.workspace_id)
    return [view for view in views if view.is_active or not active_only]


async def get_field(session: AsyncSession, actor: Actor, *, field_id: UUID) -> CustomFieldView:
    """Return one custom field.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such field.
    """
    require(actor, Permission.CONTACTS_VIEW, Permission.CUSTOM_FIELDS_MANAGE)
    return view_of(await CustomFieldRepository(session, actor.workspace_id).get(field_id))


async def load_fields(session: AsyncSession, workspace_id: UUID) -> list[CustomFieldView]:
    """Return the custom fields in their order, for features that work with contacts."""
    rows = await CustomFieldRepository(session, workspace_id).list_all()
    return [view_of(row) for row in rows]


def view_of(row: CustomField) -> CustomFieldView:
    """Take a field out of its table."""
    return taken_from(
        row,
        CustomFieldView,
        kind=FieldKind(row.kind),
        options=tuple(row.options),
        default=row.default_value,
    )


async def create_field(
    session: AsyncSession, actor: Actor, draft: CustomFieldDraft
) -> CustomFieldView:
    """Add a custom field after the others.

    Raises:
        Forbidden: The actor may not manage custom fields.
        Invalid: A field of the form breaks its rule, each named.
    """
    require(actor, Permission.CUSTOM_FIELDS_MANAGE)
    fields = CustomFieldRepository(session, actor.workspace_id)
    others = await fields.list_all()
    if len(others) >= MOST_FIELDS:
        raise Invalid.field("label", f"A workspace has at most {MOST_FIELDS} custom fields.")
    row = CustomField(
        workspace_id=actor.workspace_id,
        slug="",
        label="",
        position=1 + max((other.position for other in others), default=-1),
    )
    _apply(row, draft, others)
    async with integrity_as_invalid(session):
        session.add(row)
    _tell(session, actor, "custom_field.created", row)
    return view_of(row)


async def update_field(
    session: AsyncSession, actor: Actor, *, field_id: UUID, draft: CustomFieldDraft
) -> CustomFieldView:
    """Change a custom field; its kind and slug stay, for values are kept under them.

    Raises:
        Forbidden: The actor may not manage custom fields.
        Invalid: A field of the form breaks its rule, each named.
        NotFound: It no longer exists.
    """
    require(actor, Permission.CUSTOM_FIELDS_MANAGE)
    fields = CustomFieldRepository(session, actor.workspace_id)
    row = await fields.get(field_id, lock=True)
    others = [other for other in await fields.list_all() if other.id != field_id]
    _apply(row, draft, others)
    row.updated_at = clock.now()
    await fields.add(row)
    _tell(session, actor, "custom_field.updated", row)
    return view_of(row)


async def delete_field(session: AsyncSession, actor: Actor, *, field_id: UUID) -> None:
    """Delete a custom field and what contacts have in it."""
    require(actor, Permission.CUSTOM_FIELDS_MANAGE)
    fields = CustomFieldRepository(session, actor.workspace_id)
    row = await fields.get(field_id, lock=True)
    await (await session.connection()).execute(
        sql(
            "UPDATE contact SET custom = custom - CAST(:slug AS text) "
            "WHERE workspace_id = :workspace AND custom ? :slug"
        ),
        {"slug": row.slug, "workspace": actor.workspace_id},
    )
    await fields.delete(row)
    _tell(session, actor, "custom_field.deleted", row)


async def order_fields(session: AsyncSession, actor: Actor, *, field_ids: Sequence[UUID]) -> None:
    """Put the custom fields into a new order; fields left out follow in their old one."""
    require(actor, Permission.CUSTOM_FIELDS_MANAGE)
    rows = {
        row.id: row for row in await CustomFieldRepository(session, actor.workspace_id).list_all()
    }
    wanted = [field_id for field_id in dict.fromkeys(field_ids) if field_id in rows]
    for position, field_id in enumerate([*wanted, *(i for i in rows if i not in set(wanted))]):
        rows[field_id].position = position
        session.add(rows[field_id])
    activity.record(session, actor, "custom_field.ordered", about="custom_field")
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)


def _tell(session: AsyncSession, actor: Actor, action: str, row: CustomField) -> None:
    activity.record(session, actor, action, about="custom_field", object_id=row.id, name=row.label)
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)


def _apply(row: CustomField, draft: CustomFieldDraft, others: Sequence[CustomField]) -> None:
    errors: dict[str, list[str]] = {}
    is_new = not row.slug
    label = one_line(draft.get("label", row.label))
    if not label or len(label) > 191:
        errors["label"] = ["Write a label of 1 to 191 characters."]
    if is_new:
        slug = draft.get("slug", "").strip().lower() or slugify(label).replace("-", "_")
        if not _SLUG.fullmatch(slug):
            errors["slug"] = ["Use a-z, 0-9, - and _ for the slug, at most 40."]
        elif slug in {other.slug for other in others}:
            errors["slug"] = [f"The slug {slug} is taken."]
        row.slug = slug
        try:
            row.kind = FieldKind(draft.get("kind", FieldKind.TEXT))
        except ValueError:
            errors["kind"] = [f"Choose one of {', '.join(FieldKind)}."]
    options = [one_line(option) for option in draft.get("options", row.options) or ()]
    options = list(dict.fromkeys(option for option in options if option))
    if row.kind not in _WITH_OPTIONS:
        options = []
    elif not options or len(options) > MOST_OPTIONS or max(map(len, options)) > OPTION_LIMIT:
        errors["options"] = [
            f"Give 1 to {MOST_OPTIONS} options of at most {OPTION_LIMIT} characters."
        ]
    placeholder, help_text = (
        one_line(draft.get("placeholder", row.placeholder) or ""),
        one_line(draft.get("help", row.help) or ""),
    )
    if len(placeholder) > 191:
        errors["placeholder"] = ["Use at most 191 characters."]
    if len(help_text) > 500:
        errors["help"] = ["Use at most 500 characters."]
    row.label, row.options = label, options
    row.placeholder, row.help = placeholder, help_text
    row.is_required = draft.get("is_required", row.is_required)
    row.is_active = draft.get("is_active", row.is_active)
    row.shows_in_table = draft.get("shows_in_table", row.shows_in_table)
    default = clean(draft.get("default", row.default_value) or "")
    if default and "options" not in errors and "kind" not in errors:
        try:
            read_value(view_of(row), default)
        except ValueError as reason:
            errors["default"] = [str(reason)]
    row.default_value = default
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def read_value(field: CustomFieldView, given: Any) -> Any:
    """Return a value in its stored form; None when it is empty.

    Raises:
        ValueError: It breaks the rule of the field's kind; the text is for the person.
    """
    if field.kind is FieldKind.CHECKBOXES:
        return _ticked(field, given)
    if isinstance(given, bool | list | tuple | dict):
        raise ValueError("Write a single value.")
    words = "" if given is None else clean(str(given))
    if not words:
        return None
    match field.kind:
        case FieldKind.TEXT | FieldKind.TEXT_AREA:
            limit = TEXT_LIMIT if field.kind is FieldKind.TEXT else TEXT_AREA_LIMIT
            if len(words) > limit:
                raise ValueError(f"Use at most {limit} characters.")
            return one_line(words) if field.kind is FieldKind.TEXT else words
        case FieldKind.NUMBER:
            plain = words.replace(",", ".") if words.count(",") == 1 and "." not in words else words
            if not _NUMBER.fullmatch(plain):
                raise ValueError("Write a number like 12 or 12.5.")
            number = float(plain)
            return int(number) if number.is_integer() else number
        case FieldKind.DATE:
            try:
                return date.fromisoformat(words).isoformat()
            except ValueError:
                raise ValueError("Write a date like 2026-04-16.") from None
        case FieldKind.DROPDOWN:
            return _option(field, words)


def _option(field: CustomFieldView, words: str) -> str:
    for option in field.options:
        if option.lower() == one_line(words).lower():
            return option
    raise ValueError(f"“{one_line(words)[:40]}” is not one of the options.")


def _ticked(field: CustomFieldView, given: Any) -> list[str] | None:
    parts = _TICKS.split(given) if isinstance(given, str) else given
    if isinstance(given, str) and one_line(given).lower() in {o.lower() for o in field.options}:
        parts = [given]
    if parts is None:
        return None
    if not isinstance(parts, list | tuple) or len(parts) > MOST_OPTIONS:
        raise ValueError("Give a list of options.")
    ticked = {_option(field, part) for part in map(str, parts) if part.strip()}
    return [option for option in field.options if option in ticked] or None


def read_values(
    fields: Sequence[CustomFieldView],
    given: Mapping[str, Any],
    held: Mapping[str, Any] | None,
    errors: dict[str, list[str]],
) -> dict[str, Any]:
    """Return a contact's custom values after a change; what is wrong goes into `errors`.

    Args:
        held: The values there are; None for a new contact, which gets the defaults.
    """
    by_slug = {field.slug: field for field in fields}
    values = dict(held or {})
    wanted = dict(given)
    for slug in wanted.keys() - by_slug.keys():
        errors[f"custom.{slug[:40]}"] = ["There is no such custom field."]
    if held is None:
        for field in fields:
            if field.is_active and field.default:
                wanted.setdefault(field.slug, field.default)
    for slug, value in wanted.items():
        if slug not in by_slug:
            continue
        try:
            stored = read_value(by_slug[slug], value)
        except ValueError as reason:
            errors[f"custom.{slug}"] = [str(reason)]
            continue
        values[slug] = stored
    for field in fields:
        is_asked = held is None or field.slug in wanted
        if field.is_required and field.is_active and is_asked and values.get(field.slug) is None:
            errors.setdefault(f"custom.{field.slug}", [f"{field.label} is required."])
    return {slug: value for slug, value in values.items() if value is not None}
