"""Links that are passed on to people; the token stands after the #, so no server logs it."""

from __future__ import annotations

from xobito_app.settings import get_settings


def page_url(path: str) -> str:
    """Return the address of a page behind the sign-in."""
    return f"{get_settings().public_url}{path}"


def invitation_url(token: str) -> str:
    """Return the address where an invitation is accepted."""
    return f"{get_settings().public_url}/join#{token}"


def reset_url(token: str) -> str:
    """Return the address where a new password is set."""
    return f"{get_settings().public_url}/reset#{token}"
