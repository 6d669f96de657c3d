"""Changes of a draft, one at a time: what an editor's fields and buttons do."""

from __future__ import annotations

from dataclasses import replace

from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting.draft import Button, Draft, Header
from xobito_app.whatsapp.template_text import names_of

LONGEST = 4000
"""Characters of one field."""
_WORDS = ("name", "language", "category", "footer")
_BUTTON_FIELDS = ("type", "text", "url", "phone_number", "example")


def change(draft: Draft, place: str, value: str) -> Draft:
    """Return a draft with one of its fields changed; unknown places change nothing.

    Args:
        draft: As it was.
        place: `name`, `language`, `category`, `named`, `header_format`, `header`, `body`, `footer`,
            `offer`, `button.0.text` (and `url`, `phone_number`, `example`, `flow_id`),
            `sample.body.1`, `sample.header.media`.
        value: What stands in the field now.
    """
    written = value[:LONGEST]
    first, _, rest = place.partition(".")
    part = draft.part
    match first:
        case "sample" if rest == "header.media":
            header = replace(part.header, sample=written)
            return replace(draft, part=replace(part, header=header))
        case "sample" if rest.startswith("button."):
            return _change_button(draft, f"{rest.removeprefix('button.')}.example", written)
        case "sample":
            return replace(draft, samples={**draft.samples, rest: written})
        case "button":
            return _change_button(draft, rest, written)
        case "header_format":
            header = Header(written, part.header.text if written == "TEXT" else "")
            return replace(draft, part=replace(part, header=header))
        case "header":
            return replace(draft, part=replace(part, header=replace(part.header, text=written)))
        case "body":
            return replace(draft, part=replace(part, body=written))
        case "named":
            return replace(draft, named=written == "NAMED")
        case _ if first in _WORDS:
            return replace(draft, **{first: written})
        case _:
            return draft


def _change_button(draft: Draft, rest: str, value: str) -> Draft:
    index, _, name = rest.partition(".")
    buttons = list(draft.part.buttons)
    if not index.isdigit() or int(index) >= len(buttons):
        return draft
    button = buttons[int(index)]
    if name in _BUTTON_FIELDS:
        button = replace(button, **{name: value})
    elif name == "flow_id":
        button = replace(button, more={**button.more, name: value})
    buttons[int(index)] = button
    return _with_buttons(draft, buttons)


def add_button(draft: Draft, kind: str) -> Draft:
    """Return a draft with one more button, beside those of its kind: they stay together."""
    buttons = list(draft.part.buttons)
    if len(buttons) >= limits.TEMPLATE_BUTTONS:
        return draft
    alike = [
        at for at, b in enumerate(buttons) if (b.type == "QUICK_REPLY") == (kind == "QUICK_REPLY")
    ]
    buttons.insert(alike[-1] + 1 if alike else len(buttons), Button(kind))
    return _with_buttons(draft, buttons)


def remove_button(draft: Draft, index: int) -> Draft:
    """Return a draft without one of its buttons."""
    return _with_buttons(draft, [b for at, b in enumerate(draft.part.buttons) if at != index])


def move_button(draft: Draft, index: int, by: int) -> Draft:
    """Return a draft with one of its buttons further up (-1) or down (1)."""
    buttons, to = list(draft.part.buttons), index + by
    if not (0 <= index < len(buttons) and 0 <= to < len(buttons)):
        return draft
    buttons[index], buttons[to] = buttons[to], buttons[index]
    return _with_buttons(draft, buttons)


def add_variable(draft: Draft) -> Draft:
    """Return a draft with one more variable at the end of its text."""
    names = names_of(draft.part.body)
    number = len(names) + 1
    name = f"variable_{number}" if draft.named else str(number)
    space = "" if not draft.part.body or draft.part.body[-1].isspace() else " "
    return replace(draft, part=replace(draft.part, body=f"{draft.part.body}{space}{{{{{name}}}}}"))


def _with_buttons(draft: Draft, buttons: list[Button]) -> Draft:
    return replace(draft, part=replace(draft.part, buttons=tuple(buttons)))
