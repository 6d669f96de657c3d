"""The buttons of a sent template: Meta's checks of their parameters, and what can be tapped."""

from __future__ import annotations

from typing import Any

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_text import VARIABLE, parameters_of, variables_of

_KINDS = {
    "quick_reply": "QUICK_REPLY",
    "url": "URL",
    "copy_code": "COPY_CODE",
    "flow": "FLOW",
    "catalog": "CATALOG",
    "mpm": "MPM",
    "voice_call": "VOICE_CALL",
}
_MOST_SECTIONS, _MOST_PRODUCTS = 10, 30


def fill_buttons(component: Doc | None, sent: dict[int, Doc]) -> list[Doc]:
    """Return the buttons of a template or card with what was sent for them.

    Raises:
        GraphError: 132000 for a button that is not there, 132012 for one of another kind, 131008
            for a parameter that is missing.
    """
    known: list[Doc] = component["buttons"] if component else []
    for index, button in sent.items():
        if not 0 <= index < len(known):
            raise GraphError(132000, f"buttons: no button at index {index} in the template")
        wanted = _KINDS.get(str(button.get("sub_type", "")).lower())
        kind = known[index]["type"].upper()
        if wanted != kind and not (kind == "OTP" and wanted in {"URL", "COPY_CODE"}):
            raise GraphError(
                132012, f"buttons: button at index {index} is of type {kind}, not {wanted}"
            )
    return [_fill(place, button, sent.get(place)) for place, button in enumerate(known)]


def _fill(place: int, button: Doc, sent: Doc | None) -> Doc:
    kind = button["type"].upper()
    given: Any = next(iter(parameters_of(sent)), None) or {}
    filled: Doc = {"type": kind, "text": button.get("text", ""), "index": place}
    match kind:
        case "QUICK_REPLY":
            filled["payload"] = given.get("payload") or button.get("text", "")
        case "URL":
            filled["url"] = _url(place, button.get("url", ""), given)
        case "COPY_CODE":
            filled |= {"text": "Copy offer code", "code": _code(place, given)}
        case "PHONE_NUMBER":
            filled["phone_number"] = button.get("phone_number", "")
        case "OTP":
            if not given:
                raise GraphError(131008, f"buttons: Button at index {place} requires a parameter")
            filled |= {"text": button.get("text") or "Copy code", "code": given.get("text", "")}
        case "FLOW" | "MPM" if not isinstance(given.get("action"), dict):
            raise GraphError(
                131008, f"buttons: Button at index {place} of type {kind} requires an action"
            )
        case "MPM":
            filled["sections"] = _sections(place, given["action"])
        case _:
            pass
    return filled


def _url(place: int, url: str, given: Doc) -> str:
    needs = bool(variables_of(url))
    if needs and not given.get("text"):
        raise GraphError(
            131008, f"buttons: Button at index {place} of type Url requires a parameter"
        )
    if given and not needs:
        raise GraphError(132012, f"buttons: Button at index {place} takes no parameter")
    return VARIABLE.sub(lambda _: given["text"], url) if needs else url


def _code(place: int, given: Doc) -> str:
    code = given.get("coupon_code")
    if not code:
        raise GraphError(
            131008, f"buttons: Button at index {place} of type CopyCode requires a parameter"
        )
    if len(code) > 20:
        raise GraphError(132005, f"buttons: code at index {place} is too long")
    return code


def _sections(place: int, action: Doc) -> list[Doc]:
    sections: list[Doc] = action.get("sections") or []
    count = sum(len(section.get("product_items", [])) for section in sections)
    if not 1 <= len(sections) <= _MOST_SECTIONS or not 1 <= count <= _MOST_PRODUCTS:
        raise GraphError(
            131009,
            f"buttons: Button at index {place} takes 1 to {_MOST_SECTIONS} sections with up to "
            f"{_MOST_PRODUCTS} products",
        )
    if not action.get("thumbnail_product_retailer_id"):
        raise GraphError(
            131008, f"buttons: Button at index {place} requires thumbnail_product_retailer_id"
        )
    return sections
