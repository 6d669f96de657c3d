"""Sending an approved template, the one thing WhatsApp takes at any time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.permissions import Actor
from xobito_app.core.text import one_line
from xobito_app.features.connection.service import connection_of
from xobito_app.features.contacts.service import get_contact, greeting_name_of
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.composing.compose import get_upload
from xobito_app.features.inbox.composing.outgoing import Draft, Order, queue
from xobito_app.features.inbox.repository import ConversationRepository
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads.local_times import read_local, time_zone_of
from xobito_app.features.inbox.threads.threads import get_visible, name_of
from xobito_app.features.templates.service import bubble_of, get_row, read_template, words_of
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Media
from xobito_app.models.templates import Template as TemplateRow
from xobito_app.whatsapp import media as media_rules, payloads_template
from xobito_app.whatsapp.payloads import Payload, Recipient
from xobito_app.whatsapp.templates import Template, Variable, VariableKind

_MARKETING = "MARKETING"
_ADDRESSES = ("https://", "http://")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
"""A time as a browser's field writes it: the zone is the workspace's."""


async def send_template(
    session: AsyncSession,
    actor: Actor,
    order: Order,
    *,
    template_id: UUID,
    values: Mapping[str, str],
) -> EntryView:
    """Queue a template with its blanks filled.

    Args:
        session: Where it is queued.
        actor: Who sends.
        order: To which thread, when, under which key; `is_template` must be set.
        template_id: Ours.
        values: By variable key (`body.1`, `header.media`, `card.0.button.1` …); the value of a
            file is the id of one the actor uploaded, or an address from which Meta fetches it;
            an end without a zone is the workspace's time.

    Raises:
        NotFound: There is no such template for this thread's number.
        Invalid: It is not approved, a blank is empty or breaks a rule, or the contact has
            stopped marketing messages.
    """
    if not order.is_template:
        raise ValueError("A template's order must say so.")

    async def write(to: Recipient) -> Draft:
        thread = await ConversationRepository(session, actor.workspace_id).get(
            order.conversation_id
        )
        row = await _sendable(session, actor, thread.number_id, template_id)
        chosen = read_template(row)
        if not chosen.is_sendable:
            raise Invalid("WhatsApp has not approved this template, or Xobito cannot fill it.")
        contact = await get_contact(session, actor.workspace_id, thread.contact_id)
        if chosen.category == _MARKETING and contact.opted_out_at is not None:
            raise Invalid("This contact has opted out of marketing messages.")
        filled, files = await _attach(session, actor, chosen, values)
        filled |= await _moments(session, actor, chosen, filled)
        payload = payloads_template.filled_template(to, chosen, filled)
        session.add(row)
        return replace(draft_of_template(row, filled, payload), media=files)

    return await queue(session, actor, order, write)


def draft_of_template(row: TemplateRow, values: Mapping[str, str], payload: Payload) -> Draft:
    """Return the inside of a template's message, and count its use."""
    chosen = read_template(row)
    row.use_count += 1
    row.last_used_at = clock.now()
    content: dict[str, Any] = {
        "template": bubble_of(row.id, chosen, values),
        stored_payload.SEND: stored_payload.keep(payload),
    }
    return Draft("template", words_of(chosen, values), content, template_id=row.id)


async def suggest_values(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, template_id: UUID
) -> dict[str, str]:
    """Return values for a template's blanks that the contact's own facts can fill.

    A named blank is filled by the fact of that name; the first numbered blank of a text is
    offered the first name, since that is what it nearly always is.

    Raises:
        NotFound: The thread is out of sight, or there is no such template.
    """
    thread = await get_visible(session, actor, conversation_id)
    row = await get_row(session, actor, template_id=template_id)
    contact = await get_contact(session, actor.workspace_id, thread.contact_id)
    return suggestions(read_template(row), contact)


def suggestions(chosen: Template, contact: Contact) -> dict[str, str]:
    """Match a template's blanks with what is known of a contact."""
    first_name = greeting_name_of(contact)
    facts: dict[str, Any] = {
        "first_name": first_name,
        "firstname": first_name,
        "last_name": contact.last_name,
        "lastname": contact.last_name,
        "name": name_of(contact),
        "full_name": name_of(contact),
        "customer_name": name_of(contact),
        "phone": contact.phone or "",
        "email": contact.email,
        "company": contact.company,
        "city": contact.city,
        "country": contact.country,
        **{str(name).lower(): value for name, value in contact.custom.items()},
    }
    found: dict[str, str] = {}
    for variable in chosen.variables:
        if variable.kind is not VariableKind.TEXT:
            continue
        if value := _fact(variable, facts, first_name, chosen.named):
            found[variable.key] = value
    return found


def _fact(variable: Variable, facts: Mapping[str, Any], first_name: str, named: bool) -> str:
    if named:
        return one_line(str(facts.get(variable.name.lower()) or ""))
    return first_name if variable.key == "body.1" else ""


async def _sendable(
    session: AsyncSession, actor: Actor, number_id: UUID, template_id: UUID
) -> TemplateRow:
    row = await get_row(session, actor, template_id=template_id)
    # Another account's template of the same name may say something else.
    account_id = await connection_of(session, actor.workspace_id, number_id)
    if row.gone_at is not None or row.connection_id != account_id:
        raise NotFound("This template does not exist for this number.")
    return row


async def _attach(
    session: AsyncSession, actor: Actor, chosen: Template, values: Mapping[str, str]
) -> tuple[dict[str, str], tuple[Media, ...]]:
    """Replace the ids of uploaded files by what stands for them until they are at Meta."""
    filled = {variable.key: _typed(variable, values) for variable in chosen.variables}
    files: list[Media] = []
    for variable in chosen.variables:
        value = filled[variable.key]
        if variable.kind is not VariableKind.MEDIA or not value or value.startswith(_ADDRESSES):
            continue
        try:
            media_id = UUID(value)
        except ValueError:
            raise Invalid.field(variable.key, "Attach the file first.") from None
        file = await get_upload(session, actor, media_id)
        wanted = (variable.media_format or "IMAGE").lower()
        if media_rules.kind_for(file.mime).value != wanted:
            raise Invalid.field(variable.key, f"This template's header takes a {wanted}.")
        files.append(file)
        filled[variable.key] = stored_payload.placeholder(file.id)
        filled[payloads_template.file_name_key(variable)] = file.filename
    return filled, tuple(files)


async def _moments(
    session: AsyncSession, actor: Actor, chosen: Template, values: Mapping[str, str]
) -> dict[str, str]:
    """Return the ends of offers that were given without a zone, as moments."""
    found: dict[str, str] = {}
    for variable in chosen.variables:
        value = values.get(variable.key) or ""
        if variable.kind is VariableKind.EXPIRY and _LOCAL.fullmatch(value):
            zone = await time_zone_of(session, actor)
            found[variable.key] = read_local(value, zone).isoformat()
    return found


def _typed(variable: Variable, values: Mapping[str, str]) -> str:
    """Return a value without outer space; Meta's own checks see its inside as typed."""
    return (values.get(variable.key) or "").strip()
