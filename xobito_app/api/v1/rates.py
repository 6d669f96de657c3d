"""`/rates`: what Meta charges for a message, as the workspace keeps it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs
from xobito_app.api.rest.shapes import GivenMoment, In, Moment, Numbered, Out, Page, limited
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.schemas import RateLine

router = APIRouter(tags=["Campaigns"], route_class=RestRoute)


class Rate(Out):
    """What a delivered message costs from a moment on."""

    id: UUID
    country: str = Field(description="Two letters, ISO 3166; empty is all other countries.")
    category: str
    currency: str
    amount: str = Field(description="As a decimal number.")
    valid_from: Moment

    @classmethod
    def of(cls, view: RateLine) -> Rate:
        """Take a rate over."""
        return cls(
            id=view.id,
            country=view.country,
            category=view.category,
            currency=view.currency,
            amount=f"{view.amount:f}",
            valid_from=view.valid_from,
        )


class RateIn(In):
    """A rate; one of the same country, category and moment is replaced."""

    country: Annotated[str, limited(2)] = Field(
        description="Two letters, ISO 3166; empty is all other countries."
    )
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
    currency: Annotated[str, limited(3, 3)]
    amount: Annotated[
        str, Field(pattern=r"^\d{1,6}(\.\d{1,6})?$", description="Of one message, in decimals.")
    ]
    valid_from: GivenMoment


@router.get("/rates")
async def list_rates(call: Annotated[Call, needs("campaigns.read")], query: Numbered) -> Page[Rate]:
    """List rates, the newest first.

    Of several for the same country and category, the newest that has begun counts.
    """
    found = await campaigns.list_rates(call.session, call.actor)
    return Page[Rate].part(call, [Rate.of(line) for line in found], query)


@router.put("/rates", response_description="Rate saved")
async def save_rate(
    call: Annotated[Call, needs("campaigns.create")],
    body: Annotated[
        RateIn,
        json_body(
            {
                "country": "DE",
                "category": "MARKETING",
                "currency": "EUR",
                "amount": "0.1131",
                "valid_from": "2026-10-01T00:00:00Z",
            }
        ),
    ],
) -> Rate:
    """Say what a message costs from a moment on.

    Estimates and costs of campaigns count with it.
    """
    view = await campaigns.save_rate(
        call.session,
        call.actor,
        country=body.country,
        category=body.category,
        currency=body.currency,
        amount=Decimal(body.amount),
        valid_from=body.valid_from,
    )
    return Rate.of(view)
