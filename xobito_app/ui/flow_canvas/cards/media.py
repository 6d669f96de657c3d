"""A file."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Fields,
    NodeCard,
    area,
    bubble,
    choice,
    line,
    text_field,
    title_field,
    words,
)
from xobito_app.whatsapp import limits

_TYPES = (
    ("image", "Image"),
    ("video", "Video"),
    ("audio", "Audio"),
    ("document", "Document"),
    ("sticker", "Sticker"),
)


def _body(fields: Fields) -> rx.Component:
    return bubble(
        line(fields["media_type"].to(str), " · ", fields["media_url"].to(str)),
        rx.cond(fields["caption"], words(fields, "caption")),
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        choice("media_type", "What it is", _TYPES),
        text_field("media_url", "Link of the file", placeholder="https://"),
        text_field("file_id", "Or the id of an uploaded file", plain=True),
        area("caption", "Caption", limits.CAPTION),
        text_field("filename", "File name, for documents", limits.FILENAME),
    )


CARD = NodeCard("media", _body, _panel, FAILED, fresh={"media_type": "image"})
