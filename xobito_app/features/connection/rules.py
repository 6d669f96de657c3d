"""Decisions about the link to Meta: tiers, throughput, whose an error is, who may simulate."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xobito_app.whatsapp.errors import GraphError, RetryPolicy

NEEDED_SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
"""Without the first nothing is sent; without the second nothing is synced or subscribed."""

WEBHOOK_FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "security",
    "user_preferences",
    "smb_message_echoes",
    "history",
    "smb_app_state_sync",
)
"""What product.md §3 handles."""

CALLBACK_PATH = "/webhooks/whatsapp"
CALLBACK_LIMIT = 200
"""Characters Meta takes in `override_callback_uri` ("Webhook Subscriptions")."""

# Meta's messaging limit, as `whatsapp_business_manager_messaging_limit` spells it.
_TIER = re.compile(r"(\d+)(K?)")
# Meta's `throughput.level`; a number in coexistence with the WhatsApp Business app has less.
_PER_SECOND = {"STANDARD": 80, "HIGH": 1000}
_ON_BUSINESS_APP = 20
_REFUSED_CODES = frozenset({1, 101})
"""Wrong credentials are answered with these too, for which a retry is otherwise advised."""


def tier_limit(tier: str) -> int | None:
    """Return the unique recipients a day of Meta's `TIER_2K`; None for unlimited or unknown."""
    found = _TIER.fullmatch(tier.upper().removeprefix("TIER_"))
    return int(found[1]) * (1000 if found[2] else 1) if found else None


def messages_a_second(throughput_level: str, *, is_on_biz_app: bool) -> int:
    """Return how fast a number may send; 80 unless Meta says otherwise."""
    if is_on_biz_app:
        return _ON_BUSINESS_APP
    return _PER_SECOND.get(throughput_level.upper(), _PER_SECOND["STANDARD"])


def missing_scopes(scopes: Iterable[str]) -> list[str]:
    """Return the permissions a token still needs."""
    held = set(scopes)
    return [scope for scope in NEEDED_SCOPES if scope not in held]


def is_about_credentials(error: GraphError) -> bool:
    """Tell whether what was given is wrong, rather than Meta being busy or away."""
    return error.code in _REFUSED_CODES or error.policy in {
        RetryPolicy.PERMANENT,
        RetryPolicy.STOP_ACCOUNT,
    }


def metas_words(error: GraphError, *secrets: str) -> str:
    """Quote Meta's own sentence; secrets are struck out, since Meta repeats bad tokens."""
    said = " ".join(part for part in (error.meta_message, error.details) if part)
    for secret in secrets:
        if secret:
            said = said.replace(secret, "…")
    if not said:
        return f"Meta answered with HTTP {error.http_status} and said nothing."
    return f"Meta says: “{said.strip()[:400]}”"


def may_simulate(switch: str, *, has_real_number: bool) -> str:
    """Return why the simulator is refused, or nothing when it is allowed.

    Args:
        switch: `XOBITO_SIMULATOR` as set: `0`, `1` or empty.
        has_real_number: A number of Meta's is connected somewhere in this installation.
    """
    if switch == "0":
        return "The simulator is switched off here. Set XOBITO_SIMULATOR=1 and restart to use it."
    if has_real_number and switch != "1":
        return (
            "A real number is connected, so the simulator is refused. "
            "Set XOBITO_SIMULATOR=1 and restart to use it nevertheless."
        )
    return ""
