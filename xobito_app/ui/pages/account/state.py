"""The person's own account: profile, password, second factor, sessions, switches."""

from __future__ import annotations

import reflex as rx
import segno

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.features.accounts import security, service as accounts
from xobito_app.ui import forms
from xobito_app.ui.blocks import Form, PageFormState, PageState, Viewer, show_errors
from xobito_app.ui.components import conceal, reveal, toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.account.rows import ProfileRow, SessionRow
from xobito_app.ui.security import AppState, guarded, guarded_by, permitted

WAYS = {"sound": "Play a sound", "browser_notifications": "Show browser notifications"}
OCCASIONS = {
    "notify_assigned": "A message in one of my chats",
    "notify_unassigned": "A message in an unassigned chat",
    "notify_mention": "A note that mentions me",
    "notify_assignment": "A chat assigned to me",
}
TYPING = {
    "enter_sends": "Enter sends, Shift Enter starts a new line",
    "next_after_close": "After closing or snoozing a conversation, open the next one",
}
SWITCHES = {**WAYS, **OCCASIONS, **TYPING}
PICTURE, KEY, CODES = ONCE = "second-factor-picture", "second-factor-key", "recovery-codes"
_ON_BY_DEFAULT = {*OCCASIONS, *TYPING}


@permitted(view=(), edit=())
class AccountState(PageState, PageFormState, AppState):
    """Profile, password, sessions and switches."""

    profile: rx.Field[ProfileRow] = rx.field(default_factory=ProfileRow)
    sessions: rx.Field[list[SessionRow]] = rx.field(default_factory=list)
    switches: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    password_round: rx.Field[int] = rx.field(0)

    async def _read(self, viewer: Viewer) -> None:
        async with self._transaction() as session:
            profile = await accounts.read_profile(session, viewer)
            sessions = await accounts.list_sessions(session, viewer)
        now = clock.now()
        self.profile = ProfileRow.of(profile)
        self.sessions = [SessionRow.of(view, profile.time_zone, now) for view in sessions]
        self.switches = {
            name: bool(viewer.preferences.get(name, name in _ON_BY_DEFAULT)) for name in SWITCHES
        }
        self.errors = {}

    @rx.event
    @guarded_by("edit")
    async def save_profile(self, form: Form):
        """Change name, phone and time zone."""
        return await self._submit("profile", self._save_profile(form))

    async def _save_profile(self, form: Form) -> None:
        given = {name: forms.text(form, name) for name in ("name", "phone", "time_zone")}
        async with self._transaction() as session:
            await accounts.update_profile(session, await self._viewer(), **given)

    @rx.event
    @guarded_by("edit")
    async def change_password(self, form: Form):
        """Change the password, which ends the person's other sessions."""
        words = "Password changed. Your other browsers are signed out."
        return await self._submit("password", self._change_password(form), words)

    async def _change_password(self, form: Form) -> None:
        viewer = await self._viewer()
        current, wanted = forms.text(form, "current"), forms.text(form, "password")
        await security.change_password(viewer, current=current, wanted=wanted)
        self.password_round += 1
        await self._read(viewer)

    @rx.event
    @guarded_by("edit")
    async def revoke(self, session_id: str):
        """Sign another of the person's browsers out."""
        viewer = await self._viewer()
        async with self._transaction() as session:
            await accounts.revoke_session(session, viewer, session_id=ids.parse(session_id))
        await self._read(viewer)
        return toast_success("That browser is signed out.")

    @rx.event
    @guarded_by("edit")
    async def set_switch(self, name: str, is_on: bool):
        """Remember one of the person's switches."""
        async with self._transaction() as session:
            await accounts.save_preference(session, await self._viewer(), name=name, value=is_on)
        self.switches = {**self.switches, name: is_on}


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
        async with self._transaction() as session:
            draft = await security.begin_second_factor(session, await self._viewer())
        self._show("confirm")
        picture = segno.make(draft.uri, error="m").svg_data_uri(scale=4, border=0)
        fours = " ".join(draft.secret[i : i + 4] for i in range(0, len(draft.secret), 4))
        return [reveal(PICTURE, picture), reveal(KEY, fours)]

    @rx.event
    @guarded()
    async def confirm(self, form: Form):
        """Switch the second factor on with a first code, and show the recovery codes once."""
        code = forms.text(form, "code", 20)
        try:
            async with self._transaction() as session:
                codes = await security.confirm_second_factor(
                    session, await self._viewer(), code=code
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return show_errors()
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
    async def end(self, form: Form):
        """Switch the second factor off."""
        viewer = await self._viewer()
        try:
            await security.end_second_factor(viewer, password=forms.text(form, "password"))
        except Invalid as error:
            self.errors = field_errors(error)
            return show_errors()
        self._show("off")
        return toast_success("The second factor is off.")
