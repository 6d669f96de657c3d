"""Template send bodies: a synced template and its values become Meta's send components.

Meta's guides "Message Templates" and "Authentication Templates with OTP Buttons": the code of an
authentication template goes into its body and its button.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.payloads import Payload, Recipient, degrees, message, required
from xobito_app.whatsapp.templates import Part, Template, Variable, VariableKind, fill

_TOO_MANY_SPACES = re.compile(rf" {{{limits.TEMPLATE_VALUE_SPACES + 1},}}")


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
    _check(chosen, values)
    components: list[dict[str, Any]] = []
    for part in (Part.HEADER, Part.BODY):
        parameters = [
            _parameter(variable, values[variable.key], chosen.named)
            for variable in chosen.variables
            if variable.part is part
        ]
        if parameters:
            components.append({"type": part.value, "parameters": parameters})
    components += [
        _button(variable, values[variable.key])
        for variable in chosen.variables
        if variable.part is Part.BUTTON and (values.get(variable.key) or "").strip()
    ]
    if chosen.category == "AUTHENTICATION":
        components += _code_buttons(chosen, values)
    return components


def _check(chosen: Template, values: Mapping[str, str]) -> None:
    if chosen.unsupported:
        words = ", ".join(chosen.unsupported).lower()
        raise Invalid.field("template", f"Templates with {words} cannot be sent from here.")
    blank = chosen.missing(values)
    if blank:
        raise Invalid(
            "Fill in " + ", ".join(f"“{variable.label}”" for variable in blank) + ".",
            {variable.key: ["Fill this in."] for variable in blank},
        )
    for variable in chosen.variables:
        value = values.get(variable.key) or ""
        if variable.kind is VariableKind.TEXT:
            _check_text(variable, value)
        elif variable.kind is VariableKind.COUPON:
            required(variable.key, value, limits.COUPON_CODE, variable.label, "coupon_code")
        elif variable.kind is VariableKind.PAYLOAD and value:
            required(variable.key, value, limits.TEMPLATE_BUTTON_PAYLOAD, variable.label, "payload")
        elif variable.kind is VariableKind.URL_SUFFIX:
            button = chosen.buttons[variable.button_index or 0]
            address = chosen.preview_url(button, values) or ""
            required(variable.key, address, limits.TEMPLATE_URL, variable.label, "url")
        elif variable.kind is VariableKind.LOCATION:
            _location(variable.key, value)
    required(
        "template",
        chosen.preview(values) or chosen.name,
        limits.TEMPLATE_BODY,
        "With these values the text",
        "132005",
    )
    header = chosen.header_text if chosen.header_format == "TEXT" else None
    if header:
        line = fill(header, Part.HEADER, values)
        required("header.1", line, limits.TEMPLATE_HEADER, "With this value the header", "132005")


def _check_text(variable: Variable, value: str) -> None:
    """Refuse what Meta refuses in values: line breaks, tabs, more than four spaces in a row."""
    if any(mark in value for mark in "\n\r\t"):
        raise Invalid.field(variable.key, f"{variable.label}: write it on one line without tabs.")
    if _TOO_MANY_SPACES.search(value):
        raise Invalid.field(
            variable.key,
            f"{variable.label}: at most {limits.TEMPLATE_VALUE_SPACES} spaces in a row.",
        )


def _parameter(variable: Variable, value: str, named: bool) -> dict[str, Any]:
    if variable.kind is VariableKind.MEDIA:
        kind = (variable.media_format or "IMAGE").lower()
        return {"type": kind, kind: {"id": value}}
    if variable.kind is VariableKind.LOCATION:
        return {"type": "location", "location": _location(variable.key, value)}
    parameter = {"type": "text", "text": value}
    if named:
        parameter["parameter_name"] = variable.name
    return parameter


def _button(variable: Variable, value: str) -> dict[str, Any]:
    sub_type, parameter = {
        VariableKind.URL_SUFFIX: ("url", {"type": "text", "text": value}),
        VariableKind.COUPON: ("copy_code", {"type": "coupon_code", "coupon_code": value}),
    }.get(variable.kind, ("quick_reply", {"type": "payload", "payload": value}))
    return {
        "type": "button",
        "sub_type": sub_type,
        "index": str(variable.button_index),
        "parameters": [parameter],
    }


def _code_buttons(chosen: Template, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Repeat the code in its button, as authentication templates want it."""
    code = next((values[v.key] for v in chosen.variables if v.part is Part.BODY), "")
    parameter = {"type": "text", "text": code}
    return [
        {"type": "button", "sub_type": "url", "index": str(b.index), "parameters": [parameter]}
        # What is created as an OTP button is listed by Meta as a URL button.
        for b in chosen.buttons
        if code and b.type in ("OTP", "URL")
    ]


def _location(key: str, value: str) -> dict[str, str]:
    """Read `latitude,longitude[,name[,address]]`; Meta wants the degrees as text here."""
    parts = [part.strip() for part in value.split(",", 3)]
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        raise Invalid.field(key, "Write the place as latitude, longitude, name, address.") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid.field(key, "There is no such place on Earth.")
    place = {"latitude": degrees(latitude), "longitude": degrees(longitude)}
    return place | {
        name: part for name, part in zip(("name", "address"), parts[2:], strict=False) if part
    }
