"""Interactive send bodies: buttons, lists, link buttons and requests, within Meta's limits.

Meta's OpenAPI file (v23.0): `InteractiveMessage`, `InteractiveObject`, `ActionObject`,
`SectionObject`. A request for a person's number is Meta's `request_contact_info`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.payloads import (
    MediaKind,
    Payload,
    Recipient,
    message,
    optional,
    required,
)

_HEADER_MEDIA = {MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT}


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the body: a line of text, or an uploaded image, video or document."""

    text: str | None = None
    media_kind: MediaKind | None = None
    media_id: str | None = None
    filename: str | None = None

    def to_meta(self) -> dict[str, Any]:
        """Return Meta's `header` object.

        Raises:
            Invalid: It is blank, too long, or of a kind a header cannot show.
        """
        if self.media_kind is None:
            line = required(
                "header",
                self.text or "",
                limits.INTERACTIVE_HEADER,
                "The header",
                "interactive.header.text",
            )
            return {"type": "text", "text": line}
        if self.media_kind not in _HEADER_MEDIA or not self.media_id:
            raise Invalid.field("header", "A header shows text, an image, a video or a document.")
        content = {"id": self.media_id}
        if self.filename and self.media_kind is MediaKind.DOCUMENT:
            content["filename"] = self.filename
        return {"type": self.media_kind.value, self.media_kind.value: content}


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button; `reply_id` comes back when it is pressed."""

    reply_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list; `reply_id` comes back when it is chosen."""

    reply_id: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a title; the title may be missing only when there is one section."""

    rows: Sequence[Row]
    title: str | None = None


def buttons(
    to: Recipient,
    body: str,
    choices: Sequence[Button],
    *,
    header: Header | None = None,
    footer: str | None = None,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a message with one to three reply buttons.

    Raises:
        Invalid: Too many or too few buttons, two with the same title or id, or a text too long.
    """
    if not 1 <= len(choices) <= limits.REPLY_BUTTONS:
        raise Invalid.field("buttons", f"Give one to {limits.REPLY_BUTTONS} buttons.")
    for choice in choices:
        required(
            "buttons",
            choice.title,
            limits.REPLY_BUTTON_TITLE,
            "A button title",
            "buttons.reply.title",
        )
        required(
            "buttons", choice.reply_id, limits.REPLY_BUTTON_ID, "A button id", "buttons.reply.id"
        )
    _distinct("buttons", [choice.title for choice in choices], "Two buttons have the same title.")
    _distinct("buttons", [choice.reply_id for choice in choices], "Two buttons have the same id.")
    action = {
        "buttons": [
            {"type": "reply", "reply": {"id": choice.reply_id, "title": choice.title}}
            for choice in choices
        ]
    }
    return message(
        to, "interactive", _interactive("button", body, action, header, footer), reply_to, opaque
    )


def choice_list(
    to: Recipient,
    body: str,
    label: str,
    sections: Sequence[Section],
    *,
    header: str | None = None,
    footer: str | None = None,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a message whose button (`label`) opens a list of at most ten rows in all.

    Raises:
        Invalid: Too many rows or sections, a missing section title, or a text too long.
    """
    required("button", label, limits.LIST_BUTTON, "The list button", "interactive.action.button")
    if not 1 <= len(sections) <= limits.LIST_SECTIONS:
        raise Invalid.field("sections", f"Give one to {limits.LIST_SECTIONS} sections.")
    if any(not section.rows for section in sections):
        raise Invalid.field("sections", "Every section needs at least one row.")
    rows = [row for section in sections for row in section.rows]
    if len(rows) > limits.LIST_ROWS:
        raise Invalid.field(
            "sections", f"A list holds at most {limits.LIST_ROWS} rows over all its sections."
        )
    if len(sections) > 1 and any(not (section.title or "").strip() for section in sections):
        raise Invalid.field("sections", "With several sections, each needs a title.")
    _distinct("sections", [row.reply_id for row in rows], "Two rows have the same id.")
    content = _interactive(
        "list",
        body,
        {"button": label, "sections": [_section(section) for section in sections]},
        Header(text=header) if header else None,
        footer,
    )
    return message(to, "interactive", content, reply_to, opaque)


def link_button(
    to: Recipient,
    body: str,
    label: str,
    url: str,
    *,
    header: Header | None = None,
    footer: str | None = None,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a message with one button that opens a link (Meta's `cta_url`)."""
    required("label", label, limits.CTA_LABEL, "The button", "cta_url.display_text")
    required("url", url, limits.CTA_URL, "The link", "cta_url.url")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Invalid.field("url", "This is not a link.") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Invalid.field("url", "The link must start with https:// or http://.")
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
    return message(
        to, "interactive", _interactive("cta_url", body, action, header, footer), reply_to, opaque
    )


def location_request(
    to: Recipient, body: str, *, reply_to: str | None = None, opaque: str | None = None
) -> Payload:
    """Build a message asking for the person's location."""
    content = _interactive("location_request_message", body, {"name": "send_location"})
    return message(to, "interactive", content, reply_to, opaque)


def contact_request(
    to: Recipient, body: str, *, reply_to: str | None = None, opaque: str | None = None
) -> Payload:
    """Build a message asking a person without a visible number to share it."""
    content = _interactive("request_contact_info", body, {"name": "request_contact_info"})
    return message(to, "interactive", content, reply_to, opaque)


def _interactive(
    kind: str,
    body: str,
    action: dict[str, Any],
    header: Header | None = None,
    footer: str | None = None,
) -> dict[str, Any]:
    required("body", body, limits.INTERACTIVE_BODY, "The message", "interactive.body.text")
    content: dict[str, Any] = {"type": kind}
    if header:
        content["header"] = header.to_meta()
    content["body"] = {"text": body}
    if footer:
        line = required(
            "footer", footer, limits.INTERACTIVE_FOOTER, "The footer", "interactive.footer.text"
        )
        content["footer"] = {"text": line}
    content["action"] = action
    return content


def _section(section: Section) -> dict[str, Any]:
    built: dict[str, Any] = {}
    if section.title:
        built["title"] = optional(
            "sections", section.title, limits.LIST_SECTION_TITLE, "A section title", "section.title"
        )
    built["rows"] = [_row(row) for row in section.rows]
    return built


def _row(row: Row) -> dict[str, str]:
    required("sections", row.reply_id, limits.LIST_ROW_ID, "A row id", "row.id")
    required("sections", row.title, limits.LIST_ROW_TITLE, "A row title", "row.title")
    built = {"id": row.reply_id, "title": row.title}
    if row.description:
        built["description"] = optional(
            "sections",
            row.description,
            limits.LIST_ROW_DESCRIPTION,
            "A row description",
            "row.description",
        )
    return built


def _distinct(field: str, values: Sequence[str], sentence: str) -> None:
    if len(set(values)) != len(values):
        raise Invalid.field(field, sentence)
