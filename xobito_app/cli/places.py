"""Where the installation's own files are."""

from __future__ import annotations

from pathlib import Path

from xobito_app.core.errors import Unavailable

ROOT = Path(__file__).parents[2]
"""The folder with rxconfig.py, alembic.ini and the built screens."""

ALL_ADDRESSES = "0.0.0.0"  # noqa: S104  (the public port is meant to be reached)

WEB = ROOT / ".web"
SCREENS = WEB / "build" / "client"
STAMP = WEB / "xobito.stamp"


def check_screens() -> None:
    """Make sure the screens were built.

    Raises:
        Unavailable: They were not.
    """
    if not (STAMP.exists() and SCREENS.exists()):
        raise Unavailable("The screens are not built yet: run `xobito build` first.")
