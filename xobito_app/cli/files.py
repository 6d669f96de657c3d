"""Small files of the data directory: private, and never half-written."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xobito_app.core.errors import AppError


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read, in one step.

    Readers see the old content or the new one, never a part.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def make_data_directory(data_path: Path) -> Path:
    """Create the data directory with `run/` and `logs/` inside, and return `run/`.

    As root the directory can be entered (not listed) by others, because PostgreSQL refuses
    to run as root and its folder inside belongs to another account.

    Raises:
        AppError: It cannot be created or written.
    """
    try:
        data_path.mkdir(parents=True, exist_ok=True)
        data_path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for name in ("run", "logs"):
            (data_path / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise AppError(
            f"The data directory {data_path} cannot be used ({error.strerror}); "
            "set XOBITO_DATA_DIR to a folder you may write."
        ) from None
    return data_path / "run"


@contextmanager
def locked(path: Path, *, wait_seconds: float = 0) -> Iterator[bool]:
    """Hold the lock file during the block; yields False when another process keeps it."""
    handle = _take_lock(path, wait_seconds)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def hold_lock(path: Path, *, wait_seconds: float = 0) -> bool:
    """Take the lock file for the rest of this process's life, and of what it becomes by `exec`.

    The system gives the lock back when the last process holding it ends, however it ends.

    Returns:
        False when another process still holds it after `wait_seconds`.
    """
    handle = _take_lock(path, wait_seconds)
    if handle is None:
        return False
    os.set_inheritable(handle, True)
    return True


def _take_lock(path: Path, wait_seconds: float) -> int | None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                os.close(handle)
                return None
            time.sleep(0.05)
        else:
            return handle
