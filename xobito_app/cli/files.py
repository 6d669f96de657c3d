"""Small files of the data directory: private, and never half-written."""

from __future__ import annotations

import os
import tempfile
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
