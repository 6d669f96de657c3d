"""The state of the pages before the sign-in: what the last posted form came to."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core.text import shorten
from xobito_app.features.accounts import security as account_security
from xobito_app.features.mail import service as mail
from xobito_app.features.workspaces import invitations, service as workspaces, setup_code
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.cookies import client_address
from xobito_app.ui.security import AppState, find_viewer, is_held, public

_SENTENCES = {
    "wrong": "E-mail or password is wrong.",
    "wait": "Too many tries. Wait a moment and try again.",
    "code": "Enter the code of your authenticator as well.",
    "invalid": "Something in the form is wrong. Try again.",
    "joined": "You are in. Sign in to open the workspace.",
    "mailed": "If an account has this address, a link is on its way. Check your mail.",
    "reset": "Your new password is set. Sign in with it.",
}
_GOOD_NEWS = {"joined", "mailed", "reset"}
_TO_INBOX = "window.location.replace('/inbox')"
_READ_LINK = "window.location.hash.slice(1)"


class GateState(AppState):
    """What a form before the sign-in says; the form itself is posted over HTTP."""

    problem: rx.Field[str] = rx.field("")
    news: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    needs_code: rx.Field[bool] = rx.field(False)
    sends_mail: rx.Field[bool] = rx.field(False)
    needs_setup_code: rx.Field[bool] = rx.field(False)
    is_busy: rx.Field[bool] = rx.field(False)

    def _clear(self) -> None:
        self.problem, self.news, self.errors = "", "", {}
        self.needs_code = self.is_busy = False
        self.sends_mail = mail.is_configured()

    @rx.event
    @public
    async def open_sign_in(self):
        """Start the sign-in page, unless there is something better to show."""
        self._clear()
        if await find_viewer(self):
            return rx.call_script(_TO_INBOX)
        if await is_held(self):
            return rx.redirect("/choose-password", replace=True)
        async with unit_of_work() as uow:
            is_set_up = await workspaces.is_set_up(uow.session)
        if not is_set_up:
            return rx.redirect("/set-up", replace=True)
        word = self.router.url.query_parameters.get("problem", "")
        sentence = _SENTENCES.get(word, "")
        self.news, self.problem = (sentence, "") if word in _GOOD_NEWS else ("", sentence)
        return None

    @rx.event
    @public
    async def open_forgot(self):
        """Start the page that asks for a reset link."""
        self._clear()
        word = self.router.url.query_parameters.get("problem", "")
        self.problem = _SENTENCES.get(word, "")

    @rx.event
    @public
    async def open_choose(self):
        """Start the page where a password of one's own is chosen, for whom it is."""
        self._clear()
        if not await is_held(self):
            return rx.redirect("/sign-in", replace=True)
        self.problem = _SENTENCES.get(self.router.url.query_parameters.get("problem", ""), "")
        return None

    @rx.event
    @public
    async def open_set_up(self):
        """Start the set-up page, which is closed once somebody exists."""
        self._clear()
        async with unit_of_work() as uow:
            if await workspaces.is_set_up(uow.session):
                return rx.redirect("/sign-in", replace=True)
        headers = self.router_data.get("headers", {})
        self.needs_setup_code = setup_code.is_needed(client_address(self), headers)
        return None

    @rx.event
    @public
    async def begin_anew(self):
        """Forget what an earlier form on this tab came to."""
        self._clear()

    @rx.event
    @public
    async def begin(self):
        """Show that the form is on its way."""
        self.problem, self.errors, self.is_busy = "", {}, True

    @rx.event
    @public
    async def answered(self, answer: dict[str, Any]):
        """Show what the server said to the form; it comes back through the browser."""
        if not isinstance(answer, dict) or answer.get("location"):
            return
        errors = answer.get("errors")
        self.is_busy = False
        self.needs_code = self.needs_code or answer.get("needs_code") is True
        self.problem = shorten(str(answer.get("problem") or ""), 300)
        if isinstance(errors, dict):
            self.errors = {str(k)[:40]: shorten(str(v), 300) for k, v in list(errors.items())[:20]}


class LinkState(AppState):
    """An invitation or reset link that was followed; its token stands after the # alone."""

    stage: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    workspace: rx.Field[str] = rx.field("")
    role: rx.Field[str] = rx.field("")
    has_account: rx.Field[bool] = rx.field(False)

    @rx.event
    @public
    async def open_join(self):
        """Ask the browser for the token of an invitation."""
        self.stage = ""
        yield GateState.begin_anew
        yield rx.call_script(_READ_LINK, callback=LinkState.show_invitation)

    @rx.event
    @public
    async def show_invitation(self, token: str):
        """Show what an invitation offers."""
        async with unit_of_work() as uow:
            found = await invitations.read_invitation(uow, token=str(token)[:200])
        if found is None:
            self.stage = "dead"
            return
        self.email, self.workspace, self.role = found.email, found.workspace_name, found.role
        self.has_account = found.has_account
        self.stage = "open"

    @rx.event
    @public
    async def open_reset(self):
        """Ask the browser for the token of a reset link."""
        self.stage = ""
        yield GateState.begin_anew
        yield rx.call_script(_READ_LINK, callback=LinkState.show_reset)

    @rx.event
    @public
    async def show_reset(self, token: str):
        """Show whose password a link sets."""
        async with unit_of_work() as uow:
            self.email = await account_security.find_reset_email(uow, token=str(token)[:200])
        self.stage = "open" if self.email else "dead"
