"""`/messages`: writing to people, and how far a message has come."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, UploadFile
from pydantic import AliasChoices, Discriminator, Field, RootModel, Tag

from xobito_app.api.rest.requests import FORM, JSON, attached, checked, json_body
from xobito_app.api.rest.route import Call, RestRoute, current_call, needs, not_found
from xobito_app.api.rest.shapes import (
    CursorQuery,
    In,
    Moment,
    Out,
    Page,
    about,
    limited,
)
from xobito_app.api.v1 import incoming
from xobito_app.api.v1.incoming import Kept
from xobito_app.features.inbox.composing import compose, open_thread
from xobito_app.features.inbox.composing.compose import Buttons, LinkButton
from xobito_app.features.inbox.composing.outgoing import Order
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads import history
from xobito_app.features.inbox.threads.history import Written
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.payloads import MediaKind
from xobito_app.whatsapp.payloads_interactive import Button

router = APIRouter(tags=["Messages"], route_class=RestRoute)
DeliveryStatus = Literal["pending", "sent", "delivered", "read", "failed", "unresolved"]
Url = Annotated[str, Field(pattern=r"^https?://[^\s\x00]+$", max_length=2000)]


class Addressed(In):
    """To whom, and from which of the workspace's numbers."""

    phone_number: Annotated[str, limited(40, 3)] = Field(
        description="As people write it; without `+`, of the workspace's country."
    )
    from_phone_number_id: Annotated[str, limited(64)] | None = Field(
        default=None, description="Meta's id of your number; the primary one when missing."
    )


class TextMessage(Addressed):
    """A plain text."""

    type: Literal["text"] = "text"
    text: Annotated[str, limited(limits.TEXT_BODY, 1)] = Field(
        validation_alias=AliasChoices("text", "message", "body")
    )


class ReplyButton(In):
    """A button under a message; its id comes back when it is pressed."""

    id: Annotated[str, limited(limits.REPLY_BUTTON_ID, 1)]
    title: Annotated[str, limited(limits.REPLY_BUTTON_TITLE, 1)]


class Interactive(Addressed):
    """What messages with buttons have in common."""

    text: Annotated[str, limited(limits.INTERACTIVE_BODY, 1)] = Field(
        validation_alias=AliasChoices("text", "message", "body")
    )
    header: Annotated[str, limited(limits.INTERACTIVE_HEADER)] = ""
    footer: Annotated[str, limited(limits.INTERACTIVE_FOOTER)] = ""


class ButtonsMessage(Interactive):
    """A text with one to three reply buttons."""

    type: Literal["interactive"]
    buttons: list[ReplyButton] = Field(min_length=1, max_length=limits.REPLY_BUTTONS)


class LinkMessage(Interactive):
    """A text with a button that opens a link."""

    type: Literal["cta_url"]
    button_text: Annotated[str, limited(limits.CTA_LABEL, 1)]
    button_url: Url


def _kind(given: Any) -> Any:
    return given.get("type", "text") if isinstance(given, dict) else getattr(given, "type", None)


class Message(
    RootModel[
        Annotated[
            Annotated[TextMessage, Tag("text")]
            | Annotated[ButtonsMessage, Tag("interactive")]
            | Annotated[LinkMessage, Tag("cta_url")],
            Discriminator(_kind),
        ]
    ]
):
    """A message of one of the kinds; `type` says which."""


class MediaFields(Addressed):
    """A file to send, but for the file itself."""

    media_type: Literal["image", "document", "video", "audio"]
    caption: Annotated[str, limited(limits.CAPTION)] = Field(
        default="", description="For images, videos and documents."
    )
    filename: Annotated[str, limited(limits.FILENAME)] = Field(
        default="", description="How a document is called."
    )


class MediaMessage(MediaFields):
    """A file to send, fetched from an address on the open internet."""

    media_url: Url


class MediaUpload(MediaFields):
    """A file to send, sent along."""

    media_file: Annotated[UploadFile, attached(limits.DOCUMENT_BYTES)]


class Sent(Out):
    """A message on its way."""

    message_id: UUID
    conversation_id: UUID
    delivery_status: DeliveryStatus
    created_at: Moment

    @classmethod
    def of(cls, view: EntryView) -> Sent:
        """Take an entry of the thread over."""
        return cls(
            message_id=view.id,
            conversation_id=view.conversation_id,
            delivery_status="pending",
            created_at=view.at,
        )


class DeliveryState(Out):
    """How far a message has come."""

    message_id: UUID
    wamid: str | None = Field(description="Meta's id, once it has taken the message.")
    delivery_status: DeliveryStatus
    error_message: str | None
    source: str = Field(description="Where it was written: inbox, api, phone …")
    last_updated: Moment


class Entry(Out):
    """One message of either side."""

    id: UUID
    wamid: str | None
    conversation_id: UUID
    direction: Literal["incoming", "outgoing"]
    type: str
    text: str
    media_type: str | None = Field(description="MIME type of its file.")
    filename: str | None
    delivery_status: DeliveryStatus | None = Field(description="Null for incoming ones.")
    error_message: str | None
    source: str
    sent_by: str | None
    created_at: Moment

    @classmethod
    def of(cls, view: Written) -> Entry:
        """Take a message over."""
        return cls.model_validate(
            {
                "id": view.id,
                "wamid": view.wamid or None,
                "conversation_id": view.conversation_id,
                "direction": "incoming" if view.is_incoming else "outgoing",
                "type": view.kind,
                "text": view.text,
                "media_type": view.mime or None,
                "filename": view.filename or None,
                "delivery_status": view.delivery_status or None,
                "error_message": view.error or None,
                "source": view.source,
                "sent_by": view.author or None,
                "created_at": view.at,
            }
        )


