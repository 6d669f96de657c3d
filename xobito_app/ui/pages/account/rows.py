"""What the account page shows, ready to be placed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from xobito_app.features.accounts.schemas import ProfileView, SessionView
from xobito_app.ui import formats

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)


def name_browser(agent: str) -> str:
    """Return "Chrome on Windows" for what a browser calls itself."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser."""

    id: str
    browser: str
    line: str
    is_current: bool
    is_phone: bool

    @classmethod
    def of(cls, view: SessionView, zone: str, now: datetime) -> SessionRow:
        """Format a session."""
        seen = formats.ago(view.last_seen_at, zone, now)
        return cls(
            id=str(view.id),
            browser=name_browser(view.browser),
            line=f"{view.address or 'Unknown address'} · seen {seen}"
            f" · signed in {formats.full(view.created_at, zone)}",
            is_current=view.is_current,
            is_phone=any(mark in view.browser for mark in ("iPhone", "Android")),
        )


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """The profile form's first values."""

    name: str = ""
    email: str = ""
    phone: str = ""
    time_zone: str = "UTC"
    codes_left: str = ""

    @classmethod
    def of(cls, view: ProfileView) -> ProfileRow:
        """Take what the form shows."""
        left = view.recovery_codes_left
        return cls(
            name=view.name,
            email=view.email,
            phone=view.phone,
            time_zone=view.time_zone,
            codes_left=f"{left} recovery code{'' if left == 1 else 's'} left.",
        )
