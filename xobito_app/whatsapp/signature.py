"""The signature on webhook posts: `X-Hub-Signature-256`, an HMAC of the raw bytes.

Meta: Webhooks, the header `X-Hub-Signature-256`: HMAC-SHA256 with the app secret.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="


def sign(secret: str, body: bytes) -> str:
    """Return the header value Meta sends for this body and app secret."""
    return _PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(secrets: Iterable[str], body: bytes, header: str | None) -> bool:
    """Tell whether any of the app secrets made this signature over these raw bytes."""
    return bool(matching(secrets, body, header))


def matching(secrets: Iterable[str], body: bytes, header: str | None) -> tuple[str, ...]:
    """Return the app secrets that made this signature over these raw bytes.

    An empty secret never matches: otherwise a missing setting would let anyone in.
    """
    if not header or not header.startswith(_PREFIX):
        return ()
    given = header.strip().lower().encode("utf-8", "surrogatepass")
    # No early exit: the time must not tell which secret is the right one.
    return tuple(
        secret
        for secret in secrets
        if secret and hmac.compare_digest(sign(secret, body).encode(), given)
    )


def digest_of(header: str) -> str:
    """Return the hex of a header that has matched, to be kept as proof."""
    return header.strip().lower().removeprefix(_PREFIX)


def fits(secret: str, body: bytes, digest: str) -> bool:
    """Tell whether an app secret made a kept signature."""
    return verify([secret], body, _PREFIX + digest)
