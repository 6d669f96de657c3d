"""What the address of the contacts page says: filters as people write and share them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from xobito_app.features.contacts.schemas import ContactFilter, CustomRule

TYPES = {"lead": "Lead", "customer": "Customer", "guest": "Guest"}
_IDS = {"status": "status_ids", "source": "source_ids", "group": "group_ids"}
_ANSWERS = {"opted_out": "opted_out", "enabled": "enabled", "phone": "has_phone"}
_CUSTOM = "field."
_LONGEST = 100 * 37
"""Characters of a hundred ids."""
NAMES = ("q", "type", *_IDS, "assignee", *_ANSWERS, "country", "language", "since", "until")
"""The parameters in the order in which their chips stand."""

Query = Mapping[str, str]


def read_query(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters of an address that are filters and say something, cut to size."""
    query = {
        name: str(value)[: _LONGEST if name in _IDS else 200]
        for name, value in given.items()
        if value and (name in NAMES or is_custom(name))
    }
    if "country" in query:
        query["country"] = query["country"][:2].upper()
    return query


def filter_of(query: Query, zone: str) -> ContactFilter:
    """Return the filter an address means; what cannot be read narrows nothing."""
    wanted: dict[str, Any] = {"search": query.get("q", "")}
    if query.get("type") in TYPES:
        wanted["type"] = query["type"]
    for name, field in _IDS.items():
        wanted[field] = _ids(query.get(name, ""))
    for name, field in _ANSWERS.items():
        if query.get(name) in {"yes", "no"}:
            wanted[field] = query[name] == "yes"
    if query.get("assignee") == "nobody":
        wanted["is_unassigned"] = True
    else:
        wanted["assignee_id"] = next(iter(_ids(query.get("assignee", ""))), None)
    wanted["country"] = query.get("country", "")[:2].upper()
    wanted["language"] = query.get("language", "")[:16]
    wanted["created_from"] = _day(query.get("since", ""), zone)
    until = _day(query.get("until", ""), zone)
    wanted["created_until"] = until + timedelta(days=1) if until else None
    wanted["custom"] = tuple(
        CustomRule(slug=name.removeprefix(_CUSTOM)[:40], op="contains", value=value)
        for name, value in query.items()
        if is_custom(name)
    )[:20]
    return ContactFilter(**wanted)


def query_of(contact_filter: ContactFilter, zone: str) -> dict[str, str]:
    """Return the parameters that mean a filter; the way back from `filter_of`."""
    query = {"q": contact_filter.search, "type": contact_filter.type}
    for name, field in _IDS.items():
        query[name] = ",".join(str(row_id) for row_id in getattr(contact_filter, field))
    for name, field in _ANSWERS.items():
        answer = getattr(contact_filter, field)
        query[name] = "" if answer is None else "yes" if answer else "no"
    query["assignee"] = (
        "nobody" if contact_filter.is_unassigned else str(contact_filter.assignee_id or "")
    )
    query["country"], query["language"] = contact_filter.country, contact_filter.language
    query["since"] = _date(contact_filter.created_from, zone)
    until = contact_filter.created_until
    query["until"] = _date(until - timedelta(days=1) if until else None, zone)
    query |= {f"{_CUSTOM}{rule.slug}": rule.value for rule in contact_filter.custom}
    return read_query(query)


def path_of(query: Query, **more: str) -> str:
    """Return the address of the page that shows what a query means."""
    said = {name: value for name, value in {**query, **more}.items() if value}
    return f"/contacts?{urlencode(said)}" if said else "/contacts"


def custom_name(slug: str) -> str:
    """Return the parameter that narrows by a custom field."""
    return f"{_CUSTOM}{slug}"


def is_custom(name: str) -> bool:
    """Tell whether a parameter narrows by a custom field."""
    return name.startswith(_CUSTOM)


def _ids(words: str) -> tuple[UUID, ...]:
    found: list[UUID] = []
    for word in words.split(",")[:100]:
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return tuple(found)


def _day(text: str, zone: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None


def _date(moment: datetime | None, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d}" if moment else ""
