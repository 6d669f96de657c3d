"""Keeping secrets: encryption at rest, one-way hashes of tokens, constant-time comparison."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xobito_app.core.errors import AppError


class Vault:
    """Encrypts small secrets with a key derived from the installation's `SECRET_KEY`."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"xobito credentials"
        ).derive(secret_key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))
        self._signing_key = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"xobito signatures"
        ).derive(secret_key.encode())

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, plain: str) -> str:
        """Encrypt a secret for storage."""
        return self._fernet.encrypt(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt a stored secret.

        Raises:
            AppError: It was sealed with another `SECRET_KEY`.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise AppError(
                "A stored credential cannot be read: SECRET_KEY is not the one it was saved with."
            ) from None

    def sign(self, text: str) -> str:
        """Return the hex HMAC-SHA256 that only this installation can make of a text."""
        return hmac.new(self._signing_key, text.encode(), hashlib.sha256).hexdigest()


def new_token(size: int = 32) -> str:
    """Return an unguessable, URL-safe token of `size` random bytes."""
    return secrets.token_urlsafe(size)


def hash_token(token: str) -> str:
    """Return the hex SHA-256 of a random token, which is all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def derive_code(secret_key: str, purpose: str) -> str:
    """Return a code a person can type, the same for a key and purpose at any time.

    Twelve letters and digits hold 60 bits; it tells nothing of the key.
    """
    digest = hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode()[:12]
    return "-".join(letters[at : at + 4] for at in range(0, 12, 4))


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
