"""Writing to a customer: text, files, places, cards and buttons, checked and queued."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.phone import normalise
from xobito_app.core.text import clean, one_line
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.composing.outgoing import Draft, Order, queue
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads.threads import name_of
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.models.inbox import Media
from xobito_app.whatsapp import media as media_rules, payloads, payloads_interactive
from xobito_app.whatsapp.cards import CardEmail, CardPhone, ContactCard
from xobito_app.whatsapp.payloads import MediaKind, Payload, Recipient
from xobito_app.whatsapp.payloads_interactive import Button, Header, Section


@dataclass(frozen=True, slots=True)
class Buttons:
    """One to three reply buttons."""

    buttons: Sequence[Button]


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """A button, `label`, that opens a list of at most ten rows."""

    label: str
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button, `label`, that opens a link."""

    label: str
    url: str


Choice = Buttons | ChoiceList | LinkButton
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}")
VOICE_TYPE = "audio/ogg"
VOICE_NAME = "voice-message.ogg"
"""Meta's voice messages are OGG with Opus, mono."""


async def send_text(session: AsyncSession, actor: Actor, order: Order, *, body: str) -> EntryView:
    """Queue a text of at most 4096 characters.

    Raises:
        Forbidden: The actor may not reply here.
        NotFound: The thread is out of the actor's sight.
        Invalid: It is empty or too long, or the reply window is closed.
    """
    text = clean(body)

    async def write(to: Recipient) -> Draft:
        payloads.text(to, text)
        return Draft("text", text)

    return await queue(session, actor, order, write)


async def send_media(
    session: AsyncSession,
    actor: Actor,
    order: Order,
    *,
    media_id: UUID,
    caption: str = "",
    voice: bool | None = None,
) -> EntryView:
    """Queue a file the actor uploaded; its type decides what it is sent as.

    Args:
        session: Where it is queued.
        actor: Who sends, and who uploaded the file.
        order: To which thread, when, under which key.
        media_id: From the upload endpoint.
        caption: For images, videos and documents, at most 1024 characters.
        voice: Show audio as a voice message; by itself when the upload endpoint made it one.

    Raises:
        NotFound: The file is not the actor's, or the thread is out of sight.
        Invalid: The file takes no caption, was sent before, or the reply window is closed.
    """
    words = clean(caption)

    async def write(to: Recipient) -> Draft:
        file = await get_upload(session, actor, media_id)
        kind = media_rules.kind_for(file.mime)
        is_voice = file.filename == VOICE_NAME if voice is None else voice
        if is_voice and file.mime != VOICE_TYPE:
            raise Invalid.field("voice", "Only a recording can be a voice message.")
        payload = payloads.media(
            to,
            kind,
            stored_payload.placeholder(file.id),
            caption=words or None,
            filename=file.filename if kind is MediaKind.DOCUMENT else None,
            voice=is_voice,
        )
        shown = {
            "id": str(file.id),
            "mime": file.mime,
            "filename": file.filename,
            "voice": is_voice,
            "animated": False,
        }
        return Draft(
            kind.value,
            words,
            {"media": shown, stored_payload.SEND: stored_payload.keep(payload)},
            (file,),
        )

    return await queue(session, actor, order, write)


async def get_upload(session: AsyncSession, actor: Actor, media_id: UUID) -> Media:
    """Return a file the actor uploaded and did not send yet, locked for change.

    Raises:
        NotFound: It is missing, or somebody else's.
        Invalid: It was sent before.
    """
    files = MediaRepository(session, actor.workspace_id)
    file = await files.get(media_id, lock=True)
    if file.uploaded_by != actor.user_id:
        raise NotFound(files.missing)
    if file.message_id is not None:
        raise Invalid("This file was already sent. Attach it again.")
    return file


async def send_location(
    session: AsyncSession,
    actor: Actor,
    order: Order,
    *,
    latitude: float,
    longitude: float,
    name: str = "",
    address: str = "",
) -> EntryView:
    """Queue a place; degrees, north and east positive.

    Raises:
        Invalid: There is no such place on Earth, or the reply window is closed.
    """
    title, street = one_line(name)[:200], one_line(address)[:300]

    async def write(to: Recipient) -> Draft:
        payload = payloads.location(
            to, latitude, longitude, name=title or None, address=street or None
        )
        place = {"latitude": latitude, "longitude": longitude, "name": title, "address": street}
        return Draft(
            "location", "", {"location": place, stored_payload.SEND: stored_payload.keep(payload)}
        )

    return await queue(session, actor, order, write)


