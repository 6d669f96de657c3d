"""Meta's rules for interactive messages: reply buttons, lists, links, requests, products, flows.

Meta's OpenAPI file (v23.0): `InteractiveObject`, `HeaderObject`, `BodyObject`, `FooterObject`,
`ActionObject`, `SectionObject`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xobito_app.simulator.errors import missing, parameter, wrong
from xobito_app.simulator.store import Doc

CheckMedia = Callable[[Doc, str], None]

_MAX_TEXT = 1024
_MAX_FOOTER = 60
_MAX_HEADER = 60
_MAX_ROWS = 10
_MAX_SECTIONS = 10
_MAX_PRODUCTS = 30


def check(content: Doc, check_media: CheckMedia) -> None:
    """Check an interactive object.

    Raises:
        GraphError: 100, 131008 or 131009.
    """
    kind = content.get("type")
    if kind not in _ACTIONS:
        raise parameter("Param interactive['type'] must be a known interactive type.")
    if kind not in _WITHOUT_BODY:
        body = _part(content, "body")
        _sized(body.get("text"), "interactive['body']['text']", _MAX_TEXT)
    if "footer" in content:
        _sized(_part(content, "footer").get("text"), "interactive['footer']['text']", _MAX_FOOTER)
    if "header" in content:
        _check_header(_part(content, "header"), kind, check_media)
    _ACTIONS[kind](_part(content, "action"))


def _check_header(header: Doc, kind: str, check_media: CheckMedia) -> None:
    form = header.get("type")
    if kind in {"list", "product_list"} and form != "text":
        raise wrong(f"Header of type {form} is not supported for {kind}.")
    if form == "text":
        _sized(header.get("text"), "interactive['header']['text']", _MAX_HEADER)
    elif form in {"image", "video", "document"}:
        media = header.get(form)
        if not isinstance(media, dict):
            raise missing(f"interactive['header']['{form}']")
        check_media(media, form)
    else:
        raise wrong("interactive['header']['type'] must be text, image, video or document.")


def _buttons(action: Doc) -> None:
    buttons = _many(action, "buttons", 1, 3)
    titles, ids = [], []
    for place, button in enumerate(buttons):
        reply = button.get("reply")
        if button.get("type") != "reply" or not isinstance(reply, dict):
            raise wrong(f"Button at index {place} must be of type reply.")
        titles.append(_sized(reply.get("title"), f"Button title at index {place}", 20))
        ids.append(_sized(reply.get("id"), f"Button id at index {place}", 256))
    if len(set(titles)) < len(titles) or len(set(ids)) < len(ids):
        raise wrong("Button titles and ids must be unique.")


def _list(action: Doc) -> None:
    _sized(action.get("button"), "interactive['action']['button']", 20)
    sections = _many(action, "sections", 1, _MAX_SECTIONS)
    row_ids: list[str] = []
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            _sized(section.get("title"), "Section title", 24)
        rows = section.get("rows")
        if not isinstance(rows, list) or not rows:
            raise missing("interactive['action']['sections']['rows']")
        for row in rows:
            row_ids.append(_sized(row.get("id"), "Row id", 200))
            _sized(row.get("title"), "Row title", 24)
            if row.get("description"):
                _sized(row["description"], "Row description", 72)
    if len(row_ids) > _MAX_ROWS:
        raise wrong(f"Total row count exceed max allowed count: {_MAX_ROWS}")
    if len(set(row_ids)) < len(row_ids):
        raise wrong("Duplicated row id.")


def _cta_url(action: Doc) -> None:
    if action.get("name") != "cta_url":
        raise wrong("interactive['action']['name'] must be cta_url.")
    parameters = _part(action, "parameters")
    _sized(parameters.get("display_text"), "display_text", 20)
    if not str(parameters.get("url", "")).startswith(("http://", "https://")):
        raise wrong("interactive['action']['parameters']['url'] is not a valid URI.")


def _flow(action: Doc) -> None:
    parameters = _part(action, "parameters")
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise missing("interactive['action']['parameters']['flow_id']")
    if str(parameters.get("flow_message_version")) != "3":
        raise wrong("flow_message_version must be 3.")
    _sized(parameters.get("flow_cta"), "flow_cta", 30)


def _named(name: str) -> Callable[[Doc], None]:
    def check_name(action: Doc) -> None:
        if action.get("name") != name:
            raise wrong(f"interactive['action']['name'] must be {name}.")

    return check_name


def _product(action: Doc) -> None:
    for key in ("catalog_id", "product_retailer_id"):
        if not action.get(key):
            raise missing(f"interactive['action']['{key}']")


def _product_list(action: Doc) -> None:
    if not action.get("catalog_id"):
        raise missing("interactive['action']['catalog_id']")
    sections = _many(action, "sections", 1, _MAX_SECTIONS)
    count = sum(len(section.get("product_items", [])) for section in sections)
    if not 1 <= count <= _MAX_PRODUCTS:
        raise wrong(f"A product list holds 1 to {_MAX_PRODUCTS} products.")


def _carousel(action: Doc) -> None:
    _many(action, "cards", 2, 10)


_WITHOUT_BODY = {"product", "carousel"}
_ACTIONS: dict[str, Callable[[Doc], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "location_request_message": _named("send_location"),
    "request_contact_info": _named("request_contact_info"),
    "address_message": _named("address_message"),
    "catalog_message": _named("catalog_message"),
    "call_permission_request": _named("call_permission_request"),
    "order_details": _named("review_and_pay"),
    "order_status": _named("review_order"),
    "product": _product,
    "product_list": _product_list,
    "carousel": _carousel,
}


def _part(content: Doc, key: str) -> Doc:
    part = content.get(key)
    if not isinstance(part, dict):
        raise missing(f"interactive['{key}']")
    return part


def _many(action: Doc, key: str, least: int, most: int) -> list[Doc]:
    items: Any = action.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise missing(f"interactive['action']['{key}']")
    if not least <= len(items) <= most:
        raise wrong(f"Invalid {key} count. Min allowed {key}: {least}, Max allowed: {most}")
    return items


def _sized(value: Any, name: str, most: int) -> str:
    if value is None:
        raise missing(name)
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise wrong(f"{name} length invalid. Min length: 1, Max length: {most}")
    return value
