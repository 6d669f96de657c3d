"""Rules for limited-time offers, carousels and product templates.

Meta's guides "Limited-Time Offer Templates", "Media Card Carousel Templates", "Product Card
Carousel Templates", "Single-Product Message Templates", "Catalog Templates" and "Multi-Product
Templates". Meta answers all of these with 100.
"""

from __future__ import annotations

from collections.abc import Iterator

from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting.draft import Draft, Part
from xobito_app.whatsapp.drafting.problems import Hit, RuleTable

TABLE = RuleTable()
rule = TABLE.rule

_OFFER = "Invalid parameter: limited_time_offer"
_CARDS = "Invalid parameter: cards"
_PRODUCTS = "Invalid parameter: buttons"


@rule("offer.text", _OFFER, "100")
def _offer_text(draft: Draft) -> Iterator[Hit]:
    if draft.offer and not 1 <= len(draft.offer.text.strip()) <= limits.OFFER_TEXT:
        yield "offer", f"Name the offer in 1 to {limits.OFFER_TEXT} characters."


@rule("offer.around", _OFFER, "100")
def _offer_around(draft: Draft) -> Iterator[Hit]:
    if draft.offer is None:
        return
    if draft.category == "UTILITY":
        yield "category", "An offer is marketing: choose Marketing."
    if draft.part.header.format not in {"", "IMAGE", "VIDEO"}:
        yield "header", "An offer has an image or a video as its header, or none."
    if draft.footer:
        yield "footer", "An offer has no footer: take it out."
    kinds = [button.type for button in draft.part.buttons]
    if kinds not in (["URL"], ["COPY_CODE", "URL"]):
        yield "buttons", "An offer has a link button, and before it a code to copy or nothing."


@rule("cards.count", _CARDS, "100")
def _cards_count(draft: Draft) -> Iterator[Hit]:
    if draft.cards and not limits.CARDS_LEAST <= len(draft.cards) <= limits.CARDS:
        yield "cards", f"A carousel has {limits.CARDS_LEAST} to {limits.CARDS} cards."


@rule("cards.around", _CARDS, "100")
def _cards_around(draft: Draft) -> Iterator[Hit]:
    if not draft.cards:
        return
    if draft.category == "UTILITY":
        yield "category", "A carousel is marketing: choose Marketing."
    if draft.part.header.format:
        yield "header", "A carousel has no header of its own: its cards have them."
    if draft.footer:
        yield "footer", "A carousel has no footer: take it out."
    if draft.part.buttons:
        yield "buttons", "A carousel has no buttons of its own: its cards have them."


@rule("cards.form", _CARDS, "100")
def _cards_form(draft: Draft) -> Iterator[Hit]:
    for index, card in enumerate(draft.cards):
        if card.header.format not in {"IMAGE", "VIDEO", "PRODUCT"}:
            yield f"card.{index}.header", "A card shows an image, a video or a product."
        if not 1 <= len(card.buttons) <= limits.CARD_BUTTONS:
            yield f"card.{index}.buttons", f"A card has 1 to {limits.CARD_BUTTONS} buttons."


@rule("cards.alike", _CARDS, "100")
def _cards_alike(draft: Draft) -> Iterator[Hit]:
    shapes = [_shape(card) for card in draft.cards]
    for index, shape in enumerate(shapes[1:], start=1):
        if shape != shapes[0]:
            yield (
                f"card.{index}",
                "All cards have the same parts: the same kind of header and the same buttons.",
            )


def _shape(card: Part) -> tuple[object, ...]:
    return (card.header.format, bool(card.body), *(button.type for button in card.buttons))


@rule("products.header", _PRODUCTS, "100")
def _product(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        kinds = [button.type for button in part.buttons]
        is_product = part.header.format == "PRODUCT"
        if is_product and kinds not in (["SPM"], ["URL"]):
            yield f"{place.prefix}buttons", "A product has one button: the product’s, or a link."
        if "SPM" in kinds and not is_product:
            yield f"{place.prefix}header", "A product button needs a product as the header."


@rule("products.alone", _PRODUCTS, "100")
def _alone(draft: Draft) -> Iterator[Hit]:
    kinds = [button.type for button in draft.part.buttons]
    for kind, word in (("CATALOG", "catalog"), ("MPM", "products")):
        if kind in kinds and len(kinds) > 1:
            yield "buttons", f"The {word} button stands alone: remove the others."