async def send_contact_card(
    session: AsyncSession, actor: Actor, order: Order, *, cards: Sequence[ContactCard]
) -> EntryView:
    """Queue one or more contact cards.

    Raises:
        Invalid: There is none, one has no name, or the reply window is closed.
    """

    async def write(to: Recipient) -> Draft:
        payload = payloads.contacts(to, cards)
        shown = [asdict(card) for card in cards]
        names = ", ".join(card.formatted_name for card in cards)
        content: dict[str, Any] = {
            "cards": shown,
            stored_payload.SEND: stored_payload.keep(payload),
        }
        return Draft("contacts", "", {**content, "names": names})

    return await queue(session, actor, order, write)


async def cards_of(
    session: AsyncSession, actor: Actor, contact_ids: Sequence[UUID]
) -> list[ContactCard]:
    """Return contacts of the workspace as cards to share.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    found = await contacts.list_by_ids(session, actor.workspace_id, contact_ids)
    return [
        ContactCard(
            formatted_name=name_of(contact),
            first_name=contact.first_name or None,
            last_name=contact.last_name or None,
            phones=(
                (CardPhone(contact.phone, "CELL", contact.phone.removeprefix("+")),)
                if contact.phone
                else ()
            ),
            emails=(CardEmail(contact.email, "WORK"),) if contact.email else (),
            company=contact.company or None,
        )
        for contact_id in contact_ids
        if (contact := found.get(contact_id))
    ]


async def typed_card(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    phone: str = "",
    email: str = "",
    company: str = "",
) -> ContactCard:
    """Return a card of what somebody typed; a number without country code is the workspace's.

    Raises:
        Invalid: The name is missing, there is neither number nor e-mail, or one of them is odd.
    """
    called = one_line(name)[:191]
    if not called:
        raise Invalid.field("name", "Write the name of the contact.")
    if not phone.strip() and not email.strip():
        raise Invalid.field("phone", "Write a phone number or an e-mail.")
    country = (await get_workspace(session, actor.workspace_id)).country or None
    number = normalise(phone, country) if phone.strip() else ""
    address = one_line(email)
    if address and not _EMAIL.fullmatch(address):
        raise Invalid.field("email", "This is no e-mail address.")
    return ContactCard(
        formatted_name=called,
        phones=(CardPhone(number, "CELL", number.removeprefix("+")),) if number else (),
        emails=(CardEmail(address, "WORK"),) if address else (),
        company=one_line(company)[:255] or None,
    )


async def send_interactive(
    session: AsyncSession,
    actor: Actor,
    order: Order,
    *,
    body: str,
    choice: Choice,
    header: str = "",
    footer: str = "",
) -> EntryView:
    """Queue a message with reply buttons, a list, or a link button.

    Raises:
        Invalid: A text is too long, there are too many choices, or the reply window is closed.
    """
    text, above, below = clean(body), one_line(header), one_line(footer)

    async def write(to: Recipient) -> Draft:
        payload, shown = _interactive(to, text, choice, above, below)
        bubble = {"header": above, "body": text, "footer": below, **shown}
        return Draft(
            "interactive",
            text,
            {"interactive": bubble, stored_payload.SEND: stored_payload.keep(payload)},
        )

    return await queue(session, actor, order, write)


def _interactive(
    to: Recipient, body: str, choice: Choice, header: str, footer: str
) -> tuple[Payload, dict[str, Any]]:
    above = Header(text=header) if header else None
    match choice:
        case Buttons(buttons):
            payload = payloads_interactive.buttons(
                to, body, buttons, header=above, footer=footer or None
            )
            titles = [{"id": b.reply_id, "title": b.title} for b in buttons]
            return payload, {"kind": "button", "buttons": titles}
        case ChoiceList(label, sections):
            payload = payloads_interactive.choice_list(
                to, body, label, sections, header=header or None, footer=footer or None
            )
            rows = [
                {
                    "title": section.title or "",
                    "rows": [
                        {"id": r.reply_id, "title": r.title, "description": r.description or ""}
                        for r in section.rows
                    ],
                }
                for section in sections
            ]
            button = {"id": "", "title": label, "type": "list"}
            return payload, {"kind": "list", "buttons": [button], "sections": rows}
        case LinkButton(label, url):
            payload = payloads_interactive.link_button(
                to, body, label, url, header=above, footer=footer or None
            )
            button = {"id": "", "title": label, "type": "url", "url": url}
            return payload, {"kind": "cta_url", "buttons": [button]}
