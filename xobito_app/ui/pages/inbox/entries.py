"""Entries of a thread, formatted: everything a bubble shows, decided before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from xobito_app.core.text import initials
from xobito_app.features.inbox.rules import preview_of
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.ui import formats
from xobito_app.ui.pages.inbox.formatting import Piece, pieces_of
from xobito_app.ui.pages.inbox.rows import TICKS

MEDIA_KINDS = {"image", "video", "audio", "document", "sticker"}


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """A button or list row as the customer sees it."""

    title: str
    detail: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A shared contact card."""

    name: str
    detail: str
    initials: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the thread with everything its bubble shows."""

    id: str
    side: str
    kind: str
    text: str
    time: str
    full_time: str
    day: str
    shows_day: bool
    joins_previous: bool
    author: str
    names_author: bool
    shows_author: bool
    tick: str
    tick_label: str
    is_failed: bool
    failure: str
    can_resend: bool
    is_unresolved: bool
    is_scheduled: bool
    is_edited: bool
    is_revoked: bool
    has_quote: bool
    quote_author: str
    quote_text: str
    reaction: str
    our_reaction: str
    can_react: bool
    has_media: bool
    media_kind: str
    media_url: str
    media_ready: bool
    media_failed: bool
    media_note: str
    filename: str
    filesize: str
    ratio: str
    is_voice: bool
    header: str
    footer: str
    map_url: str
    place: str
    referral: str
    referral_url: str
    forwarded: str
    chosen: str
    note: str
    campaign_link: str
    sort: str
    buttons: list[ButtonRow] = field(default_factory=list)
    cards: list[CardRow] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """A message that waits for its time."""

    id: str
    when: str
    preview: str
    sort: str

    @classmethod
    def of(cls, entry: EntryView, zone: str) -> ScheduledRow:
        """Format a scheduled entry for the list above the composer."""
        due = entry.due_at or entry.at
        return cls(
            id=str(entry.id),
            when=formats.weekday(due, zone),
            preview=preview_of(entry.kind, entry.body, entry.content),
            sort=f"{due.timestamp():017.6f}{entry.id}",
        )


_TICK_LABELS = {
    "scheduled": "Scheduled",
    "queued": "Waiting to be sent",
    "sending": "Sending",
    "accepted": "Accepted by WhatsApp",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Not sent",
    "unresolved": "It is not known whether this was sent",
    "cancelled": "Cancelled",
}
_SIDES = {"in": "in", "out": "out", "note": "note", "event": "event"}
_EVENT_KINDS = {"event", "system", "call"}
_FORWARDED = {"often": "Forwarded many times", "once": "Forwarded"}
_LONGEST_TEXT = 16_000
"""Characters of a message that are drawn: WhatsApp's own limit is a quarter of it."""


