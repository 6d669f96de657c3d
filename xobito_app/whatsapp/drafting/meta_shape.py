"""From a draft to Meta's create body, and back from what Meta lists.

Meta's guide "Message Templates": every variable has an example, positional ones as lists, named
ones as `param_name` and `example`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.drafting.draft import Button, Draft, Header, Offer, Part
from xobito_app.whatsapp.template_text import VARIABLE, names_of
from xobito_app.whatsapp.template_variables import Place
from xobito_app.whatsapp.templates import examples_of, first_of, upper

_KNOWN = {"HEADER", "BODY", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER", "CAROUSEL"}
_BUTTON_KEYS = {"type", "text", "url", "phone_number", "example"}
_WITHOUT_TEXT = {"COPY_CODE"}
"""Buttons whose words are WhatsApp's own."""


def create_body(draft: Draft) -> dict[str, Any]:
    """Return the body of `POST /{WABA}/message_templates`."""
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "parameter_format": "NAMED" if draft.named else "POSITIONAL",
        "components": components_of(draft),
    }


def components_of(draft: Draft) -> list[dict[str, Any]]:
    """Return Meta's `components` of a draft, in the order WhatsApp shows them."""
    components = _part_components(draft, Place(), draft.part)
    after_header = 1 if draft.part.header.format else 0
    if draft.offer is not None:
        told = {"text": draft.offer.text, "has_expiration": draft.offer.has_expiration}
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": told}
        components.insert(after_header, offer)
    if draft.footer:
        behind_body = next(i for i, c in enumerate(components) if c["type"] == "BODY") + 1
        components.insert(behind_body, {"type": "FOOTER", "text": draft.footer})
    if draft.cards:
        cards = [
            {"components": _part_components(draft, Place(index), card)}
            for index, card in enumerate(draft.cards)
        ]
        components.append({"type": "CAROUSEL", "cards": cards})
    return components


def _part_components(draft: Draft, place: Place, part: Part) -> list[dict[str, Any]]:
    components = [_header(draft, place, part.header)] if part.header.format else []
    if part.body or place.card is None:
        body: dict[str, Any] = {"type": "BODY", "text": part.body}
        components.append(body | _example(draft, f"{place.prefix}body", "body_text", part.body))
    if part.buttons:
        components.append({"type": "BUTTONS", "buttons": [_button(b) for b in part.buttons]})
    return components


def _header(draft: Draft, place: Place, header: Header) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "HEADER", "format": header.format}
    if header.format == "TEXT":
        component["text"] = header.text
        return component | _example(draft, f"{place.prefix}header", "header_text", header.text)
    if header.is_media and header.sample:
        component["example"] = {"header_handle": [header.sample]}
    return component


def _example(draft: Draft, prefix: str, key: str, text: str) -> dict[str, Any]:
    """Return the examples of a text's variables; nothing while none is given."""
    names = names_of(text)
    given = [draft.samples.get(f"{prefix}.{name}", "") for name in names]
    if not any(given):
        return {}
    if draft.named:
        named = [
            {"param_name": name, "example": sample}
            for name, sample in zip(names, given, strict=True)
            if sample
        ]
        return {"example": {f"{key}_named_params": named}}
    # Those of a body are lists in a list: one for each set of examples.
    return {"example": {key: [given] if key == "body_text" else given}}


def _button(button: Button) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": button.type}
    if button.type not in _WITHOUT_TEXT:
        shape["text"] = button.text
    if button.type == "URL":
        shape["url"] = button.url
        if button.example and VARIABLE.search(button.url):
            shape["example"] = [button.example]
    elif button.type == "PHONE_NUMBER":
        shape["phone_number"] = button.phone_number
    elif button.type == "COPY_CODE":
        shape["example"] = button.example
    return {**shape, **button.more}


def draft_of(raw: Mapping[str, Any]) -> Draft:
    """Read a draft from Meta's shape, as it is created or as the list call returns it.

    What cannot be read is left out; components nobody here knows are named in `odd`.
    """
    given = coerce.mapping(coerce.storable(dict(raw)))
    components = coerce.mappings(given.get("components"))
    parts = {upper(component.get("type")): component for component in components}
    samples: dict[str, str] = {}
    part = _read_part(parts, Place(), samples)
    listed = coerce.mappings(parts.get("CAROUSEL", {}).get("cards"))
    return Draft(
        name=coerce.text(given.get("name")) or "",
        language=(coerce.text(given.get("language")) or "").replace("-", "_"),
        category=upper(given.get("category")),
        named=upper(given.get("parameter_format")) == "NAMED",
        part=part,
        footer=_text(parts.get("FOOTER", {}).get("text")),
        offer=_read_offer(parts.get("LIMITED_TIME_OFFER")),
        cards=tuple(_read_card(card, index, samples) for index, card in enumerate(listed)),
        samples=samples,
        # A carousel without its cards is none: nothing of it could be kept.
        odd=tuple(
            kind or "UNKNOWN"
            for kind in parts
            if kind not in _KNOWN or (kind == "CAROUSEL" and not listed)
        ),
    )


def _read_card(card: dict[str, Any], index: int, samples: dict[str, str]) -> Part:
    components = coerce.mappings(card.get("components"))
    return _read_part({upper(c.get("type")): c for c in components}, Place(index), samples)


def _read_part(parts: Mapping[str, dict[str, Any]], place: Place, samples: dict[str, str]) -> Part:
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    for name, component, key in (("header", header, "header_text"), ("body", body, "body_text")):
        for variable, sample in examples_of(component, key).items():
            samples[f"{place.prefix}{name}.{variable}"] = sample
    handle = first_of(coerce.mapping(header.get("example")).get("header_handle"))
    header_format = upper(header.get("format")) or ("TEXT" if header else "")
    return Part(
        header=Header(header_format, _text(header.get("text")), coerce.text(handle) or ""),
        body=_text(body.get("text")),
        buttons=_read_buttons(coerce.mappings(parts.get("BUTTONS", {}).get("buttons"))),
    )


def _read_buttons(listed: Sequence[dict[str, Any]]) -> tuple[Button, ...]:
    return tuple(
        Button(
            type=upper(button.get("type")),
            text=coerce.text(button.get("text")) or "",
            url=coerce.text(button.get("url")) or "",
            phone_number=coerce.identifier(button.get("phone_number")) or "",
            example=coerce.text(first_of(button.get("example"))) or "",
            more={key: value for key, value in button.items() if key not in _BUTTON_KEYS},
        )
        for button in listed
    )


def _read_offer(component: dict[str, Any] | None) -> Offer | None:
    if component is None:
        return None
    told = coerce.mapping(component.get("limited_time_offer"))
    return Offer(_text(told.get("text")), coerce.boolean(told.get("has_expiration")) or False)


def _text(value: object) -> str:
    """Return a text as it was written: space at its ends is the linter's to judge."""
    return value if isinstance(value, str) else coerce.text(value) or ""
