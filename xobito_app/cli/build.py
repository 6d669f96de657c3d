"""`xobito build`: build the screens when their sources changed since the last time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from xobito_app.cli import places
from xobito_app.cli.files import locked, write_private
from xobito_app.core.errors import AppError
from xobito_app.settings import child_environment, get_settings

# They draw nothing; a change in them needs no new screens.
_DRAWS_NOTHING = ("api", "cli", "jobs", "simulator")


def build() -> None:
    """Build the screens when their sources changed since the last time."""
    if is_current():
        print("The screens are up to date.")
        return
    build_screens()


def is_current() -> bool:
    """Tell whether the built screens are those of the present sources."""
    return (
        places.STAMP.exists()
        and places.SCREENS.exists()
        and places.STAMP.read_text() == fingerprint()
    )


def build_screens() -> None:
    """Build the screens, and stamp them with the sources they were made from.

    Raises:
        AppError: The build failed; its output is in `logs/build.log`.
    """
    log_path = get_settings().data_path / "logs" / "build.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with locked(places.ROOT / ".web.lock", wait_seconds=600) as is_ours:
        if not is_ours:
            raise AppError("Another process has been building the screens for ten minutes.")
        _build(log_path)


def _build(log_path: Path) -> None:
    before = fingerprint()
    if is_current():
        return
    places.STAMP.unlink(missing_ok=True)
    with log_path.open("wb") as log:
        done = subprocess.run(
            [sys.executable, "-m", "xobito_app.ui.build"],
            cwd=places.ROOT,
            env=child_environment(
                XOBITO_DATA_DIR=str(get_settings().data_path), **_writable_home()
            ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise AppError(f"The screens could not be built; {log_path} says why.")
    write_private(places.STAMP, before)


def fingerprint() -> str:
    """Return a hash of everything the screens are made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(_sources()):
        digest.update(f"{path.relative_to(places.ROOT)}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for name in ("rxconfig.py", "requirements.txt"):
        yield places.ROOT / name
    application = places.ROOT / "xobito_app"
    for path in application.rglob("*"):
        is_source = path.suffix in (".py", ".js", ".jsx")
        if is_source and path.relative_to(application).parts[0] not in _DRAWS_NOTHING:
            yield path
    for path in (places.ROOT / "assets").rglob("*"):
        # Reflex links its own components' files into assets/external while compiling.
        if path.is_file() and "external" not in path.relative_to(places.ROOT / "assets").parts:
            yield path


def _writable_home() -> dict[str, str]:
    """Return a home for the package caches when the account has none it can write."""
    home = Path("~").expanduser()
    if home.is_dir() and os.access(home, os.W_OK):
        return {}
    stand_in = get_settings().data_path / "home"
    stand_in.mkdir(parents=True, exist_ok=True)
    return {"HOME": str(stand_in), "REFLEX_DIR": str(stand_in / "reflex")}
