"""Filters as chips that read as one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xobito_app.core.text import shorten
from xobito_app.ui.forms import COUNTRIES
from xobito_app.ui.pages.contacts.address import NAMES, TYPES
from xobito_app.ui.pages.contacts.rows import Chip

_ANSWERS = {
    "opted_out": {"yes": "opted out", "no": "not opted out"},
    "enabled": {"yes": "enabled", "no": "switched off"},
    "phone": {"yes": "with a number", "no": "without a number"},
}
_BEFORE = {
    "status": "status is",
    "source": "came from",
    "group": "in group",
    "language": "speaks",
    "since": "since",
    "until": "until",
}


def chips_of(
    query: Mapping[str, str],
    named: Mapping[str, Sequence[tuple[str, str]]],
    own: Mapping[str, str],
) -> list[Chip]:
    """Return a chip for each filter in force.

    Args:
        query: The parameters of the address.
        named: For ids, the names behind them.
        own: The labels of the workspace's own fields by parameter.
    """
    order = [*NAMES, *(name for name in query if name not in NAMES)]
    return [
        Chip(name, shorten(_words(name, query[name], named, own), 80))
        for name in order
        if query.get(name) and name != "q"
    ]


def unlisted_of(
    query: Mapping[str, str], named: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, str]:
    """Return what filters by id say that is none of the choices a form has, in words."""
    return {
        name: _listed(query[name], dict(choices))
        for name, choices in named.items()
        if query.get(name) and query[name] not in {"nobody", *dict(choices)}
    }


def _listed(value: str, names: Mapping[str, str]) -> str:
    return " or ".join(names.get(part, "something deleted") for part in value.split(","))


def _words(
    name: str,
    value: str,
    named: Mapping[str, Sequence[tuple[str, str]]],
    own: Mapping[str, str],
) -> str:
    if name in _ANSWERS:
        return _ANSWERS[name].get(value, value)
    if name == "type":
        return TYPES.get(value, value).lower() + "s"
    if name == "country":
        return "from " + dict(COUNTRIES).get(value.upper(), value)
    if name == "assignee" and value == "nobody":
        return "assigned to nobody"
    names = dict(named.get(name, ()))
    if name == "assignee":
        return f"assigned to {names.get(value, 'somebody who left')}"
    if name in names or name in named:
        return f"{_BEFORE[name]} {_listed(value, names)}"
    if name in own:
        return f"{own[name]} contains {value}"
    return f"{_BEFORE.get(name, name)} {value}"
