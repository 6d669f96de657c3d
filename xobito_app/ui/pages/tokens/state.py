"""API tokens: the list, the one being made, and the text of a new one while it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from xobito_app import registry
from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.tokens import rules, service
from xobito_app.features.tokens.schemas import TokenView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import formats, forms
from xobito_app.ui.components import conceal, reveal, toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded

NEW_KEY = "api-token"
LIVES = (
    ("", "Never"),
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
)


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
            state, tone = "Stopped: its maker is not active", "danger"
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


class TokensState(AppState):
    """The workspace's tokens."""

    rows: rx.Field[list[TokenRow]] = rx.field(default_factory=list)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    asked_id: rx.Field[str] = rx.field("")
    asked_name: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def load(self):
        """Show all tokens."""
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                found = await service.list_tokens(uow.session, viewer.actor)
        except AppError as error:
            self.stage, self.problem = "failed", error.message
            return
        self.rows = [TokenRow.of(view, viewer.time_zone) for view in found]
        self.stage = "ready"

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def ask_to_revoke(self, token_id: str, name: str):
        """Ask before a token ends."""
        self.asked_id, self.asked_name = str(token_id), str(name)[:60]

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def dismiss(self, _is_open: bool):
        """Leave the token as it is."""
        self.asked_id = ""

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def revoke(self):
        """End the token that was asked about."""
        actor = await self._actor()
        token_id, self.asked_id = self.asked_id, ""
        async with unit_of_work(actor.workspace_id) as uow:
            await service.revoke_token(uow.session, actor, token_id=ids.parse(token_id))
        return [TokensState.load, toast_success("Revoked. It opens nothing any more.")]

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def remove(self, token_id: str):
        """Take a token that has ended off the list."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await service.delete_token(uow.session, actor, token_id=ids.parse(token_id))
        return [TokensState.load, toast_success("Removed.")]


class TokenFormState(AppState):
    """The token being made. Its text goes to the page alone, never into the state."""

    is_open: rx.Field[bool] = rx.field(False)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    offered: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    is_shown: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def begin(self):
        """Open the form anew."""
        actor = await self._actor()
        # Nobody gives a token what they may not do themselves, so those boxes cannot be ticked.
        allowed = service.offered(actor)
        self.offered = {ability: ability in allowed for ability in registry.abilities()}
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def set_open(self, is_open: bool):
        """Close the form."""
        self.is_open = is_open is True

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def submit(self, form: dict[str, Any]):
        """Make the token and show it, this once."""
        actor = await self._actor()
        days, rate = forms.text(form, "lives", 4), forms.text(form, "rate_limit", 10).strip()
        if not (rate or "60").isdigit():
            self.errors = {"rate_limit": "Use a whole number; 0 is unlimited."}
            return None
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                _, token = await service.create_token(
                    uow.session,
                    actor,
                    name=forms.text(form, "name"),
                    abilities=[a for a in registry.abilities() if forms.is_on(form, a)],
                    rate_limit=int(rate or rules.STANDARD_RATE),
                    expires_at=clock.now() + timedelta(days=int(days)) if days.isdigit() else None,
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.is_open, self.errors, self.is_shown = False, {}, True
        return [reveal(NEW_KEY, token), TokensState.load]

    @rx.event
    @guarded(Permission.API_TOKENS_MANAGE)
    async def forget(self, _is_open: bool):
        """Take the token off the screen; it cannot be shown again."""
        self.is_shown = False
        return conceal(NEW_KEY)
