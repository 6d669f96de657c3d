"""What seals the secrets that are kept in the database."""

from __future__ import annotations

from functools import lru_cache

from xobito_app.core.crypto import Vault
from xobito_app.settings import get_settings


@lru_cache(maxsize=1)
def vault() -> Vault:
    """Return the vault of this installation."""
    return Vault(get_settings().secret_key)
