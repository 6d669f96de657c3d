"""Reading answers: a number, a date, an e-mail address, however people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import parse_date
from babel.numbers import NumberFormatError, parse_decimal

from xobito_app.core import phone
from xobito_app.core.errors import Invalid
from xobito_app.core.text import one_line
from xobito_app.features.flows.engine.inputs import Message
from xobito_app.features.flows.engine.scene import Scene

NOUNS: Mapping[str, str] = {
    "text": "text",
    "number": "number",
    "email": "e-mail address",
    "phone": "phone number",
    "date": "date",
    "choice": "choice",
    "location": "location",
    "media": "file",
}
HINTS: Mapping[str, str] = {
    "text": "Please answer in words.",
    "number": "Please answer with a number, like 12.",
    "email": "Please write an e-mail address, like name@example.com.",
    "phone": "Please write a phone number with its country code, like +44 20 7946 0958.",
    "date": "Please write a date, like 2026-12-31.",
    "choice": "Please choose one of these.",
    "location": "Please share your location.",
    "media": "Please send a photo or a file.",
}
_EMAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@[^@\s,;<>()\".]+(?:\.[^@\s,;<>()\".]+)+")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_LONGEST = 300


def read(kind: str, given: Message, scene: Scene) -> str | None:
    """Return an answer as it is kept, or None when it is not of the wanted kind."""
    return _READERS[kind](given, scene)


def _text(given: Message, scene: Scene) -> str | None:
    return given.text.strip() or None


def _number(given: Message, scene: Scene) -> str | None:
    written = one_line(given.text)
    if not written or len(written) > 40:
        return None
    for locale in (scene.locale, "en_US"):
        try:
            value = parse_decimal(written, locale=_locale(locale), strict=True)
        except NumberFormatError:
            continue
        return format(value, "f") if value.is_finite() else None
    return None


def _email(given: Message, scene: Scene) -> str | None:
    written = one_line(given.text)
    return written if len(written) <= 191 and _EMAIL.fullmatch(written) else None


def _phone(given: Message, scene: Scene) -> str | None:
    try:
        number = phone.normalise(one_line(given.text)[:_LONGEST], scene.country)
    except Invalid:
        return None
    return number if phone.is_valid(number) else None


def _date(given: Message, scene: Scene) -> str | None:
    written = one_line(given.text).lower()[:40]
    today = scene.local_now.date()
    near = {"today": 0, "tomorrow": 1}
    if written in near:
        return (today + timedelta(days=near[written])).isoformat()
    try:
        if _ISO.fullmatch(written):
            year, month, day = (int(part) for part in written.split("-"))
            return date(year, month, day).isoformat()
        return parse_date(written, locale=_locale(scene.locale)).isoformat()
    except (ValueError, IndexError, AttributeError):
        return None


def _location(given: Message, scene: Scene) -> str | None:
    if given.latitude is None or given.longitude is None:
        return None
    return f"{given.latitude:.6f},{given.longitude:.6f}"


def _media(given: Message, scene: Scene) -> str | None:
    return given.media or None


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")


_READERS: Mapping[str, Callable[[Message, Scene], str | None]] = {
    "text": _text,
    "number": _number,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "choice": _text,
    "location": _location,
    "media": _media,
}
