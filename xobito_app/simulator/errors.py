"""Meta's error envelope and the codes the simulator answers with, worded as Meta words them.

Meta's page "Error codes".
"""

from __future__ import annotations

import secrets
from typing import Any

_KNOWN: dict[int, tuple[str, int]] = {
    0: ("AuthException", 401),
    1: ("API Unknown", 400),
    2: ("API Service", 503),
    10: ("Application does not have permission for this action", 403),
    100: ("Invalid parameter", 400),
    104: ("An access token is required to request this resource.", 401),
    190: ("Invalid OAuth access token - Cannot parse access token", 401),
    200: ("Permissions error", 403),
    2200: ("Callback verification failed", 400),
    2500: ("Unknown path components", 400),
    130403: ("Business has blocked this user", 400),
    130429: ("Rate limit hit", 429),
    131000: ("Something went wrong", 500),
    131008: ("Required parameter is missing", 400),
    131009: ("Parameter value is not valid", 400),
    131021: ("Recipient cannot be sender", 400),
    131026: ("Message undeliverable", 400),
    131047: ("Re-engagement message", 400),
    131049: ("This message was not delivered to maintain healthy ecosystem engagement.", 400),
    131050: (
        "Unable to deliver the message. This recipient has chosen to stop receiving "
        "marketing messages on WhatsApp from your business",
        400,
    ),
    131051: ("Unsupported message type", 400),
    131052: ("Media download error", 400),
    131053: ("Media upload error", 400),
    131056: ("(Business Account, Consumer Account) pair rate limit hit", 400),
    131059: ("Invalid paging cursor", 400),
    131060: ("This message is currently unavailable.", 400),
    131062: ("Business-scoped user IDs are not supported for this message", 400),
    132000: ("Number of parameters does not match the expected number of params", 400),
    132001: ("Template name does not exist in the translation", 404),
    132005: ("Translated text too long", 400),
    132012: ("Parameter format does not match format in the created template", 400),
    132015: ("Template is paused", 400),
    132016: ("Template is disabled", 400),
    200005: ("Template Insights are not available yet", 400),
    133010: ("Account not registered", 400),
}
_HELP = (
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/"
)


def title_of(code: int) -> str:
    """Return Meta's title of an error code."""
    return _KNOWN.get(code, ("Invalid parameter", 400))[0]


class GraphError(Exception):
    """A refusal in Meta's form.

    Attributes:
        code: Meta's error code, which clients should decide on.
        details: What `error_data.details` says.
        status: The HTTP status.
        subcode: The `error_subcode`, still sent with template-creation errors.
    """

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        message: str = "",
        status: int | None = None,
        subcode: int | None = None,
        user_title: str = "",
        kind: str = "OAuthException",
        transient: bool = False,
    ) -> None:
        title, usual = _KNOWN.get(code, ("Invalid parameter", 400))
        self.code = code
        self.details = details
        self.status = status or usual
        self.subcode = subcode
        self.user_title = user_title
        self.kind = kind
        self.transient = transient
        bare = code in {104, 190, 2500}
        self.message = message or (title if bare else f"(#{code}) {title}")
        super().__init__(f"{self.message} {details}".strip())

    def envelope(self) -> dict[str, Any]:
        """Return the JSON body Meta answers with."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
            error["is_transient"] = self.transient
            error["error_user_title"] = self.user_title or self.message
            error["error_user_msg"] = self.details
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def webhook_error(code: int, details: str) -> dict[str, Any]:
    """Return one item of the `errors` list inside a webhook."""
    title = title_of(code)
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": _HELP,
    }


def missing(path: str) -> GraphError:
    """Return the error of an absent nested parameter."""
    return GraphError(131008, f"Parameter '{path}' is mandatory.")


def wrong(details: str) -> GraphError:
    """Return the error of a nested value outside its rule."""
    return GraphError(131009, details)


def parameter(message: str) -> GraphError:
    """Return the error of a top-level parameter, which Meta words in the message itself."""
    return GraphError(100, message=f"(#100) {message}")


def no_such_object(node: str, verb: str) -> GraphError:
    """Return what Meta says for an id that is missing or not the token's to see."""
    return GraphError(
        100,
        message=(
            f"Unsupported {verb} request. Object with ID '{node}' does not exist, cannot be "
            "loaded due to missing permissions, or does not support this operation"
        ),
        subcode=33,
        kind="GraphMethodException",
    )
