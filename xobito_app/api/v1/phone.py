"""`/phone/validate`: is this a number, and how is it written?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs
from xobito_app.api.rest.shapes import In, Out, limited
from xobito_app.core import phone
from xobito_app.core.errors import Invalid

router = APIRouter(tags=["Phone numbers"], route_class=RestRoute)


class Asked(In):
    """A number as somebody wrote it."""

    phone_number: Annotated[str, limited(100, 1)]
    country: Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")] | None = Field(
        default=None,
        description="Assumed when there is no `+`; the workspace's country when missing.",
    )


class Judged(Out):
    """What a number is."""

    is_valid: bool
    phone_number: str = Field(description="As it was given.")
    e164: str | None
    display: str | None = Field(description="As people read it, internationally.")
    country: str | None = Field(description="ISO 3166, two letters.")
    reason: str | None = Field(description="Why it is none.")


@router.post("/phone/validate")
async def validate(
    call: Annotated[Call, needs()],
    body: Annotated[Asked, json_body({"phone_number": "(650) 555-1234", "country": "US"})],
) -> Judged:
    """Judge a phone number.

    Tells whether it can be a number, not whether somebody has it.
    """
    country = (body.country or call.caller.country).upper() or None
    try:
        number = phone.normalise(body.phone_number, country)
    except Invalid as error:
        return Judged(
            is_valid=False,
            phone_number=body.phone_number,
            e164=None,
            display=None,
            country=None,
            reason=error.message,
        )
    return Judged(
        is_valid=phone.is_valid(number),
        phone_number=body.phone_number,
        e164=number,
        display=phone.display(number),
        country=phone.country_of(number),
        reason=None if phone.is_valid(number) else "No country gives out numbers like this one.",
    )
