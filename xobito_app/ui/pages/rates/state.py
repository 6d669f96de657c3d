"""The workspace's rates: what Meta charges, by country and category, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.schemas import RateLine
from xobito_app.ui import forms
from xobito_app.ui.blocks import Form, ListState, Page, RowFormState, Viewer, whole
from xobito_app.ui.security import AppState, permitted

VIEW = (Permission.BILLING_VIEW, Permission.CAMPAIGNS_VIEW)
EDIT = (Permission.SETTINGS_EDIT, Permission.CAMPAIGNS_EDIT)
CATEGORIES = (
    ("MARKETING", "Marketing"),
    ("UTILITY", "Utility"),
    ("AUTHENTICATION", "Authentication"),
)
_COUNTRIES = dict(forms.COUNTRIES)


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate."""

    id: str
    country: str
    category: str
    amount: str
    since: str

    @classmethod
    def of(cls, line: RateLine) -> RateRow:
        """Word a rate."""
        return cls(
            id=str(line.id),
            country=_COUNTRIES.get(line.country, line.country) or "All other countries",
            category=line.category.capitalize(),
            amount=f"{line.amount.normalize():f} {line.currency}",
            since=f"{line.valid_from:%Y-%m-%d}",
        )


@permitted(view=VIEW)
class RatesState(ListState, AppState):
    """Every rate, the newest first."""

    rows: rx.Field[list[RateRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[RateRow]:
        return whole(RateRow.of(line) for line in await self._call(service.list_rates))


@permitted(create=EDIT, edit=EDIT, delete=EDIT)
class RateFormState(RowFormState, AppState):
    """A new rate; a changed price is a rate of its own from a day on."""

    listed: ClassVar = RatesState

    async def _values(self, row_id: UUID | None) -> Mapping[str, str]:
        known = await self._call(service.list_rates)
        currency = known[0].currency if known else ""
        return {"currency": currency, "valid_from": f"{clock.now():%Y-%m-%d}"}

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        await self._call(
            service.save_rate,
            country=forms.text(form, "country", 2),
            category=forms.text(form, "category", 40),
            currency=forms.text(form, "currency", 3).upper(),
            amount=_amount(forms.text(form, "amount", 20)),
            valid_from=_day(forms.text(form, "valid_from", 10)),
        )

    async def _delete(self, row_id: UUID) -> None:
        await self._call(service.delete_rate, rate_id=row_id)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise Invalid.field("amount", "Write the price of one message, like 0.0617.")
    return amount


def _day(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid.field("valid_from", "Choose the day from which it holds.") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
