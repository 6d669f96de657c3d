"""A template that is being written; any part of it may still be missing.

Meta's guide "Message Templates": the components of `POST /{WABA}/message_templates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xobito_app.whatsapp import limits
from xobito_app.whatsapp.template_text import names_of
from xobito_app.whatsapp.template_variables import MEDIA_FORMATS, Place


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the text.

    Attributes:
        format: Meta's word: TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION, PRODUCT; empty without one.
        sample: A media header's `header_handle`, or what stands for one until it is uploaded.
    """

    format: str = ""
    text: str = ""
    sample: str = ""

    @property
    def is_media(self) -> bool:
        """Whether it shows a file, of which Meta wants a sample."""
        return self.format in MEDIA_FORMATS


@dataclass(frozen=True, slots=True)
class Button:
    """A button; `type` is Meta's word, upper case.

    Attributes:
        example: The whole address of a link with a variable, or the code to copy.
        more: What else Meta's button holds, such as `flow_id` or `otp_type`, unchanged.
    """

    type: str
    text: str = ""
    url: str = ""
    phone_number: str = ""
    example: str = ""
    more: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Offer:
    """The line of a limited-time offer."""

    text: str = ""
    has_expiration: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What a template, or one card of a carousel, says."""

    header: Header = field(default_factory=Header)
    body: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A template to be created or changed.

    Attributes:
        named: Its variables have names instead of numbers (`parameter_format` NAMED).
        samples: An example of each variable, by `header.1`, `body.first_name`, `card.0.body.1`.
        cards: The cards of a carousel.
        odd: Components this class does not know, in Meta's words; nothing of them is kept.
    """

    name: str = ""
    language: str = ""
    category: str = ""
    named: bool = False
    part: Part = field(default_factory=Part)
    footer: str = ""
    samples: Mapping[str, str] = field(default_factory=dict[str, str])
    offer: Offer | None = None
    cards: tuple[Part, ...] = ()
    odd: tuple[str, ...] = ()

    @property
    def places(self) -> Iterator[tuple[Place, Part]]:
        """The template itself and its cards, each with its place."""
        yield Place(), self.part
        yield from ((Place(index), card) for index, card in enumerate(self.cards))

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """The texts that may hold variables, by what stands before the keys of their samples."""
        for place, part in self.places:
            if part.header.format == "TEXT":
                yield f"{place.prefix}header", part.header.text
            yield f"{place.prefix}body", part.body

    @property
    def blanks(self) -> Iterator[str]:
        """The keys of the samples that Meta wants."""
        for prefix, text in self.texts:
            yield from (f"{prefix}.{name}" for name in names_of(text))

    @property
    def media_places(self) -> Iterator[tuple[str, Header]]:
        """The headers that show a file, by `header` or `card.0.header`."""
        for place, part in self.places:
            if part.header.is_media:
                yield f"{place.prefix}header", part.header

    def with_media(self, samples: Mapping[str, str]) -> Draft:
        """Return the draft with other samples of its media headers; those not given are none."""

        def changed(place: Place, part: Part) -> Part:
            sample = samples.get(f"{place.prefix}header", "") if part.header.is_media else ""
            return replace(part, header=replace(part.header, sample=sample))

        part, *cards = (changed(place, part) for place, part in self.places)
        return replace(self, part=part, cards=tuple(cards))

    def without_samples(self) -> Draft:
        """Return the draft without any example: only what people read is left."""

        def bare(part: Part) -> Part:
            buttons = tuple(replace(button, example="") for button in part.buttons)
            return replace(part, header=replace(part.header, sample=""), buttons=buttons)

        cards = tuple(bare(card) for card in self.cards)
        return replace(self, part=bare(self.part), cards=cards, samples={})

    @property
    def most_in_body(self) -> int:
        """Characters its body may have."""
        if self.offer is not None:
            return limits.OFFER_BODY
        return limits.CARD_BODY if self.part.header.format == "PRODUCT" else limits.TEMPLATE_BODY
