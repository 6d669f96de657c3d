"""Where mail goes out, from whom, and how long a stubborn server is asked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import formataddr, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from xobito_app.core.errors import Invalid

SHAPE = "Write SMTP_URL as smtp://user:password@host:587?from=inbox@example.com."
GIVE_UP_AFTER = timedelta(hours=24)
LEASE = timedelta(minutes=5)
"""After this a mail in the hands of a worker that says nothing is taken up again."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server of an `SMTP_URL`.

    Attributes:
        is_wrapped: TLS from the first byte (`smtps://`); otherwise STARTTLS when offered.
        sender: The From header.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_wrapped: bool
    sender: str


def read_smtp_url(url: str, *, fallback_host: str) -> MailServer:
    """Return the server an `SMTP_URL` names.

    The sender is `?from=`, else the user when that is an address, else `xobito@` the host people
    reach the installation under.

    Raises:
        Invalid: It is no such address; the sentence says its shape and repeats no secret.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid(SHAPE) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Invalid(SHAPE)
    user = unquote(parts.username or "")
    given = parse_qs(parts.query).get("from", [""])[0]
    name, address = parseaddr(given or (user if "@" in user else f"xobito@{fallback_host}"))
    if "@" not in address:
        raise Invalid(SHAPE)
    return MailServer(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587 if user else 25),
        user=user,
        password=unquote(parts.password or ""),
        is_wrapped=parts.scheme == "smtps",
        sender=formataddr((name or "Xobito", address)),
    )


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed tries: half a minute, doubling to an hour."""
    return min(timedelta(seconds=30 * 2 ** min(attempts - 1, 10)), timedelta(hours=1))
