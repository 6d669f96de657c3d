"""Signing in and out over HTTP: the only place where the session cookie is set.

Every endpoint takes a posted form. A plain form is answered with 303 and, after a failure, a short
word in `?problem=`; a page's own script (`Accept: application/json`) with the same in JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from xobito_app.api.callers import address_of
from xobito_app.api.forms import read_form, safe_path, wants_json
from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid, TooMany
from xobito_app.features.accounts import (
    cookies,
    devices,
    people,
    rules as account_rules,
    security,
    service as accounts,
    tries,
)
from xobito_app.features.activity import service as activity
from xobito_app.features.mail import service as mail
from xobito_app.features.workspaces import invitations, service as workspaces, setup_code
from xobito_app.persistence.unit_of_work import UnitOfWork, unit_of_work

# The server ends sessions by itself; the cookie must only outlive them.
COOKIE_SECONDS = int(account_rules.SESSION_LONGEST.total_seconds())
# As long as browsers keep a cookie at all.
DEVICE_SECONDS = 400 * 24 * 3600
CHOOSE_PAGE = "/choose-password"


@dataclass(frozen=True, slots=True)
class Passed:
    """It worked: where to go, and the cookie when somebody is signed in by it.

    Attributes:
        email: Whose browser this is known to be from now on; empty when that was not shown.
    """

    location: str
    token: str = field(default="", repr=False)
    email: str = ""


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


async def choose(request: Request) -> Response:
    """POST /auth/choose: a `password` of one's own in place of one somebody else may know."""
    return await _answer(request, _choose, page=CHOOSE_PAGE)


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
        response.delete_cookie(
            cookies.session_cookie(), httponly=True, samesite="lax", secure=cookies.is_secure()
        )
    return response


async def _answer(
    request: Request,
    act: Callable[[Request, dict[str, str]], Awaitable[Outcome]],
    *,
    page: str,
) -> Response:
    try:
        outcome = await act(request, await read_form(request))
    except TooMany as error:
        stopped = Stopped("wait", error.message, error.status, error.retry_after)
        return _stop(request, stopped, page)
    except AppError as error:
        return _refuse(request, error, page)
    if isinstance(outcome, Stopped):
        return _stop(request, outcome, page)
    if wants_json(request):
        response: Response = JSONResponse({"location": outcome.location})
    else:
        response = RedirectResponse(outcome.location, status_code=303)
    if outcome.token:
        _set_cookie(response, cookies.session_cookie(), outcome.token, COOKIE_SECONDS)
    if outcome.token and outcome.email:
        _remember_device(request, response, outcome.email)
    return _uncached(response)


def _set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=cookies.is_secure(),
    )


def _remember_device(request: Request, response: Response, email: str) -> None:
    name = cookies.device_cookie()
    if not devices.read(request.cookies.get(name, ""), email):
        _set_cookie(response, name, devices.issue(email), DEVICE_SECONDS)


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
    email = form.get("email", "")
    claimed = await _claim(request, email)
    async with unit_of_work() as uow:
        outcome = await accounts.sign_in(
            uow.session,
            claimed,
            email=email,
            password=form.get("password", ""),
            code=form.get("code", ""),
            **_browser(request),
        )
        if outcome.token:
            await _end_previous(request, uow)
            await _note(uow, outcome.token, "session.opened")
    if outcome.token:
        wanted = CHOOSE_PAGE if outcome.is_held else safe_path(form.get("next", ""))
        return Passed(wanted, outcome.token, email)
    if outcome.needs_code:
        return Stopped("code", needs_code=True)
    return Stopped("wrong", outcome.problem)


async def _claim(request: Request, email: str) -> tries.Claim:
    """Take a try for an account, committed before any secret is looked at."""
    device = devices.read(request.cookies.get(cookies.device_cookie(), ""), email)
    subjects = tries.subjects_of(email, address=_browser(request)["address"], device=device)
    async with unit_of_work() as uow:
        return await tries.claim(uow.session, subjects)


def _browser(request: Request) -> Browser:
    return {
        "address": address_of(request.scope)[:64],
        "browser": request.headers.get("user-agent", "")[:255],
    }


async def _end_previous(request: Request, uow: UnitOfWork) -> None:
    if previous := request.cookies.get(cookies.session_cookie()):
        await accounts.sign_out(uow.session, previous)


async def _note(uow: UnitOfWork, token: str, action: str) -> None:
    viewer = await accounts.identify(uow, token, even_held=True)
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
    return Passed("/welcome", token, form.get("email", ""))


async def _join(request: Request, form: dict[str, str]) -> Outcome:
    token, browser = form.get("token", ""), _browser(request)
    async with unit_of_work() as uow:
        invitation = await invitations.read_invitation(uow, token=token)
    if invitation is None:
        return Stopped("dead", people.DEAD_LINK, 410)
    # A password is guessed here as well as on the sign-in page, so it slows down as well.
    claimed = await _claim(request, invitation.email) if invitation.has_account else None
    async with unit_of_work() as uow:
        user_id, workspace_id = await invitations.accept_invite(
            uow,
            token=token,
            name=form.get("name", ""),
            password=form.get("password", ""),
            time_zone=form.get("time_zone", "") or "UTC",
        )
        if claimed:
            await tries.succeed(uow.session, claimed)
        session_token = await accounts.open_session_without_code(
            uow.session, user_id, workspace_id=workspace_id, **browser
        )
        if session_token:
            await _note(uow, session_token, "staff.joined")
    location = "/inbox" if session_token else "/sign-in?problem=joined"
    return Passed(location, session_token, invitation.email)


async def _reset(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        user_id = await security.reset_password(
            uow, token=form.get("token", ""), wanted=form.get("password", "")
        )
        token = await accounts.open_session_without_code(uow.session, user_id, **_browser(request))
        if token:
            await _note(uow, token, "password.reset")
    return Passed("/inbox" if token else "/sign-in?problem=reset", token)


async def _choose(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        await security.choose_password(
            uow, request.cookies.get(cookies.session_cookie(), ""), wanted=form.get("password", "")
        )
    return Passed("/inbox")


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
            request.cookies.get(cookies.session_cookie(), ""),
            workspace_id=ids.parse(form.get("workspace_id", "")),
        )
    return Passed("/inbox")


async def _logout(request: Request, form: dict[str, str]) -> Outcome:
    async with unit_of_work() as uow:
        await _end_previous(request, uow)
    return Passed("/sign-in")
