"""`/templates` and `/messages/template`: what may be sent at any time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, create_model

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, current_call, needs
from xobito_app.api.rest.shapes import Moment, Out, Page, PageQuery, limited
from xobito_app.api.v1 import incoming
from xobito_app.api.v1.incoming import Kept
from xobito_app.api.v1.messages import Addressed, Sent, Url, order_for
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.features.connection import accounts
from xobito_app.features.inbox.composing.compose_template import send_template
from xobito_app.features.templates import service as templates
from xobito_app.features.templates.schemas import TemplateView
from xobito_app.whatsapp.payloads import MediaKind
from xobito_app.whatsapp.templates import Part, Template, VariableKind

router = APIRouter(tags=["Templates"], route_class=RestRoute)
Value = Annotated[str, limited(1024)]
_HEADER_KINDS = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT)


class TemplateButtonOut(Out):
    """A button under a template."""

    type: str
    text: str
    url: str | None


class TemplateOut(Out):
    """A template as Meta holds it."""

    id: UUID
    name: str
    language: str
    category: str
    status: str
    quality: str
    header_format: str
    header: str
    body: str
    footer: str
    buttons: list[TemplateButtonOut]
    variables: list[str] = Field(description="Its blanks: `header.1`, `body.1`, `button.0` …")
    last_used_at: Moment | None
    synced_at: Moment | None

    @classmethod
    def of(cls, view: TemplateView) -> TemplateOut:
        """Take a template over."""
        plain = {
            name: getattr(view, name)
            for name in cls.model_fields
            if name not in {"buttons", "variables"}
        }
        return cls.model_validate(
            {
                **plain,
                "buttons": [
                    {"type": button.type, "text": button.text, "url": button.url}
                    for button in view.buttons
                ],
                "variables": [variable.key for variable in view.variables],
            }
        )


class TemplateQuery(PageQuery):
    """Which templates are wanted."""

    search: Annotated[str, limited(200)] = ""
    status: Annotated[str, limited(40)] = Field(default="", description="Like APPROVED.")
    category: Annotated[str, limited(40)] = Field(default="", description="Like MARKETING.")
    language: Annotated[str, limited(16)] = Field(default="", description="Like en_US.")


@router.get("/templates")
async def list_templates(
    call: Annotated[Call, needs("templates.read")], query: Annotated[TemplateQuery, Query()]
) -> Page[TemplateOut]:
    """List templates, by name."""
    found = await templates.page_templates(
        call.session,
        call.actor,
        search=query.search,
        status=query.status.upper(),
        category=query.category.upper(),
        language=query.language,
        page=query.page,
        per_page=query.per_page,
    )
    return Page[TemplateOut].shown(
        call, found.map(TemplateOut.of), page=query.page, per_page=query.per_page
    )


class TemplateFields(Addressed):
    """A template with its header; the blanks of body and buttons follow."""

    template_name: Annotated[str, limited(512, 1)]
    template_language: Annotated[str, limited(16, 2)] = Field(description="Like en_US.")
    header_field_1: Value | None = Field(default=None, description="The blank of a text header.")
    header_image: Url | None = None
    header_video: Url | None = None
    header_document: Url | None = None
    header_document_name: Annotated[str, limited(255)] | None = None
    header_location: Value | None = Field(
        default=None, description="`latitude,longitude` or with `,name,address` behind."
    )


def _blanks(name: str, places: range) -> dict[str, Any]:
    # A type checker takes no alias made at run time for a type.
    value: Any = Value
    return {f"{name}_{place}": (value | None, None) for place in places}


class TemplateMessage(
    create_model(
        "TemplateBlanks",
        __base__=TemplateFields,
        **_blanks("field", range(1, 11)),
        **_blanks("button", range(10)),
    )
):
    """A template to send, its blanks filled."""


_Message = Annotated[
    TemplateMessage,
    json_body(
        {
            "phone_number": "+16505551234",
            "template_name": "order_update",
            "template_language": "en_US",
            "field_1": "Ana",
        }
    ),
]


def values_of(chosen: Template, body: BaseModel) -> dict[str, str]:
    """Match what was given with the blanks of a template, those of the body in their order."""
    given = {name: value for name, value in body if isinstance(value, str)}
    found: dict[str, str] = {}
    place = 0
    for variable in chosen.variables:
        match variable.part:
            case Part.BODY:
                place += 1
                name = f"field_{place}"
            case Part.BUTTON:
                name = f"button_{variable.button_index}"
            case _:
                is_place = variable.kind is VariableKind.LOCATION
                name = "header_location" if is_place else "header_field_1"
        if value := given.get(name):
            found[variable.key] = value
    return found


def names_of(chosen: Template) -> dict[str, str]:
    """Return under which name each blank of a template is given, for what is wrong with it."""
    body = [variable for variable in chosen.variables if variable.part is Part.BODY]
    return {
        **{v.key: f"field_{place}" for place, v in enumerate(body, start=1)},
        **{v.key: v.key.replace(".", "_") for v in chosen.variables if v.part is Part.BUTTON},
        "header.1": "header_field_1",
        "header.media": f"header_{(chosen.header_format or '').lower()}",
        "header.location": "header_location",
    }


async def _header(
    call: Annotated[Call, Depends(current_call)], body: _Message
) -> AsyncGenerator[Kept | None]:
    """Fetch the file of a header before the transaction."""
    await call.require_first()
    async with AsyncExitStack() as stack:
        kept = None
        for kind in _HEADER_KINDS:
            field = f"header_{kind.value}"
            if (url := getattr(body, field)) and kept is None:
                name = body.header_document_name if kind is MediaKind.DOCUMENT else None
                kept = await stack.enter_async_context(
                    incoming.fetched(
                        call.actor.workspace_id, url, kind, field=field, filename=name or ""
                    )
                )
        yield kept


@router.post("/messages/template", status_code=201, response_description="Message queued")
async def send_template_message(
    call: Annotated[Call, needs("messages.send")],
    body: _Message,
    header: Annotated[Kept | None, Depends(_header, scope="function")],
) -> Sent:
    """Send an approved template, at any time.

    `field_1` … fill the blanks of the body in their order, `button_0` … those of the buttons by
    their place. An unknown number becomes a contact.
    """
    order = await order_for(call, body, is_template=True)
    number = await accounts.choose_number(
        call.session, call.actor.workspace_id, body.from_phone_number_id or ""
    )
    try:
        row = await templates.find_by_name(
            call.session,
            call.actor,
            number_id=number.id,
            name=body.template_name,
            language=body.template_language,
        )
    except NotFound as error:
        raise Invalid.field("template_name", error.message) from None
    chosen = templates.read_template(row)
    values = values_of(chosen, body)
    if header:
        values["header.media"] = str(await header.use(call.session, call.actor))
    try:
        entry = await send_template(
            call.session, call.actor, order, template_id=row.id, values=values
        )
    except Invalid as error:
        names = names_of(chosen)
        fields = {names.get(key, key): told for key, told in error.fields.items()}
        raise Invalid(error.message, fields) from None
    return Sent.of(entry)
