"""Signing in and out over HTTP: the only place where the session cookie is set.

Every door takes a posted form. A plain form is answered with 303 and, after a failure, a short
word in `?problem=`; a page's own script (`Accept: application/json`) with the same in JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from xobito_app.api.callers import SESSION_COOKIE, address_of
from xobito_app.api.forms import read_form, safe_path, wants_json
from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid, TooMany
from xobito_app.features.accounts import rules as account_rules
from xobito_app.features.accounts import security
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.mail import service as mail
from xobito_app.features.workspaces import service as workspaces
from xobito_app.features.workspaces import setup_code, team
from xobito_app.persistence.unit_of_work import UnitOfWork, unit_of_work
from xobito_app.settings import get_settings

# The server ends sessions that were not seen for 30 days; the cookie must only outlive them.
COOKIE_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Passed:
    """It worked: where to go, and the cookie when somebody is signed in by it."""

    location: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Stopped:
    """It did not: what to say, and the short word for addresses."""

    word: str
    problem: str = ""
    status: int = 401
    retry_after: int = 0
    needs_code: bool = False


Outcome = Passed | Stopped


class Browser(TypedDict):
    """From where and with what somebody signs in."""

    address: str
    browser: str


async def login(request: Request) -> Response:
    """POST /auth/login: `email`, `password`, maybe `code` and `next`."""
    return await _answer(request, _login, page="/sign-in")


async def set_up(request: Request) -> Response:
    """POST /auth/set-up: make the first owner and workspace, once in an installation's life."""
    return await _answer(request, _set_up, page="/set-up")


async def join(request: Request) -> Response:
    """POST /auth/join: accept an invitation with its `token`."""
    return await _answer(request, _join, page="/join")


async def reset(request: Request) -> Response:
    """POST /auth/reset: set a new password with the `token` of a reset link."""
    return await _answer(request, _reset, page="/reset")


async def forgot(request: Request) -> Response:
    """POST /auth/forgot: mail a reset link to an `email`, if anybody has it."""
    return await _answer(request, _forgot, page="/forgot")


async def switch_workspace(request: Request) -> Response:
    """POST /auth/workspace: show another of the person's workspaces in this browser."""
    return await _answer(request, _switch_workspace, page="/inbox")


async def logout(request: Request) -> Response:
    """POST /auth/logout: end the session of this browser."""
    response = await _answer(request, _logout, page="/sign-in")
    # A foreign page was refused: it must not sign anybody out by taking the cookie away.
    if response.status_code != 403:
        response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def _answer(
    request: Request,
    act: Callable[[Request, dict[str, str]], Awaitable[Outcome]],
    *,
    page: str,
) -> Response:
    try:
        outcome = await act(request, await read_form(request))
    except AppError as error:
        return _refuse(request, error, page)
    if isinstance(outcome, Stopped):
        return _stop(request, outcome, page)
    if wants_json(request):
        response: Response = JSONResponse({"location": outcome.location})
    else:
        response = RedirectResponse(outcome.location, status_code=303)
    if outcome.token:
        _set_cookie(response, outcome.token)
    return _uncached(response)


def _set_cookie(response: Response, token: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=get_settings().public_url.startswith("https://"),
    )


def _refuse(request: Request, error: AppError, page: str) -> Response:
    if error.status == 403:
        return _uncached(JSONResponse({"problem": error.message}, status_code=403))
    if wants_json(request):
        fields = error.fields if isinstance(error, Invalid) else {}
        body = {
            "problem": "" if fields else error.message,
            "errors": {name: sentences[0] for name, sentences in fields.items()},
        }
        return _uncached(JSONResponse(body, status_code=error.status))
    return _uncached(RedirectResponse(f"{page}?problem=invalid", status_code=303))


def _stop(request: Request, stopped: Stopped, page: str) -> Response:
    if not wants_json(request):
        response: Response = RedirectResponse(f"{page}?problem={stopped.word}", status_code=303)
    else:
        body = {
            "problem": stopped.problem,
            "needs_code": stopped.needs_code,
            "retry_after": stopped.retry_after,
        }
        response = JSONResponse(body, status_code=stopped.status)
    if stopped.retry_after:
        response.headers["Retry-After"] = str(stopped.retry_after)
    return _uncached(response)


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


