"""What was sent of a template, as it stands in a thread; the inbox and campaigns share it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xobito_app.whatsapp.template_text import fill
from xobito_app.whatsapp.templates import Part, Template


def words_of(chosen: Template, values: Mapping[str, str]) -> str:
    """Return what the message says, for the thread and for search: its cards come last."""
    cards = (
        fill(card.body, f"card.{index}.{Part.BODY}", values)
        for index, card in enumerate(chosen.cards)
    )
    numbered = [f"{number}. {words}" for number, words in enumerate(cards, start=1) if words]
    offer = [chosen.offer.text] if chosen.offer else []
    return "\n".join([*offer, chosen.preview(values), *numbered])


def bubble_of(
    template_id: UUID | None, chosen: Template, values: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the bubble of a sent template shows besides its words.

    Args:
        template_id: Ours; None when it has been deleted.
        chosen: What was sent.
        values: What filled its blanks.
    """
    is_text = chosen.header_format == "TEXT"
    buttons = [
        {
            "type": button.type.lower(),
            "title": button.text or ("Copy code" if button.type == "COPY_CODE" else ""),
            "url": chosen.preview_url(button, values) or "",
        }
        for button in chosen.buttons
    ]
    return {
        "id": str(template_id or ""),
        "name": chosen.name,
        "language": chosen.language,
        "category": chosen.category,
        "header": (chosen.preview_header(values) or "") if is_text else "",
        "header_kind": "" if is_text else (chosen.header_format or "").lower(),
        "body": chosen.preview(values),
        "footer": chosen.footer or "",
        "buttons": buttons,
    }