async def order_for(call: Call, body: Addressed, *, is_template: bool = False) -> Order:
    """Return the order for a message to somebody, who becomes a contact when unknown."""
    thread_id = await open_thread.reach(
        call.session,
        call.actor,
        phone_number=body.phone_number,
        from_phone_number_id=body.from_phone_number_id or "",
    )
    return Order(thread_id, call.message_key, is_template=is_template, origin="api")


@router.post("/messages/send", status_code=201, response_description="Message queued")
async def send_message(
    call: Annotated[Call, needs("messages.send")],
    body: Annotated[
        Message,
        json_body(
            {"phone_number": "+16505551234", "type": "text", "text": "Your order has arrived."}
        ),
    ],
) -> Sent:
    """Send a text, or a text with buttons.

    Only within 24 hours after the person's last message; outside of that send a template.
    An unknown number becomes a contact.
    """
    given = body.root
    order = await order_for(call, given)
    if isinstance(given, TextMessage):
        entry = await compose.send_text(call.session, call.actor, order, body=given.text)
    else:
        choice: Buttons | LinkButton
        if isinstance(given, ButtonsMessage):
            choice = Buttons([Button(button.id, button.title) for button in given.buttons])
        else:
            choice = LinkButton(given.button_text, given.button_url)
        entry = await compose.send_interactive(
            call.session,
            call.actor,
            order,
            body=given.text,
            choice=choice,
            header=given.header,
            footer=given.footer,
        )
    return Sent.of(entry)


async def _read_media(
    call: Annotated[Call, Depends(current_call)],
) -> MediaMessage | MediaUpload:
    """Read JSON that names an address, or a form with the file itself."""
    if call.request.kind == JSON:
        raw = await call.request.body()
        return checked(lambda: MediaMessage.model_validate_json(raw, strict=True))
    form = await call.request.fields()
    return checked(lambda: MediaUpload.model_validate(dict(form)))


_Media = Annotated[MediaMessage | MediaUpload, Depends(_read_media)]


async def _kept(call: Annotated[Call, Depends(current_call)], body: _Media) -> AsyncGenerator[Kept]:
    await call.require_first()
    kind, workspace_id = MediaKind(body.media_type), call.actor.workspace_id
    if isinstance(body, MediaMessage):
        taking = incoming.fetched(
            workspace_id, body.media_url, kind, field="media_url", filename=body.filename
        )
    else:
        taking = incoming.uploaded(
            workspace_id, body.media_file, kind, field="media_file", filename=body.filename
        )
    async with taking as kept:
        yield kept


_MEDIA_EXAMPLE = {
    "phone_number": "+16505551234",
    "media_type": "image",
    "media_url": "https://example.com/picture.jpg",
    "caption": "Fresh today",
}


@router.post(
    "/messages/media",
    status_code=201,
    response_description="Message queued",
    max_body_size=limits.DOCUMENT_BYTES,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": MediaMessage.model_json_schema(),
                    "examples": {"example": {"value": _MEDIA_EXAMPLE}},
                },
                FORM: {"schema": MediaUpload.model_json_schema()},
            },
        }
    },
)
async def send_media(
    call: Annotated[Call, needs("messages.send")],
    body: _Media,
    kept: Annotated[Kept, Depends(_kept, scope="function")],
) -> Sent:
    """Send a file.

    Give `media_url` as JSON, or send the file itself as `media_file` in a `multipart/form-data`
    body with the same fields. Only within 24 hours after the person's last message.
    """
    order = await order_for(call, body)
    media_id = await kept.use(call.session, call.actor)
    return Sent.of(
        await compose.send_media(
            call.session,
            call.actor,
            order,
            media_id=media_id,
            caption=body.caption,
            voice=False,
        )
    )


# Meta's ids are base64, which has slashes.
@router.get("/messages/{message_id:path}/status", responses=not_found("Message"))
async def get_message_status(
    call: Annotated[Call, needs("messages.read")], message_id: str
) -> DeliveryState:
    """Get the delivery status of a message.

    `message_id` is the id this API gave, or Meta's `wamid`.
    """
    row = await history.read_written(call.session, call.actor, message_id)
    return DeliveryState.model_validate(
        {
            "message_id": row.id,
            "wamid": row.wamid or None,
            "delivery_status": row.delivery_status,
            "error_message": row.error or None,
            "source": row.source,
            "last_updated": row.changed_at,
        }
    )


@router.get("/contacts/{contact_id}/messages", responses=not_found("Contact"))
async def list_messages(
    call: Annotated[Call, needs("messages.read")],
    contact_id: UUID,
    query: Annotated[CursorQuery, Query()],
) -> Page[Entry]:
    """List the messages with a contact, oldest first."""
    with about("cursor"):
        found = await history.list_written(
            call.session, call.actor, contact_id=contact_id, **query.model_dump()
        )
    return Page[Entry].shown(call, found.map(Entry.of), page=query.page, per_page=query.per_page)