def entry_row(entry: EntryView, *, zone: str, now: datetime, contact: str) -> EntryRow:
    """Format an entry; neighbours are looked at later by `joined`."""
    content, media, kind, text = entry.content, entry.media, entry.kind, entry.body[:_LONGEST_TEXT]
    ours = entry.direction == "out"
    place = content.get("location") or {}
    due = entry.due_at if entry.status == "scheduled" and entry.due_at else None
    return EntryRow(
        id=str(entry.id),
        side="event" if kind in _EVENT_KINDS else _SIDES.get(entry.direction, "in"),
        kind=kind,
        text=text,
        time=formats.clock_time(entry.at, zone),
        full_time=formats.full(entry.at, zone),
        day=formats.day(entry.at, zone, now),
        shows_day=False,
        joins_previous=False,
        author=entry.author_name if entry.direction != "in" else entry.author_name or contact,
        names_author=_names_author(entry),
        shows_author=False,
        tick=TICKS.get(entry.status, "") if ours else "",
        tick_label=_TICK_LABELS.get(entry.status, "") if ours else "",
        is_failed=entry.status == "failed",
        failure=entry.error_text,
        can_resend=entry.can_resend,
        is_unresolved=entry.status == "unresolved",
        is_scheduled=due is not None,
        is_edited=entry.is_edited and not entry.is_revoked,
        is_revoked=entry.is_revoked,
        has_quote=entry.quote is not None,
        quote_author=(entry.quote.author or contact) if entry.quote else "",
        quote_text=entry.quote.preview if entry.quote else "",
        reaction=entry.their_reaction + entry.our_reaction,
        our_reaction=entry.our_reaction,
        can_react=_can_react(entry),
        has_media=media is not None,
        media_kind=kind if kind in MEDIA_KINDS else _header_media(content),
        media_url=f"/media/{media.id}" if media else "",
        media_ready=media is not None and media.state == "stored",
        media_failed=media is not None and media.state == "failed",
        media_note=_media_note(entry),
        filename=media.filename if media else "",
        filesize=formats.size(media.size) if media and media.size else "",
        ratio=_ratio(media.width, media.height) if media else "4 / 3",
        is_voice=bool((content.get("media") or {}).get("voice")),
        header=_header(content),
        footer=_footer(content),
        map_url=_map_url(place),
        place=_place_line(place),
        referral=_referral(content),
        referral_url=_safe_url((content.get("referral") or {}).get("source_url")),
        forwarded=_FORWARDED.get(content.get("forwarded", ""), ""),
        chosen=_CHOSEN.get(str((content.get("reply") or {}).get("kind", "")), ""),
        note=_note(entry, due, zone),
        campaign_link=f"/campaigns/{entry.sender_id}" if entry.sender_id else "",
        sort=f"{entry.at.timestamp():017.6f}{entry.id}",
        buttons=_buttons(content),
        pieces=pieces_of(text, content.get("mentions", ())),
        cards=[_card(card) for card in content.get("cards", [])],
    )


def _names_author(entry: EntryView) -> bool:
    """Tell whether a name stands above the bubble; a campaign's stands inside, with a link."""
    is_said = entry.direction in ("out", "note") or "group" in entry.content
    return is_said and entry.sender_id is None


def _place_line(place: Mapping[str, Any]) -> str:
    return " · ".join(str(place[key]) for key in ("name", "address") if place.get(key))


def _can_react(entry: EntryView) -> bool:
    """Tell whether WhatsApp knows the entry, so that it can be answered or reacted to."""
    is_known = bool(entry.wamid) and not entry.wamid.startswith("unnamed:")
    if entry.sender_id:
        # It stands here and belongs to its campaign.
        return False
    return is_known and entry.direction in ("in", "out") and not entry.is_revoked


def _header_media(content: dict[str, Any]) -> str:
    return str((content.get("template") or {}).get("header_kind", "")).lower()


def _ratio(width: int, height: int) -> str:
    return f"{width} / {height}" if width and height else "4 / 3"


def _media_note(entry: EntryView) -> str:
    if entry.media is None or entry.media.state == "stored":
        return ""
    return entry.media.error or "Loading from WhatsApp…"


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    return content.get("template") or content.get("interactive") or {}


def _header(content: dict[str, Any]) -> str:
    return str(_shown(content).get("header") or "")


def _footer(content: dict[str, Any]) -> str:
    return str(_shown(content).get("footer") or "")


_BUTTON_ICONS = {
    "url": "external-link",
    "phone_number": "phone",
    "copy_code": "copy",
    "list": "list",
}


def _buttons(content: dict[str, Any]) -> list[ButtonRow]:
    shown = _shown(content)
    buttons = [
        ButtonRow(
            title=str(b.get("title") or b.get("text") or ""),
            icon=_BUTTON_ICONS.get(str(b.get("type") or "").lower(), "reply"),
        )
        for b in shown.get("buttons", [])
    ]
    rows = [
        ButtonRow(title=str(row.get("title", "")), detail=str(row.get("description") or ""))
        for section in shown.get("sections", [])
        for row in section.get("rows", [])
    ]
    return buttons + rows


