"""Webhook bodies as Meta writes them: the envelope, the escaped JSON, and the signature over it.

Meta: Webhooks, the header `X-Hub-Signature-256`; `WebhookPayload` in its OpenAPI file (v23.0).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from xobito_app.simulator.store import Doc


def encode(payload: Doc) -> bytes:
    r"""Serialise like Meta: compact, non-ASCII as `\uXXXX`, slashes escaped."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def sign(body: bytes, app_secret: str) -> str:
    """Return the value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def envelope(changes: Sequence[Doc]) -> Doc:
    """Wrap kept changes of one WABA into a webhook payload.

    Several message changes of one number are folded into one value, as Meta does in a batch; a
    big batch is spread over two entries, so that readers meet every level of the nesting.
    """
    folded: list[Doc] = []
    for change in changes:
        previous = folded[-1] if folded else None
        if previous and _folds(previous, change):
            previous["value"] = _join(previous["value"], change["value"])
        else:
            folded.append(dict(change))
    middle = (len(folded) + 1) // 2 if len(folded) > 2 else len(folded)
    parts = [part for part in (folded[:middle], folded[middle:]) if part]
    return {"object": "whatsapp_business_account", "entry": [_entry(part) for part in parts]}


def _entry(changes: Sequence[Doc]) -> Doc:
    entry: Doc = {"id": changes[0]["entry_id"]}
    if any(change["field"] != "messages" for change in changes):
        entry["time"] = changes[0]["time"]
    entry["changes"] = [{"field": c["field"], "value": c["value"]} for c in changes]
    return entry


def _folds(left: Doc, right: Doc) -> bool:
    if left["field"] != "messages" or right["field"] != "messages":
        return False
    same_number = left["value"].get("metadata") == right["value"].get("metadata")
    same_kind = ("messages" in left["value"]) == ("messages" in right["value"])
    return same_number and same_kind and len(_items(left["value"])) < 20


def _items(value: Doc) -> list[Doc]:
    return value.get("messages") or value.get("statuses") or []


def _join(left: Doc, right: Doc) -> Doc:
    joined = {**left}
    for key in ("contacts", "messages", "statuses", "errors"):
        both = [*left.get(key, []), *right.get(key, [])]
        if key == "contacts":
            both = list({c.get("user_id") or c.get("wa_id"): c for c in both}.values())
        if both:
            joined[key] = both
    return joined
