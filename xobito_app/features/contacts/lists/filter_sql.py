"""From a filter to SQL: which contacts are meant, and in which order they stand."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, cast, func, literal, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import and_, col, not_, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from xobito_app.core.errors import Invalid
from xobito_app.core.text import one_line
from xobito_app.features.contacts.schemas import ContactFilter, CustomRule, Sort, SortBy
from xobito_app.models.contacts import (
    HAYSTACK,
    SORT_COMPANY,
    SORT_NAME,
    Contact,
    ContactGroupMember,
)
from xobito_app.persistence.arrays import any_of

Condition = ColumnElement[bool]
MOST_WORDS = 8
FEW_HITS = 2000
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,17})?")
_NUMBER_LIKE = re.compile(r"[+\d\s()./-]+")
_COLUMNS: dict[SortBy, Any] = {
    SortBy.CREATED: col(Contact.created_at),
    SortBy.UPDATED: col(Contact.updated_at),
    SortBy.NAME: SORT_NAME,
    SortBy.EMAIL: col(Contact.email),
    SortBy.COMPANY: SORT_COMPANY,
}
_TIMES = frozenset({SortBy.CREATED, SortBy.UPDATED})


def matching(workspace_id: UUID, contact_filter: ContactFilter) -> SelectOfScalar[UUID]:
    """Return a statement for the ids of all contacts a filter means."""
    return select(Contact.id).where(*conditions(workspace_id, contact_filter))


def conditions(workspace_id: UUID, contact_filter: ContactFilter) -> list[Condition]:
    """Say a filter in SQL; the workspace comes first."""
    return [
        col(Contact.workspace_id) == workspace_id,
        *_plain(contact_filter),
        *_searched(contact_filter.search),
        *(_custom(rule) for rule in contact_filter.custom),
        *(conditions(workspace_id, contact_filter.within) if contact_filter.within else ()),
    ]


def _plain(contact_filter: ContactFilter) -> list[Condition]:
    found: list[Condition] = []
    for column, wanted in (
        (col(Contact.id), contact_filter.ids),
        (col(Contact.status_id), contact_filter.status_ids or None),
        (col(Contact.source_id), contact_filter.source_ids or None),
    ):
        if wanted is not None:
            found.append(any_of(column, wanted))
    for column, value in (
        (col(Contact.type), contact_filter.type),
        (col(Contact.country), contact_filter.country.upper()),
        (col(Contact.language), contact_filter.language),
        (col(Contact.assignee_id), contact_filter.assignee_id),
    ):
        if value:
            found.append(column == value)
    if contact_filter.group_ids:
        found.append(_in_groups(contact_filter.group_ids))
    if contact_filter.is_unassigned:
        found.append(col(Contact.assignee_id).is_(None))
    if contact_filter.opted_out is not None:
        found.append(_present(col(Contact.opted_out_at), contact_filter.opted_out))
    if contact_filter.has_phone is not None:
        found.append(_present(col(Contact.phone), contact_filter.has_phone))
    if contact_filter.enabled is not None:
        found.append(col(Contact.is_enabled).is_(contact_filter.enabled))
    if contact_filter.created_from:
        found.append(col(Contact.created_at) >= contact_filter.created_from)
    if contact_filter.created_until:
        found.append(col(Contact.created_at) < contact_filter.created_until)
    if contact_filter.updated_since:
        found.append(col(Contact.updated_at) >= contact_filter.updated_since)
    return found


def _in_groups(group_ids: tuple[UUID, ...]) -> Condition:
    """Gather the members once into an array: looked up as a hash while an order is walked."""
    members = select(ContactGroupMember.contact_id).where(
        any_of(col(ContactGroupMember.group_id), group_ids)
    )
    return col(Contact.id) == any_(func.array(members.scalar_subquery()))


def _present(column: Any, wanted: bool) -> Condition:
    return column.is_not(None) if wanted else column.is_(None)


def _words(typed: str) -> list[set[str]]:
    """Return what must occur: each of these, in one of its ways."""
    line = one_line(typed).lower()
    if _NUMBER_LIKE.fullmatch(line) and (digits := "".join(c for c in line if c.isdigit())):
        # However it was punctuated; and a number at home has a zero that it loses abroad.
        return [{digits, digits.lstrip("0") or digits}]
    return [{word} for word in line.split(" ")[:MOST_WORDS] if word]


def _searched(typed: str, *, quick: bool = False) -> list[Condition]:
    """Say a search in SQL.

    Args:
        quick: Use the function that is quicker a row, of which PostgreSQL cannot guess how many
            rows fit.
    """
    return [
        or_(
            *(
                func.strpos(HAYSTACK, way) > 0 if quick else HAYSTACK.contains(way, autoescape=True)
                for way in sorted(ways)
            )
        )
        for ways in _words(typed)
    ]


async def find_searched(
    session: AsyncSession, workspace_id: UUID, contact_filter: ContactFilter
) -> ContactFilter:
    """Return the filter with its search answered, when few enough contacts fit it.

    The index that holds the searched text answers alone, without a look at the rows. Of many hits
    the order meets the first window soon by itself; of few, it would read the whole table for it.
    """
    if not _words(contact_filter.search) or contact_filter.ids is not None:
        return contact_filter
    statement = select(Contact.id).where(
        col(Contact.workspace_id) == workspace_id, *_searched(contact_filter.search, quick=True)
    )
    hits = tuple(await session.exec(statement.limit(FEW_HITS + 1)))
    if len(hits) > FEW_HITS:
        return contact_filter
    return contact_filter.model_copy(update={"search": "", "ids": hits})


def _custom(rule: CustomRule) -> Condition:
    held = col(Contact.custom)[rule.slug]
    words = held.astext
    is_set = and_(words.is_not(None), words != "", words != "[]")
    number = _number(rule.value)
    # `?` holds for a text that is the value, and for one among ticked boxes.
    same = held.has_key(rule.value)
    if number is not None:
        same = or_(same, held == number)
    match rule.op:
        case "is":
            return func.coalesce(same, False)
        case "is_not":
            return not_(func.coalesce(same, False))
        case "contains":
            return words.icontains(rule.value, autoescape=True)
        case "is_set":
            return func.coalesce(is_set, False)
        case "is_empty":
            return not_(func.coalesce(is_set, False))
        case "at_least":
            return _ordered(held, number, rule.value, at_least=True)
        case "at_most":
            return _ordered(held, number, rule.value, at_least=False)


def _is_a(held: Any, kind: str) -> Condition:
    return func.jsonb_typeof(held) == kind


def _number(text: str) -> ColumnElement[Any] | None:
    """Return a text as a JSON number, when it is one."""
    return cast(literal(text), JSONB(none_as_null=True)) if _NUMBER.fullmatch(text) else None


def _ordered(held: Any, number: Any, text: str, *, at_least: bool) -> Condition:
    """Compare numbers as numbers, and dates as the ISO texts they are stored as."""
    if number is not None:
        order = held >= number if at_least else held <= number
        return and_(_is_a(held, "number"), order)
    order = held.astext >= text if at_least else held.astext <= text
    return and_(_is_a(held, "string"), order)


def ordered(statement: Any, sort: Sort, cursor: str) -> Any:
    """Put a statement over contacts in order, going on after a cursor."""
    column = _COLUMNS[sort.by]
    if cursor:
        statement = statement.where(behind(sort, cursor))
    keys = (column, col(Contact.id))
    return statement.order_by(*(key.desc() if sort.descending else key.asc() for key in keys))


def behind(sort: Sort, cursor: str) -> Condition:
    """Say what follows a cursor.

    Raises:
        Invalid: It is damaged or of another order.
    """
    value, row_id = _decode(cursor, sort)
    here = tuple_(_COLUMNS[sort.by], col(Contact.id))
    there = tuple_(literal(value), literal(row_id))
    return here < there if sort.descending else here > there


def key_of(sort: Sort) -> Any:
    """Return the column a cursor is made of."""
    return _COLUMNS[sort.by]


def encode(sort: Sort, value: object, row_id: UUID) -> str:
    """Pack a position in an order into an opaque cursor."""
    said = value.isoformat() if isinstance(value, datetime) else str(value)
    position = json.dumps([sort.by, said, str(row_id)])
    return base64.urlsafe_b64encode(position.encode()).decode()


def _decode(cursor: str, sort: Sort) -> tuple[Any, UUID]:
    try:
        by, value, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if by != sort.by or not isinstance(value, str):
            raise ValueError
        return datetime.fromisoformat(value) if by in _TIMES else value, UUID(str(row_id))
    except (ValueError, TypeError):
        raise Invalid("This page link is damaged. Start again from the first page.") from None
