"""Entries of the activity log as people read them: who did what to which, before and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from xobito_app import registry
from xobito_app.core.text import shorten
from xobito_app.features.activity.schemas import ActivityView

_PLACE = re.compile(r"\{(\w+)(?:\|([^}]*))?\}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
VALUE_LIMIT = 80
"""Characters of a value; whoever wants all of it looks at the thing itself."""

TellTime = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; the name of what it is about is told apart, to be a link."""

    text: str
    is_name: bool = False


def sentence(view: ActivityView, tell_time: TellTime) -> list[Part]:
    """Return what follows the name of who did it.

    An action of a version to come is told by its own name: the log is never without an entry.
    """
    words = registry.log_words().get(view.action)
    if words is None:
        return [Part(f"{view.action.replace('.', ': ').replace('_', ' ')} "), *_named(view, "")]
    parts: list[Part] = []
    end = 0
    for place in _PLACE.finditer(words):
        parts.append(Part(words[end : place.start()]))
        end = place.end()
        default = place[2] or ""
        if place[1] == "name":
            parts += _named(view, default)
        else:
            parts.append(Part(value_words(view.detail.get(place[1]), tell_time) or default))
    parts.append(Part(words[end:]))
    return [part for part in parts if part.text]


def _named(view: ActivityView, default: str) -> list[Part]:
    return [Part(view.object_name or default, is_name=bool(view.object_name))]


def changes(view: ActivityView, tell_time: TellTime) -> list[str]:
    """Return each changed field with its value before and after, such as “City: Rome → Milan”."""
    changed = view.detail.get("changes")
    if not isinstance(changed, Mapping):
        return []
    lines: list[str] = []
    for field, pair in cast("Mapping[str, tuple[Any, Any]]", changed).items():
        before, after = (value_words(value, tell_time) or "empty" for value in pair)
        lines.append(f"{_label(field)}: {before} → {after}")
    return lines


def told(view: ActivityView, tell_time: TellTime) -> str:
    """Return an entry as one line: the sentence, then the changes."""
    said = "".join(part.text for part in sentence(view, tell_time))
    return "; ".join([said, *changes(view, tell_time)])


def _label(field: str) -> str:
    return field.replace("_", " ").capitalize()


def value_words(value: Any, tell_time: TellTime) -> str:
    """Return a kept value as words; ids say nothing to people and are left out."""
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if _ID.fullmatch(value):
            return ""
        case str() if _TIME.fullmatch(value):
            return _time_words(value, tell_time)
        case list():
            words = (value_words(one, tell_time) for one in cast("list[Any]", value))
            return shorten(", ".join(filter(None, words)), VALUE_LIMIT)
        case Mapping():
            pairs = cast("Mapping[str, Any]", value).items()
            words = (f"{_label(name)} {value_words(one, tell_time)}" for name, one in pairs)
            return shorten(", ".join(words), VALUE_LIMIT)
        case _:
            return shorten(str(value), VALUE_LIMIT)


def _time_words(value: str, tell_time: TellTime) -> str:
    try:
        return tell_time(datetime.fromisoformat(value))
    except ValueError:
        return shorten(value, VALUE_LIMIT)
