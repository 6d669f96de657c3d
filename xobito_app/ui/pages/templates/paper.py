"""A template as the phone shows it: for its page, the editor and wherever one is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui.theme import icon
from xobito_app.whatsapp.template_text import fill
from xobito_app.whatsapp.template_variables import Place
from xobito_app.whatsapp.templates import Content, Template

_ICONS = {
    "URL": "external-link",
    "PHONE_NUMBER": "phone",
    "VOICE_CALL": "phone",
    "COPY_CODE": "copy",
    "CATALOG": "store",
    "MPM": "store",
    "SPM": "store",
    "FLOW": "list-checks",
}
_OWN_WORDS = {"COPY_CODE": "Copy offer code", "OTP": "Copy code"}
"""What WhatsApp writes on a button itself."""


@dataclass(frozen=True, slots=True)
class ButtonPaper:
    """A button below a message."""

    icon: str
    text: str
    # Where it leads.
    target: str


@dataclass(frozen=True, slots=True)
class CardPaper:
    """A card of a carousel."""

    id: str
    media: str
    body: str
    buttons: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A template as the phone shows it.

    Attributes:
        media: The kind of file or place above the text; empty without one.
        picture: Where our example of it is shown from.
    """

    media: str = ""
    picture: str = ""
    header: str = ""
    offer: str = ""
    body: str = ""
    footer: str = ""
    buttons: list[ButtonPaper] = field(default_factory=list)
    cards: list[CardPaper] = field(default_factory=list)

    @classmethod
    def of(cls, raw: Mapping[str, Any], samples: Mapping[str, str], sample_id: str = "") -> Paper:
        """Draw a template in Meta's shape, its blanks filled with samples."""
        read = Template.of(raw)
        media = read.header_format if read.header_format not in {None, "TEXT"} else ""
        return cls(
            media=media or "",
            picture=f"/template-samples/{sample_id}" if sample_id and media == "IMAGE" else "",
            header=read.preview_header(samples) or "",
            offer=read.offer.text if read.offer else "",
            body=read.preview(samples),
            footer=read.footer or "",
            buttons=[
                ButtonPaper(
                    _ICONS.get(b.type, "reply"),
                    b.text or _OWN_WORDS.get(b.type, "…"),
                    b.url or b.phone_number or b.example or "",
                )
                for b in read.buttons
            ],
            cards=[_card(at, card, samples) for at, card in enumerate(read.cards)],
        )


def _card(at: int, card: Content, samples: Mapping[str, str]) -> CardPaper:
    return CardPaper(
        id=str(at),
        media=card.header_format or "",
        body=fill(card.body, f"{Place(at).prefix}body", samples),
        buttons=" · ".join(button.text for button in card.buttons),
    )


def paper(view: ObjectVar[Paper]) -> rx.Component:
    """Return the phone's picture of a template."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                view.picture,
                rx.el.img(src=view.picture, alt="", class_name="paper-picture"),
                rx.cond(view.media, _media(view.media)),
            ),
            rx.cond(view.offer, rx.el.div(view.offer, class_name="paper-offer")),
            rx.cond(view.header, rx.el.div(view.header, class_name="paper-header")),
            rx.el.div(view.body),
            rx.cond(view.footer, rx.el.div(view.footer, class_name="paper-footer")),
            class_name="paper-bubble",
        ),
        rx.foreach(view.buttons, _button),
        rx.cond(
            view.cards, rx.el.div(rx.foreach(view.cards, _card_view), class_name="paper-cards")
        ),
        class_name="paper",
    )


def _media(kind: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        rx.match(
            kind,
            ("VIDEO", icon("video", size=24)),
            ("DOCUMENT", icon("file-text", size=24)),
            ("LOCATION", icon("map-pin", size=24)),
            ("PRODUCT", icon("store", size=24)),
            icon("image", size=24),
        ),
        class_name="paper-media",
    )


def _button(row: ObjectVar[ButtonPaper], index: rx.Var[int]) -> rx.Component:
    names = sorted({*_ICONS.values(), "reply"})
    return rx.el.div(
        rx.match(row.icon, *((name, icon(name)) for name in names), icon("reply")),
        rx.el.span(row.text),
        title=row.target,
        class_name="paper-button",
        key=index.to_string(),
    )


def _card_view(card: ObjectVar[CardPaper]) -> rx.Component:
    return rx.el.div(
        rx.cond(card.media, _media(card.media)),
        rx.el.div(card.body),
        rx.el.div(card.buttons, class_name="paper-footer"),
        class_name="paper-bubble",
        key=card.id,
    )
