"""How a call to Meta can fail: refused by Graph, surely not sent, or with nobody knowing.

Meta's page "Error codes" and the `error` object of the Graph API: `code`, `error_subcode`,
`error_data.details`, `is_transient`, `fbtrace_id`.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import httpx

from xobito_app.core.errors import AppError, Forbidden, Unavailable
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.error_table import Advice, RetryPolicy, advice_for

__all__ = [
    "NETWORK_ERRORS",
    "PORTFOLIO_PACING",
    "THROUGHPUT",
    "Advice",
    "DamagedMedia",
    "GraphError",
    "NotSent",
    "OutcomeUnknown",
    "RetryPolicy",
    "UntrustedUrl",
    "advice_for",
    "of_network",
    "of_response",
]


THROUGHPUT = 130429
"""Meta: the number has reached its throughput; the message was not taken."""
PORTFOLIO_PACING = 135000
"""In a webhook: the portfolio's held messages were dropped, and nothing of it may be sent."""


class GraphError(AppError):
    """Meta answered with an error; `message` is our sentence, `meta_message` theirs.

    Attributes:
        code: Meta's error code; None when the answer was no Graph error.
        subcode: `error_subcode`, dropped by Meta for most calls.
        details: `error_data.details`, the most telling words.
        fbtrace_id: What Meta's support asks for.
        http_status: As received; unstable between versions.
        is_transient: Meta's own word that a retry may help.
    """

    status = 502

    def __init__(
        self,
        *,
        code: int | None,
        http_status: int,
        meta_message: str | None = None,
        subcode: int | None = None,
        details: str | None = None,
        fbtrace_id: str | None = None,
        is_transient: bool = False,
    ) -> None:
        # Template errors all have code 100 and tell themselves apart by the subcode.
        telling = subcode if code == 100 and subcode and 2388000 <= subcode < 2389000 else code
        self.advice: Advice = advice_for(
            telling, http_status=http_status, is_transient=is_transient
        )
        super().__init__(self.advice.explanation)
        self.code = code
        self.subcode = subcode
        self.details = details
        self.fbtrace_id = fbtrace_id
        self.http_status = http_status
        self.is_transient = is_transient
        self.meta_message = meta_message

    @property
    def policy(self) -> RetryPolicy:
        """What the outbox does with the message."""
        return self.advice.policy


class NotSent(Unavailable):
    """The request surely did not leave this machine: repeating it cannot send twice."""


class OutcomeUnknown(Unavailable):
    """The request left and no answer came: Meta may have taken it, so it is never repeated."""


class UntrustedUrl(Forbidden):
    """A file's address is not on a host of Meta's: our token must not go there."""


class DamagedMedia(Unavailable):
    """A file arrived with another checksum than Meta announced."""


def of_response(http_status: int, body: Any) -> GraphError:
    """Build the error from an answer, Graph's JSON or anything else."""
    error = coerce.mapping(body).get("error")
    if not isinstance(error, dict):
        # The sign-in endpoints answer {"error": "…", "error_description": "…"} at times.
        return GraphError(code=None, http_status=http_status, meta_message=coerce.text(error))
    content = error.get("error_data")
    return GraphError(
        code=coerce.integer(error.get("code")),
        http_status=http_status,
        meta_message=coerce.text(error.get("message")),
        subcode=coerce.integer(error.get("error_subcode")),
        details=coerce.text(coerce.mapping(content).get("details"))
        or coerce.text(content)
        or coerce.text(error.get("error_user_msg")),
        fbtrace_id=coerce.text(error.get("fbtrace_id")),
        is_transient=coerce.boolean(error.get("is_transient")) or False,
    )


def of_network(error: Exception) -> NotSent | OutcomeUnknown:
    """Classify a failure without an answer by whether the request can have left.

    Only failures before a connection stood are safe; a broken or timed-out read or write is not.
    The aiohttp transport reports a server that hangs up after the request as `ConnectTimeout`, so
    what aiohttp itself said decides where it is known.
    """
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    if isinstance(cause, _BEFORE_CONNECTION):
        return NotSent("WhatsApp cannot be reached right now.")
    return OutcomeUnknown("The connection broke before WhatsApp answered.")


# Every class with which the two libraries report a failed exchange.
NETWORK_ERRORS = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError)
_BEFORE_CONNECTION = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.InvalidURL,
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