def _card(card: dict[str, Any]) -> CardRow:
    phones = ", ".join(str(p.get("phone", "")) for p in card.get("phones", []))
    emails = ", ".join(str(e.get("email", "")) for e in card.get("emails", []))
    detail = " · ".join(part for part in (phones, emails) if part)
    name = str(card.get("formatted_name") or "Contact")
    return CardRow(
        name=name, detail=detail or str(card.get("company") or ""), initials=initials(name)
    )


def _map_url(place: dict[str, Any]) -> str:
    try:
        latitude, longitude = float(place["latitude"]), float(place["longitude"])
    except (KeyError, TypeError, ValueError):
        return ""
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"


def _safe_url(url: object) -> str:
    """Return a link only when it leads to the web: contact text is hostile."""
    text = str(url or "")
    return text if text.startswith(("https://", "http://")) else ""


def _referral(content: dict[str, Any]) -> str:
    referral = content.get("referral") or {}
    if not referral:
        return ""
    return str(referral.get("headline") or referral.get("body") or "Came from an ad")


def _note(entry: EntryView, due: datetime | None, zone: str) -> str:
    """Return the small line under or inside a bubble that has something odd about it."""
    if due:
        return f"Will be sent {formats.full(due, zone)}"
    if entry.kind == "unsupported":
        return "WhatsApp does not pass this kind of message on. Ask the customer to send it anew."
    if len(entry.body) > _LONGEST_TEXT:
        return "Only the beginning is shown; the event journal holds it whole."
    if entry.kind == "unknown" and entry.content.get("type") == "media_placeholder":
        return "A file from before the connection. It is shown here if WhatsApp sends it later."
    if entry.kind == "unknown":
        return "A kind of message Xobito does not know yet. It is kept in the event journal."
    errors = entry.content.get("errors") or []
    if errors:
        return str(errors[0].get("details") or errors[0].get("title") or "")
    if order := entry.content.get("order"):
        return "\n".join(_order_line(item) for item in order.get("items", [])[:_MOST_LINES])
    return _reply_detail(entry.content.get("reply") or {})


_MOST_LINES = 20
_CHOSEN = {
    "button": "Pressed a button",
    "template_button": "Pressed a button",
    "list": "Chose from the list",
    "form": "Filled in a form",
    "call_permission": "Answered whether we may call",
    "payment": "Payment",
}
# What is said of a reply in words of its own, or only to machines.
_UNSAID = {
    "expiration_timestamp",
    "flow_token",
    "is_permanent",
    "payment_method",
    "payment_timestamp",
    "response",
    "response_source",
}


def _order_line(item: dict[str, Any]) -> str:
    price = f", {item['price']:g} {item.get('currency') or ''}" if item.get("price") else ""
    return f"{item.get('quantity') or 1} × {item.get('product_id') or 'item'}{price}".strip()


def _reply_detail(reply: dict[str, Any]) -> str:
    """Return what belongs to a pressed button or a filled form beside its title."""
    answers = [
        f"{name.replace('_', ' ')}: {value}"
        for name, value in (reply.get("fields") or {}).items()
        if name not in _UNSAID
    ]
    return "\n".join(answers[:_MOST_LINES]) or str(reply.get("description") or "")


def joined(rows: list[EntryRow]) -> list[EntryRow]:
    """Return rows in order, with day separators, and neighbours of one sender drawn together."""
    ordered = sorted(rows, key=lambda row: row.sort)
    result: list[EntryRow] = []
    for row in ordered:
        before = result[-1] if result else None
        same_day = before is not None and before.day == row.day
        joins = (
            before is not None
            and same_day
            and before.side == row.side != "event"
            and before.author == row.author
            and float(row.sort[:17]) - float(before.sort[:17]) < 300
        )
        result.append(
            replace(
                row,
                shows_day=not same_day,
                joins_previous=joins,
                shows_author=row.names_author and bool(row.author) and not joins,
            )
        )
    return result
