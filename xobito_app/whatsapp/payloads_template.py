"""Template send bodies: a synced template and its values become Meta's send components.

Meta's guides "Message Templates", "Media Card Carousel Templates", "Limited-Time Offer Templates",
"Catalog Templates", "Multi-Product Templates" and "Authentication Templates with OTP Buttons": the
code of an authentication template goes into its body and its button.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from xobito_app.whatsapp import limits, template_values
from xobito_app.whatsapp.payloads import Payload, Recipient, message, required
from xobito_app.whatsapp.template_text import encode_suffix
from xobito_app.whatsapp.templates import Part, Template, Variable, VariableKind

_TEXTS = ((Part.HEADER, "header"), (Part.OFFER, "limited_time_offer"), (Part.BODY, "body"))


def template(
    to: Recipient,
    name: str,
    language: str,
    components: list[dict[str, Any]],
    *,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a template message from ready components."""
    required("template", name, limits.TEMPLATE_NAME, "The template's name", "template.name")
    required("language", language, 20, "The template's language", "template.language.code")
    content: dict[str, Any] = {
        "name": name,
        "language": {"policy": "deterministic", "code": language},
    }
    if components:
        content["components"] = components
    return message(to, "template", content, reply_to, opaque)


def filled_template(
    to: Recipient,
    chosen: Template,
    values: Mapping[str, str],
    *,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a template message from a synced template and values by variable key.

    Raises:
        Invalid: A blank is empty or its value breaks a rule; `fields` names each.
    """
    return template(
        to,
        chosen.name,
        chosen.language,
        send_components(chosen, values),
        reply_to=reply_to,
        opaque=opaque,
    )


def send_components(chosen: Template, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return Meta's `components` for a send, checked first.

    Raises:
        Invalid: A blank is empty or its value breaks a rule, or the template cannot be filled.
    """
    template_values.check(chosen, values)
    own = [variable for variable in chosen.variables if variable.card is None]
    components = _components(own, values, chosen.named)
    if chosen.category == "AUTHENTICATION":
        components += _code_buttons(chosen, values)
    if chosen.cards:
        components.append(_carousel(chosen, values))
    return components


def _components(
    variables: Sequence[Variable], values: Mapping[str, str], named: bool
) -> list[dict[str, Any]]:
    """Return the components of a template without its cards, or of one card."""
    components: list[dict[str, Any]] = []
    for part, kind in _TEXTS:
        blanks = [variable for variable in variables if variable.part is part]
        if blanks:
            parameters = _parameters(blanks, values, named)
            components.append({"type": kind, "parameters": parameters})
    buttons = [variable for variable in variables if variable.part is Part.BUTTON]
    for index, blanks in groupby(buttons, key=lambda variable: variable.button_index):
        if button := _button(list(blanks), values):
            components.append({"type": "button", "index": str(index), **button})
    return components


def _carousel(chosen: Template, values: Mapping[str, str]) -> dict[str, Any]:
    cards = [
        {"card_index": index, "components": _components(card.variables, values, chosen.named)}
        for index, card in enumerate(chosen.cards)
    ]
    return {"type": "carousel", "cards": cards}


def _parameters(
    variables: Sequence[Variable], values: Mapping[str, str], named: bool
) -> list[dict[str, Any]]:
    if variables and variables[0].kind is VariableKind.PRODUCT:
        product, catalog = (values[variable.key] for variable in variables)
        ids = {"product_retailer_id": product, "catalog_id": catalog}
        return [{"type": "product", "product": ids}]
    return [_parameter(variable, values, named) for variable in variables]


def _parameter(variable: Variable, values: Mapping[str, str], named: bool) -> dict[str, Any]:
    value = values[variable.key]
    match variable.kind:
        case VariableKind.MEDIA:
            kind = (variable.media_format or "IMAGE").lower()
            return {"type": kind, kind: _file(kind, value, values.get(file_name_key(variable)))}
        case VariableKind.LOCATION:
            return {
                "type": "location",
                "location": template_values.read_location(variable.key, value),
            }
        case VariableKind.EXPIRY:
            ends = {"expiration_time_ms": template_values.read_expiry(variable.key, value)}
            return {"type": "limited_time_offer", "limited_time_offer": ends}
        case _:
            parameter = {"type": "text", "text": value}
            return {**parameter, "parameter_name": variable.name} if named else parameter


def file_name_key(variable: Variable) -> str:
    """Return the key under which a media header's file may be given a name; documents show it."""
    return f"{variable.key}.filename"


def _file(kind: str, value: str, filename: str | None) -> dict[str, str]:
    """Name a file by its id at Meta, or by the address Meta is to fetch it from."""
    by = "link" if value.startswith(("http://", "https://")) else "id"
    return {by: value, **({"filename": filename} if filename and kind == "document" else {})}


def _button(blanks: Sequence[Variable], values: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what fills a button; None when it goes as it is.

    `sub_type` is written as Meta's examples write it.
    """
    first = blanks[0]
    value = (values.get(first.key) or "").strip()
    if first.kind is VariableKind.FLOW_TOKEN:
        # The action must be there; `unused` is Meta's own word for a flow without a token.
        return _filled("flow", _action({"flow_token": value or "unused"}))
    if not value:
        return None
    match first.kind:
        case VariableKind.URL_SUFFIX:
            return _filled("url", {"type": "text", "text": encode_suffix(value)})
        case VariableKind.COUPON:
            return _filled("copy_code", {"type": "coupon_code", "coupon_code": value})
        case VariableKind.PRODUCT:
            action: dict[str, Any] = {"thumbnail_product_retailer_id": value}
            if len(blanks) == 1:
                return _filled("CATALOG", _action(action))
            sections = template_values.read_sections(blanks[1].key, values[blanks[1].key])
            return _filled("mpm", _action({**action, "sections": sections}))
        case _:
            return _filled("quick_reply", {"type": "payload", "payload": value})


def _filled(sub_type: str, parameter: dict[str, Any]) -> dict[str, Any]:
    return {"sub_type": sub_type, "parameters": [parameter]}


def _action(action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "action", "action": action}


def _code_buttons(chosen: Template, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Repeat the code in its button, as authentication templates want it."""
    code = next((values[v.key] for v in chosen.variables if v.part is Part.BODY), "")
    parameter = {"type": "text", "text": code}
    return [
        {"type": "button", "index": str(b.index), **_filled("url", parameter)}
        # What is created as an OTP button is listed by Meta as a URL button.
        for b in chosen.buttons
        if code and b.type in ("OTP", "URL")
    ]
