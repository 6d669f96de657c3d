"""A template about to be sent from the composer: how it reads, and what fills its blanks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.ids import ConversationId
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.inbox.composing.compose_template import suggest_values
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.features.templates import service as templates
from xobito_app.features.templates.schemas import SendableTemplate
from xobito_app.whatsapp.templates import TemplateButton, VariableKind

_OWN_WORDS = {"COPY_CODE": "Copy offer code"}
"""What WhatsApp writes on a button itself."""


@dataclass(frozen=True, slots=True)
class Blank:
    """One variable of a template with what is proposed for it."""

    key: str
    label: str
    value: str
    example: str
    kind: VariableKind
    media_format: str
    is_optional: bool


@dataclass(frozen=True, slots=True)
class CardDraft:
    """A card of a carousel before its blanks are filled."""

    header: str
    body: str
    buttons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template as the composer shows it before its blanks are filled."""

    name: str
    header: str
    body: str
    footer: str
    buttons: tuple[str, ...]
    offer: str
    cards: tuple[CardDraft, ...]
    blanks: tuple[Blank, ...]


async def list_sendable(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, search: str = ""
) -> tuple[SendableTemplate, ...]:
    """Return the templates that may be sent in a thread, the most used first.

    Raises:
        NotFound: The thread is out of the actor's sight.
    """
    thread = await get_visible(session, actor, ConversationId(conversation_id))
    return await templates.list_sendable(
        session, actor.workspace_id, number_id=thread.number_id, search=search
    )


async def draft_template(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, template_id: UUID
) -> TemplateDraft:
    """Return a template with its blanks proposed from the contact's facts.

    Raises:
        Forbidden: The actor may not reply.
        NotFound: The thread is out of sight, or the template is missing.
    """
    require(actor, Permission.INBOX_REPLY)
    template = await templates.get(session, actor, template_id)
    values = await suggest_values(
        session, actor, conversation_id=conversation_id, template_id=template_id
    )
    blanks = tuple(
        Blank(
            key=variable.key,
            label=variable.label,
            value=values.get(variable.key, ""),
            example=variable.example or "",
            kind=variable.kind,
            media_format=(variable.media_format or "").lower(),
            is_optional=variable.optional,
        )
        for variable in template.variables
    )
    return TemplateDraft(
        name=template.name,
        header=template.header,
        body=template.body,
        footer=template.footer,
        buttons=_titles(template.buttons),
        offer=template.offer.text if template.offer else "",
        cards=tuple(
            CardDraft((card.header_format or "").lower(), card.body, _titles(card.buttons))
            for card in template.cards
        ),
        blanks=tuple(blank for blank in blanks if not blank.is_optional),
    )


def _titles(buttons: tuple[TemplateButton, ...]) -> tuple[str, ...]:
    return tuple(button.text or _OWN_WORDS.get(button.type, "") for button in buttons)
