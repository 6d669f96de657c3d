"""Filling an approved template: Meta's checks of the values, and what the customer then sees.

Meta's guide "Message Templates"; error codes 132000, 132012 and 132018.
"""

from __future__ import annotations

import re
from typing import Any

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.store import Doc

_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_BAD_SPACE = re.compile(r"[\n\t]| {5,}")
_BUTTON_KINDS = {
    "quick_reply": "QUICK_REPLY",
    "url": "URL",
    "copy_code": "COPY_CODE",
    "flow": "FLOW",
}


def variables_of(text: str) -> list[str]:
    """Return the names (or positions) of a text's variables, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def component_of(template: Doc, kind: str) -> Doc | None:
    """Return a template's component of a kind, or None."""
    return next((c for c in template["components"] if c["type"].upper() == kind), None)


def fill(template: Doc, components: list[Doc]) -> Doc:
    """Check the sent components against the template and return what the customer sees.

    Returns:
        `header` (text or media), `body`, `footer` and `buttons` with the filled values.

    Raises:
        GraphError: 132000 for a wrong count, 132012 for a wrong kind, 131008 for a missing part.
    """
    sent: dict[str, Doc] = {}
    buttons: dict[int, Doc] = {}
    for component in components:
        kind = str(component.get("type", "")).lower()
        if kind == "button":
            buttons[_index_of(component)] = component
        elif kind in {"header", "body", "carousel", "limited_time_offer", "footer"}:
            sent[kind] = component
        else:
            raise GraphError(132012, f"Unknown component type '{kind}'.")
    named = template.get("parameter_format", "POSITIONAL").upper() == "NAMED"
    body = component_of(template, "BODY") or {"text": ""}
    footer = component_of(template, "FOOTER")
    text = _fill_text(body.get("text", ""), _parameters(sent.get("body")), "body", named)
    return {
        "header": _fill_header(template, _parameters(sent.get("header")), named),
        "body": text or "Your verification code",
        "footer": footer.get("text", "") if footer else "",
        "buttons": _fill_buttons(template, buttons),
    }


def _parameters(component: Doc | None) -> list[Doc]:
    parameters = (component or {}).get("parameters", [])
    if not isinstance(parameters, list):
        raise GraphError(132012, "parameters must be an array.")
    return parameters


def _fill_text(text: str, parameters: list[Doc], part: str, named: bool) -> str:
    names = variables_of(text)
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the "
            f"expected number of params ({len(names)})",
        )
    values: dict[str, str] = {}
    for place, given in enumerate(parameters, start=1):
        name = str(given.get("parameter_name", "")) if named else str(place)
        if name not in names:
            raise GraphError(132012, f"{part}: Parameter name is missing or empty: {name!r}")
        values[name] = _value_of(given, f"{part}: parameter {name}")
    return _VARIABLE.sub(lambda match: values[match.group(1)], text)


def _value_of(given: Doc, where: str) -> str:
    kind = given.get("type", "text")
    if kind == "text":
        value = given.get("text")
    elif kind in {"currency", "date_time"}:
        value = (given.get(kind) or {}).get("fallback_value")
    else:
        raise GraphError(132012, f"{where}: expected text, received {kind}")
    if not isinstance(value, str) or not value:
        raise GraphError(131008, f"{where}: text is required")
    if _BAD_SPACE.search(value):
        raise GraphError(
            132018,
            f"{where}: Param text cannot have new-line/tab characters or more than 4 "
            "consecutive spaces",
            message="(#132018) There is an issue with the parameters in your template",
        )
    return value


def _fill_header(template: Doc, parameters: list[Doc], named: bool) -> Doc | None:
    header = component_of(template, "HEADER")
    if header is None:
        if parameters:
            raise GraphError(132000, "header: the template has no header")
        return None
    form = header.get("format", "TEXT").upper()
    if form == "TEXT":
        return {"text": _fill_text(header.get("text", ""), parameters, "header", named)}
    kind = form.lower()
    given = parameters[0] if parameters else {}
    if given.get("type") != kind or not isinstance(given.get(kind), dict):
        received = given.get("type", "UNKNOWN")
        raise GraphError(
            132012,
            f"header: Format mismatch, expected {form}, received {str(received).upper()}",
        )
    content = given[kind]
    if kind == "location":
        if "latitude" not in content or "longitude" not in content:
            raise GraphError(131008, "header: location needs latitude and longitude")
    elif bool(content.get("id")) == bool(content.get("link")):
        raise GraphError(131008, f"header: {kind} needs exactly one of id and link")
    return {"kind": kind, kind: content}


def _index_of(component: Doc) -> int:
    try:
        return int(component.get("index", 0))
    except (TypeError, ValueError):
        raise GraphError(131009, "buttons: index must be a number") from None


def _fill_buttons(template: Doc, sent: dict[int, Doc]) -> list[Doc]:
    component = component_of(template, "BUTTONS")
    known: list[Doc] = component["buttons"] if component else []
    for index, button in sent.items():
        if not 0 <= index < len(known):
            raise GraphError(132000, f"buttons: no button at index {index} in the template")
        wanted = _BUTTON_KINDS.get(str(button.get("sub_type", "")).lower())
        kind = known[index]["type"].upper()
        if wanted != kind and not (kind == "OTP" and wanted in {"URL", "COPY_CODE"}):
            raise GraphError(
                132012, f"buttons: button at index {index} is of type {kind}, not {wanted}"
            )
    return [_fill_button(place, button, sent.get(place)) for place, button in enumerate(known)]


def _fill_button(place: int, button: Doc, sent: Doc | None) -> Doc:
    kind = button["type"].upper()
    filled: Doc = {"type": kind, "text": button.get("text", ""), "index": place}
    given: Any = _parameters(sent)[0] if sent and _parameters(sent) else None
    if kind == "QUICK_REPLY":
        filled["payload"] = (given or {}).get("payload") or button.get("text", "")
    elif kind == "URL":
        url = button.get("url", "")
        needs = bool(variables_of(url))
        if needs and not (given and given.get("text")):
            raise GraphError(
                131008, f"buttons: Button at index {place} of type Url requires a parameter"
            )
        if given and not needs:
            raise GraphError(132012, f"buttons: Button at index {place} takes no parameter")
        filled["url"] = _VARIABLE.sub(lambda _: given["text"], url) if needs else url
    elif kind == "COPY_CODE":
        code = (given or {}).get("coupon_code")
        if not code:
            raise GraphError(
                131008, f"buttons: Button at index {place} of type CopyCode requires a parameter"
            )
        if len(code) > 20:
            raise GraphError(132005, f"buttons: code at index {place} is too long")
        filled |= {"text": "Copy offer code", "code": code}
    elif kind == "PHONE_NUMBER":
        filled["phone_number"] = button.get("phone_number", "")
    elif kind == "OTP":
        if given is None:
            raise GraphError(131008, f"buttons: Button at index {place} requires a parameter")
        filled |= {"text": button.get("text") or "Copy code", "code": given.get("text", "")}
    return filled
