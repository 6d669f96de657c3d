"""Trying credentials at Meta before anything is stored, and saying which one is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from xobito_app.core.errors import AppError, Invalid, Unavailable
from xobito_app.features.connection import rules
from xobito_app.features.connection.schemas import GivenCredentials, Step
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.client_accounts import WABA_FIELDS
from xobito_app.whatsapp.errors import GraphError

Progress = Callable[[Step], Awaitable[None]]


async def silent(step: Step) -> None:
    """Take progress and tell nobody."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What Meta said about an account that can be connected."""

    expires_at: datetime | None
    scopes: tuple[str, ...]
    account: dict[str, Any] = field(repr=False)
    numbers: tuple[dict[str, Any], ...] = field(repr=False)
    templates: tuple[dict[str, Any], ...] = field(repr=False)


async def examine(client: Client, given: GivenCredentials, progress: Progress) -> Findings:
    """Check the token, the account and the number, and fetch what is synced at once.

    Raises:
        Invalid: One of the credentials is wrong; `fields` names it, in Meta's words and ours.
        Unavailable: Meta cannot be asked right now.
    """
    credentials = Credentials(given.access_token)
    await progress(Step.TOKEN)
    token = await _check_token(client, given)
    await progress(Step.NUMBERS)
    try:
        numbers = await client.list_phone_numbers(credentials, given.waba_id)
        account = await client.waba(
            credentials, given.waba_id, fields=f"{WABA_FIELDS},owner_business_info"
        )
    except GraphError as error:
        raise blame(
            error,
            given,
            "waba_id",
            f"The token finds no WhatsApp Business Account {given.waba_id}. Check the id, and "
            "that the account is assigned to the system user.",
        ) from None
    _check_number(given, numbers)
    await progress(Step.TEMPLATES)
    try:
        templates = await client.list_templates(credentials, given.waba_id)
    except GraphError as error:
        raise blame(
            error, given, "access_token", "The token may not read the account's templates."
        ) from None
    return Findings(
        expires_at=read_expiry(token),
        scopes=tuple(str(scope) for scope in token.get("scopes") or ()),
        account=account,
        numbers=tuple(numbers),
        templates=tuple(templates),
    )


def read_expiry(token: dict[str, Any]) -> datetime | None:
    """Return when a token of `debug_token` ends; None for one that never does."""
    seconds = coerce.integer(token.get("expires_at")) or 0
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None


def blame(error: GraphError, given: GivenCredentials, name: str, ours: str) -> AppError:
    """Return the failure for one field, or "not now" when nothing that was given is at fault."""
    words = rules.metas_words(error, given.access_token, given.app_secret, given.verify_token)
    if not rules.is_about_credentials(error):
        return Unavailable(f"Meta cannot answer right now; try again in a minute. {words}")
    return Invalid.field(name, f"{ours} {words}")


async def _check_token(client: Client, given: GivenCredentials) -> dict[str, Any]:
    app = Credentials.of_app(given.app_id, given.app_secret)
    try:
        token = await client.debug_token(app, given.access_token)
    except GraphError as error:
        raise await _wrong_app(client, given, error) from None
    app_id = coerce.identifier(token.get("app_id"))
    if not token.get("is_valid"):
        said = coerce.text(coerce.mapping(token.get("error")).get("message")) or ""
        said = said.replace(given.access_token, "…")
        words = f" Meta says: “{said}”" if said else ""
        raise Invalid.field(
            "access_token",
            f"The system-user token is not valid: it was mistyped, revoked or has expired.{words}",
        )
    if app_id and app_id != given.app_id:
        raise Invalid.field("app_id", _other_app(given, app_id))
    if missing := rules.missing_scopes(token.get("scopes") or ()):
        raise Invalid.field(
            "access_token",
            f"The system-user token lacks the permission {' and '.join(missing)}. "
            "Make a new token with it in Meta's business settings.",
        )
    return token


def _other_app(given: GivenCredentials, app_id: str) -> str:
    return f"The token was made for the app {app_id}, not for {given.app_id}."


async def _wrong_app(client: Client, given: GivenCredentials, error: GraphError) -> AppError:
    """Find out by the token itself whether app id, app secret or token is the wrong one."""
    if not rules.is_about_credentials(error):
        return blame(error, given, "app_secret", "")
    words = rules.metas_words(error, given.access_token, given.app_secret)
    try:
        token = await client.debug_token(Credentials(given.access_token), given.access_token)
    except GraphError:
        token = {}
    app_id = coerce.identifier(token.get("app_id"))
    if not token.get("is_valid") or not app_id:
        sentence = (
            "Meta accepts neither the app id with this app secret nor the token alone. "
            f"Check all three. {words}"
        )
        names = ("app_id", "app_secret", "access_token")
        return Invalid(sentence, {name: [sentence] for name in names})
    if app_id != given.app_id:
        return Invalid.field("app_id", f"{_other_app(given, app_id)} {words}")
    return Invalid.field(
        "app_secret", f"The app secret is not the one of the app {given.app_id}. {words}"
    )


def _check_number(given: GivenCredentials, numbers: list[dict[str, Any]]) -> None:
    known = {coerce.identifier(number.get("id")): number for number in numbers}
    if given.phone_number_id in known:
        return
    if not known:
        raise Invalid.field(
            "phone_number_id", f"The account {given.waba_id} has no phone number yet; add one."
        )
    listed = ", ".join(
        f"{number_id} ({number.get('display_phone_number') or 'no number'})"
        for number_id, number in list(known.items())[:5]
    )
    raise Invalid.field(
        "phone_number_id",
        f"The account has no phone number id {given.phone_number_id}. It has {listed}.",
    )