async def _login(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        outcome = await accounts.sign_in(
            uow.session,
            email=form.get("email", ""),
            password=form.get("password", ""),
            code=form.get("code", ""),
            **_browser(request),
        )
        if outcome.token:
            await _end_previous(request, uow)
            await _note(uow, outcome.token, "session.opened")
    if outcome.token:
        return Passed(safe_path(form.get("next", "")), outcome.token)
    if outcome.retry_after:
        return Stopped("wait", outcome.problem, 429, outcome.retry_after)
    if outcome.needs_code:
        return Stopped("code", needs_code=True)
    return Stopped("wrong", outcome.problem)


def _browser(request: Request) -> Browser:
    return {
        "address": request.client.host[:64] if request.client else "",
        "browser": request.headers.get("user-agent", "")[:255],
    }


async def _end_previous(request: Request, uow: UnitOfWork) -> None:
    if previous := request.cookies.get(SESSION_COOKIE):
        await accounts.sign_out(uow.session, previous)


async def _note(uow: UnitOfWork, token: str, action: str) -> None:
    viewer = await accounts.identify(uow, token)
    if viewer:
        activity.record(uow.session, viewer.actor, action, about="session", name=viewer.name)


async def _set_up(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        is_open = not await workspaces.is_set_up(uow.session)
        if is_open and setup_code.is_needed(address_of(request.scope), request.headers):
            setup_code.check_code(form.get("code", ""))
        user_id, workspace_id = await workspaces.set_up(
            uow,
            workspace_name=form.get("workspace_name", ""),
            owner_name=form.get("owner_name", ""),
            email=form.get("email", ""),
            password=form.get("password", ""),
            time_zone=form.get("time_zone", "") or "UTC",
        )
        token = await accounts.open_session(uow.session, user_id, workspace_id, **_browser(request))
    return Passed("/welcome", token)


async def _join(request: Request, form: dict[str, str]) -> Outcome:
    browser = _browser(request)
    async with unit_of_work() as uow:
        invitation = await team.read_invitation(uow, token=form.get("token", ""))
        if invitation is None:
            return Stopped("dead", security.DEAD_LINK, 410)
        email, has_account = invitation.email, invitation.has_account
        wait = await accounts.password_pause(uow.session, email=email, address=browser["address"])
    if has_account and wait:
        raise TooMany(account_rules.wait_sentence(wait), wait)
    try:
        async with unit_of_work() as uow:
            user_id, workspace_id = await team.accept_invite(
                uow,
                token=form.get("token", ""),
                name=form.get("name", ""),
                password=form.get("password", ""),
                time_zone=form.get("time_zone", "") or "UTC",
            )
            token = await accounts.open_session_without_code(
                uow.session, user_id, workspace_id=workspace_id, **browser
            )
            if token:
                await _note(uow, token, "staff.joined")
    except Invalid as error:
        # A password is guessed here as well as on the sign-in page, so it slows down as well.
        if has_account and "password" in error.fields:
            async with unit_of_work() as uow:
                await accounts.note_failure(uow.session, email=email, address=browser["address"])
        raise
    return Passed("/inbox" if token else "/sign-in?problem=joined", token)


async def _reset(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        user_id = await security.reset_password(
            uow.session, token=form.get("token", ""), wanted=form.get("password", "")
        )
        token = await accounts.open_session_without_code(uow.session, user_id, **_browser(request))
        if token:
            await _note(uow, token, "password.reset")
    return Passed("/inbox" if token else "/sign-in?problem=reset", token)


async def _forgot(request: Request, form: dict[str, str]) -> Outcome:
    email = account_rules.read_email(form.get("email", ""))
    if not mail.is_configured():
        raise Invalid("This installation sends no mail. Ask an admin for a reset link.")
    async with unit_of_work() as uow:
        wait = await security.request_reset(
            uow.session, email=email, address=_browser(request)["address"]
        )
    if wait:
        return Stopped("wait", account_rules.wait_sentence(wait), 429, wait)
    return Passed("/sign-in?problem=mailed")


async def _switch_workspace(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        await accounts.switch_workspace(
            uow.session,
            request.cookies.get(SESSION_COOKIE, ""),
            workspace_id=ids.parse(form.get("workspace_id", "")),
        )
    return Passed("/inbox")


async def _logout(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        await _end_previous(request, uow)
    return Passed("/sign-in")
