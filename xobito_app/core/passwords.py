"""Hashing and judging passwords; the only module that knows passlib."""

from __future__ import annotations

import secrets
from functools import lru_cache

from passlib.context import CryptContext

from xobito_app.core.errors import Invalid

MIN_LENGTH = 8
MAX_LENGTH = 256

crypt_context = CryptContext(schemes=["argon2"])

_COMMON = frozenset(
    """
    12345678 123456789 1234567890 12341234 11111111 00000000 87654321 password password1
    password12 password123 passw0rd p@ssw0rd qwertyui qwerty123 qwertyuiop 1q2w3e4r 1q2w3e4r5t
    1qaz2wsx zaq12wsx abcd1234 abc12345 iloveyou sunshine princess football baseball superman
    trustno1 welcome1 welcome123 admin123 admin1234 administrator letmein1 letmein123 changeme
    changeme1 whatsapp whatsapp1 whatsapp123 xobito12 xobito123 michelle jennifer starwars
    computer internet asdfghjk asdfasdf q1w2e3r4 aaaaaaaa 99999999 88888888 66666666 12121212
    """.split()
)


def hash_password(password: str) -> str:
    """Return the argon2 hash that is stored. Slow by design; call it off the event loop."""
    return crypt_context.hash(password)


def verify_password(password: str, hashed: str) -> bool:
    """Tell whether a password fits a stored hash. Slow by design; call it off the event loop.

    An empty hash, that of nobody, and a password that is too long fit nothing, and take as long:
    how long an answer takes tells neither whether an account exists nor why it was refused.
    """
    secret = password[: MAX_LENGTH + 1].encode(errors="surrogatepass")
    fits = crypt_context.verify(secret, hashed or _hash_of_nobody())
    return fits and bool(hashed) and len(password) <= MAX_LENGTH


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return crypt_context.hash(secrets.token_urlsafe())


def check_strength(password: str) -> None:
    """Refuse a password that is too short, too long or one of the most common.

    Raises:
        Invalid: With the rule it breaks.
    """
    if len(password) < MIN_LENGTH:
        raise Invalid.field("password", f"Use at least {MIN_LENGTH} characters.")
    if len(password) > MAX_LENGTH:
        raise Invalid.field("password", f"Use at most {MAX_LENGTH} characters.")
    if password.lower() in _COMMON or len(set(password)) < 3:
        raise Invalid.field("password", "This password is among the first anyone would try.")
