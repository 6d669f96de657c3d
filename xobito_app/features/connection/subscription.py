"""Having Meta send its webhooks here: the app's subscription, and the account's.

Meta's `/{app-id}/subscriptions` and `/{waba-id}/subscribed_apps` (section "Webhook Subscriptions"
of its OpenAPI file). Meta delivers only to addresses with a publicly valid certificate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from xobito_app.core.errors import AppError, Invalid
from xobito_app.features.connection import rules
from xobito_app.features.connection.examine import blame
from xobito_app.features.connection.schemas import GivenCredentials
from xobito_app.settings import get_settings
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.errors import GraphError

_CALLBACK_FAILED = 2200
_OBJECT = "whatsapp_business_account"
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def callback_url(*, is_simulated: bool) -> str:
    """Return where webhooks are to arrive; the simulator takes the short way on this machine."""
    settings = get_settings()
    base = f"http://127.0.0.1:{settings.port}" if is_simulated else settings.public_url
    return f"{base}{rules.CALLBACK_PATH}"


def check_callback(*, is_simulated: bool) -> None:
    """Refuse an address Meta can never reach, before anything is asked of Meta.

    Raises:
        Invalid: `PUBLIC_URL` is this machine's own, without TLS, or too long.
    """
    url = callback_url(is_simulated=is_simulated)
    if len(url) > rules.CALLBACK_LIMIT:
        raise Invalid(
            f"{url} is longer than the {rules.CALLBACK_LIMIT} characters Meta takes; "
            "set a shorter PUBLIC_URL."
        )
    # A stand-in for Meta on this machine reaches what Meta cannot.
    is_metas_neighbour = urlsplit(get_settings().graph_api_url).hostname in _LOCAL
    if is_simulated or is_metas_neighbour:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname in _LOCAL:
        raise Invalid(
            f"Meta cannot reach {url}: set PUBLIC_URL to the public https:// address of this "
            "installation and restart."
        )


@dataclass(frozen=True, slots=True)
class AppSubscription:
    """To where an app sends its webhooks, and which; empty before its first subscription."""

    callback_url: str = ""
    fields: frozenset[str] = frozenset()

    def missing_fields(self) -> list[str]:
        """Return what Xobito handles and the app does not send."""
        return [name for name in rules.WEBHOOK_FIELDS if name not in self.fields]


async def read_app_subscription(client: Client, app_id: str, app_secret: str) -> AppSubscription:
    """Return an app's subscription to WhatsApp webhooks."""
    found = await client.app_subscriptions(Credentials.of_app(app_id, app_secret), app_id)
    for row in found:
        if row.get("object") == _OBJECT and row.get("active", True):
            return AppSubscription(
                coerce.text(row.get("callback_url")) or "", frozenset(_names(row.get("fields")))
            )
    return AppSubscription()


def _names(fields: Any) -> list[str]:
    listed = fields if isinstance(fields, list) else []
    return [str(f.get("name", "")) if isinstance(f, dict) else str(f) for f in listed]


async def subscribe(client: Client, given: GivenCredentials, *, is_simulated: bool) -> None:
    """Register the callback and subscribe the account; Meta's handshake happens meanwhile.

    An app that already sends its webhooks elsewhere (another installation, another tool) keeps
    doing so: only this account's are led here, by a callback of the account's own.

    Raises:
        Invalid: The callback cannot be reached or verified, or Meta refuses the subscription.
        Unavailable: Meta cannot be asked right now.
    """
    url = callback_url(is_simulated=is_simulated)
    try:
        before = await read_app_subscription(client, given.app_id, given.app_secret)
        is_ours = before.callback_url in ("", url)
        if is_ours:
            await client.set_app_subscription(
                Credentials.of_app(given.app_id, given.app_secret),
                given.app_id,
                callback_url=url,
                verify_token=given.verify_token,
                fields=rules.WEBHOOK_FIELDS,
            )
        elif "messages" not in before.fields:
            raise Invalid.field(
                "app_id",
                f"The app {given.app_id} sends its webhooks to another address and not the field "
                "“messages”. Subscribe to it in the app's dashboard, or use another app.",
            )
        await client.subscribe_app(
            Credentials(given.access_token),
            given.waba_id,
            callback_url=None if is_ours else url,
            verify_token=None if is_ours else given.verify_token,
        )
    except GraphError as error:
        raise _refused(error, given, url) from None


def _refused(error: GraphError, given: GivenCredentials, url: str) -> AppError:
    if error.code == _CALLBACK_FAILED:
        words = rules.metas_words(error, given.access_token, given.app_secret, given.verify_token)
        return Invalid.field(
            "verify_token",
            f"Meta asked {url} for the verify token and got no right answer. Check that "
            f"PUBLIC_URL leads to this installation from outside. {words}",
        )
    return blame(error, given, "waba_id", "Meta refused to send this account's webhooks here.")


async def is_subscribed(client: Client, credentials: Credentials, waba_id: str) -> bool:
    """Tell whether any app of ours receives the account's webhooks."""
    return bool(await client.subscribed_apps(credentials, waba_id))
