"""API tokens: their list, and the one being made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.tokens import rules, service
from xobito_app.features.tokens.schemas import TokenView
from xobito_app.ui import formats, forms
from xobito_app.ui.blocks import Form, ListState, Page, RowFormState, SecretState, Viewer, whole
from xobito_app.ui.components import toast_success
from xobito_app.ui.security import AppState, guarded_by, permitted

NEW_KEY = "api-token"
LIVES = (("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"))


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token in the list."""

    id: str
    name: str
    prefix: str
    abilities: str
    all_abilities: str
    rate: str
    used: str
    state: str
    tone: str
    ends: str
    is_live: bool

    @classmethod
    def of(cls, view: TokenView, zone: str) -> TokenRow:
        """Word a token."""
        now = clock.now()
        is_live = rules.is_valid(view.revoked_at, view.expires_at, now)
        state, tone = ("Active", "success") if is_live else ("Expired", "neutral")
        if view.revoked_at:
            state, tone = "Revoked", "neutral"
        elif is_live and view.is_orphaned:
            state, tone = "Stopped: its creator is inactive", "danger"
        return cls(
            id=str(view.id),
            name=view.name,
            prefix=f"{view.prefix}…",
            abilities=_abilities(view.abilities),
            all_abilities=", ".join(view.abilities),
            rate=f"{view.rate_limit} a minute" if view.rate_limit else "Unlimited",
            used=formats.ago(view.last_used_at, zone, now) if view.last_used_at else "Never",
            state=state,
            tone=tone,
            ends=_ends(view.expires_at, zone),
            is_live=is_live,
        )


def _abilities(abilities: tuple[str, ...]) -> str:
    if len(abilities) == len(registry.abilities()):
        return "Everything"
    if len(abilities) <= 3:
        return ", ".join(abilities)
    return f"{abilities[0]}, {abilities[1]} and {len(abilities) - 2} more"


def _ends(at: datetime | None, zone: str) -> str:
    return f"Until {formats.full(at, zone)}" if at else ""


@permitted(view=Permission.API_TOKENS_MANAGE)
class TokensState(ListState, AppState):
    """The workspace's tokens."""

    rows: rx.Field[list[TokenRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[TokenRow]:
        found = await self._call(service.list_tokens)
        return whole(TokenRow.of(view, viewer.time_zone) for view in found)


@permitted(edit=Permission.API_TOKENS_MANAGE)
class TokenFormState(RowFormState, SecretState, AppState):
    """The token being made; what ends one, and takes an ended one off the list."""

    listed: ClassVar = TokensState
    secret: ClassVar = NEW_KEY
    deleted_words: ClassVar = "Token removed."
    offered: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        # Nobody gives a token what they may not do themselves, so those boxes cannot be ticked.
        allowed = service.offered(await self._actor())
        self.offered = {ability: ability in allowed for ability in registry.abilities()}
        return {"rate_limit": str(rules.STANDARD_RATE)}

    async def _save(self, row_id: UUID | None, form: Form) -> str:
        days, rate = forms.text(form, "lives", 4), forms.text(form, "rate_limit", 10).strip()
        if not (rate or "60").isdigit():
            raise Invalid.field("rate_limit", "Use a whole number; 0 is unlimited.")
        _, token = await self._call(
            service.create_token,
            name=forms.text(form, "name"),
            abilities=[a for a in registry.abilities() if forms.is_on(form, a)],
            rate_limit=int(rate or rules.STANDARD_RATE),
            expires_at=clock.now() + timedelta(days=int(days)) if days.isdigit() else None,
        )
        return token

    def _saved(self, result: str) -> list[Any]:
        return [self._reveal(result), *self._reload()]

    @rx.event
    @guarded_by("edit")
    async def revoke(self):
        """End the token that was asked about."""
        await self._call(service.revoke_token, token_id=self._answered())
        return [TokensState.load, toast_success("Revoked. It no longer works.")]

    async def _delete(self, row_id: UUID) -> None:
        await self._call(service.delete_token, token_id=row_id)
