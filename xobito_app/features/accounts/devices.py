"""Browsers that signed in before: they keep a count of their own, so no stranger locks them out."""

from __future__ import annotations

from xobito_app.core import crypto
from xobito_app.persistence.vault import vault


def issue(email: str) -> str:
    """Return the cookie by which a browser is known again as one of a person's."""
    device = crypto.new_token(12)
    return f"{device}.{_signature(device, email)}"


def read(cookie: str, email: str) -> str:
    """Return the name of a person's browser; empty when it is not known as theirs."""
    device, _, signature = cookie.partition(".")
    return device if crypto.same(signature, _signature(device, email)) else ""


def _signature(device: str, email: str) -> str:
    return vault().sign(f"device {device} {email.strip().lower()}")
