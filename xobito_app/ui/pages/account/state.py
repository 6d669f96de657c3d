"""The person's own account: profile, password, second factor, sessions, switches."""

from __future__ import annotations

from typing import Any

import reflex as rx
import segno

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.features.accounts import security, service as accounts
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import conceal, reveal, toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.account.rows import ProfileRow, SessionRow
from xobito_app.ui.security import AppState, guarded

WAYS = {"sound": "Play a sound", "browser_notifications": "Show browser notifications"}
OCCASIONS = {
    "notify_assigned": "A message in a chat of mine",
    "notify_unassigned": "A message in a chat of nobody's",
    "notify_mention": "A note that calls me by name",
    "notify_assignment": "A chat that is given to me",
}
TYPING = {
    "enter_sends": "Enter sends, Shift Enter breaks the line",
    "next_after_close": "After closing or snoozing a conversation, open the next one",
}
SWITCHES = {**WAYS, **OCCASIONS, **TYPING}
PICTURE, KEY, CODES = ONCE = "second-factor-picture", "second-factor-key", "recovery-codes"
_ON_BY_DEFAULT = {*OCCASIONS, *TYPING}


class AccountState(AppState):
    """Profile, password, sessions and switches."""

    profile: rx.Field[ProfileRow] = rx.field(default_factory=ProfileRow)
    sessions: rx.Field[list[SessionRow]] = rx.field(default_factory=list)
    switches: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    password_errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    password_round: rx.Field[int] = rx.field(0)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")

    @rx.event
    @guarded()
    async def load(self):
        """Read everything the page shows."""
        viewer = await self._viewer()
        try:
            await self._read(viewer)
        except AppError as error:
            self.stage, self.problem = "failed", error.message
            return
        self.errors, self.password_errors, self.stage = {}, {}, "ready"

    async def _read(self, viewer: Viewer) -> None:
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            profile = await accounts.read_profile(uow.session, viewer)
            sessions = await accounts.list_sessions(uow.session, viewer)
        now = clock.now()
        self.profile = ProfileRow.of(profile)
        self.sessions = [SessionRow.of(view, profile.time_zone, now) for view in sessions]
        self.switches = {
            name: bool(viewer.preferences.get(name, name in _ON_BY_DEFAULT)) for name in SWITCHES
        }

    @rx.event
    @guarded()
    async def save_profile(self, form: dict[str, Any]):
        """Change name, phone and time zone."""
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                await accounts.update_profile(
                    uow.session,
                    viewer,
                    name=forms.text(form, "name"),
                    phone=forms.text(form, "phone"),
                    time_zone=forms.text(form, "time_zone"),
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.errors = {}
        return forms.saved("profile")

    @rx.event
    @guarded()
    async def change_password(self, form: dict[str, Any]):
        """Change the password, which ends the person's other sessions."""
        viewer = await self._viewer()
        try:
            await security.change_password(
                viewer,
                current=forms.text(form, "current"),
                wanted=forms.text(form, "password"),
            )
        except Invalid as error:
            self.password_errors = field_errors(error)
            return None
        self.password_errors = {}
        self.password_round += 1
        await self._read(viewer)
        return forms.saved("password", "Password changed. Other browsers are signed out.")

    @rx.event
    @guarded()
    async def revoke(self, session_id: str):
        """Sign another of the person's browsers out."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await accounts.revoke_session(uow.session, viewer, session_id=ids.parse(session_id))
        await self._read(viewer)
        return toast_success("That browser is signed out.")

    @rx.event
    @guarded()
    async def set_switch(self, name: str, is_on: bool):
        """Remember one of the person's switches."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await accounts.save_preference(uow.session, viewer, name=str(name), value=is_on is True)
        self.switches = {**self.switches, name: is_on is True}


class SecondFactorState(AppState):
    """Switching the second factor on and off; its secrets go to the page, never into the state."""

    stage: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded()
    async def load(self):
        """Show whether the second factor is on, unless the person is in the middle of it.

        Changed rights load every page of the person anew; the codes must stay until seen.
        """
        if self.stage in {"", "on", "off"}:
            viewer = await self._viewer()
            self._show("on" if viewer.has_second_factor else "off")

    @rx.event
    @guarded()
    async def leave(self):
        """Begin anew when the page was left."""
        self._show("")
        return conceal(*ONCE)

    def _show(self, stage: str) -> None:
        self.stage, self.errors = stage, {}

    @rx.event
    @guarded()
    async def begin(self):
        """Show a new secret to scan or type."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            draft = await security.begin_second_factor(uow.session, viewer)
        self._show("confirm")
        picture = segno.make(draft.uri, error="m").svg_data_uri(scale=4, border=0)
        fours = " ".join(draft.secret[i : i + 4] for i in range(0, len(draft.secret), 4))
        return [reveal(PICTURE, picture), reveal(KEY, fours)]

    @rx.event
    @guarded()
    async def confirm(self, form: dict[str, Any]):
        """Switch the second factor on with a first code, and show the recovery codes once."""
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                codes = await security.confirm_second_factor(
                    uow.session, viewer, code=forms.text(form, "code", 20)
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self._show("codes")
        return [conceal(PICTURE, KEY), reveal(CODES, codes)]

    @rx.event
    @guarded()
    async def finish(self):
        """Take the recovery codes off the screen, or give up switching on."""
        viewer = await self._viewer()
        self._show("on" if viewer.has_second_factor else "off")
        return [conceal(*ONCE), AccountState.load]

    @rx.event
    @guarded()
    async def ask_to_end(self):
        """Ask for the password before switching off."""
        self._show("end")

    @rx.event
    @guarded()
    async def end(self, form: dict[str, Any]):
        """Switch the second factor off."""
        viewer = await self._viewer()
        try:
            await security.end_second_factor(viewer, password=forms.text(form, "password"))
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self._show("off")
        return toast_success("The second factor is off.")
