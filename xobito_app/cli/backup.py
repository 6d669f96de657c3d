"""`xobito backup` and `xobito restore`: database, media and secret key, in one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from xobito_app.cli.embedded import EmbeddedPostgres
from xobito_app.cli.embedded.postgres import OWNER, SUPERUSER, binaries
from xobito_app.cli.files import write_private
from xobito_app.core.errors import AppError, Conflict, Invalid
from xobito_app.settings import Settings, get_settings

_DUMP, _MEDIA, _KEY = "database.dump", "media", "secret_key"


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Save database, media and secret key into a folder. Xobito may be running."""
    settings = get_settings()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Invalid(f"{folder} is not empty; give a new folder.")
    except OSError as error:
        raise Invalid(f"{folder} cannot be used: {error.strerror}.") from None
    # The database first: a file that comes later is in no row yet, which harms nothing.
    draft = folder / f"{_DUMP}.part"
    with _database(settings, settings.database_url) as url:
        _run(
            "pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={draft}"]
        )
    draft.chmod(0o600)
    draft.rename(folder / _DUMP)
    if (settings.data_path / _MEDIA).is_dir():
        shutil.copytree(settings.data_path / _MEDIA, folder / _MEDIA)
    write_private(folder / _KEY, settings.secret_key)
    print(f"Saved to {folder}. It holds secrets: keep it as safe as the installation itself.")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder made by backup.")],
) -> None:
    """Replace the data of this installation by a backup. Xobito must be stopped."""
    from xobito_app.cli.files import locked, make_data_directory

    settings = get_settings()
    if not (folder / _DUMP).is_file() or not (folder / _KEY).is_file():
        raise Invalid(f"{folder} is not a folder made by `xobito backup`.")
    key = (folder / _KEY).read_text().strip()
    if settings.secret_key_given and settings.secret_key_given != key:
        raise Invalid("SECRET_KEY is not the one of the backup: unset it, or set that one.")
    run_path = make_data_directory(settings.data_path)
    with locked(run_path / "run.lock") as is_ours:
        if not is_ours:
            raise Conflict("Xobito is running on this data directory; stop it first.")
        with _database(settings, settings.database_owner_url) as url:
            _restore_database(url, folder / _DUMP)
        _replace_media(folder / _MEDIA, settings.data_path / _MEDIA)
        write_private(settings.data_path / _KEY, key)
    print("Restored. Start Xobito again.")


def _restore_database(url: str, dump: Path) -> None:
    # One transaction: either the whole backup stands there, or what was there before.
    arguments = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    # The embedded server's superuser restores what the owner's role then owns.
    role = [f"--role={OWNER}"] if urlsplit(url).username == SUPERUSER else []
    database = urlsplit(url).path.lstrip("/")
    _run("pg_restore", url, [*arguments, *role, f"--dbname={database}", str(dump)])


def _replace_media(source: Path, target: Path) -> None:
    draft = target.with_name(f"{target.name}.restored")
    shutil.rmtree(draft, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, draft)
    shutil.rmtree(target, ignore_errors=True)
    if draft.is_dir():
        draft.rename(target)


@contextmanager
def _database(settings: Settings, external_url: str) -> Iterator[str]:
    """Yield a URL that sees every row; starts the embedded server when it is not running.

    An external database is worked on by the role of `external_url`.

    Raises:
        AppError: The embedded server cannot be started.
    """
    from xobito_app.cli.embedded.session import running_postgres

    if settings.database_url_given:
        yield external_url.replace("postgresql+psycopg://", "postgresql://", 1)
        return
    with running_postgres(settings.data_path):
        yield EmbeddedPostgres(settings.data_path).superuser_url


def _run(program: str, url: str, arguments: list[str]) -> None:
    """Run a PostgreSQL tool; the password goes through the environment, not the command line."""
    parts = urlsplit(url)
    environment = {
        "PATH": os.defpath,
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
        "PGCONNECT_TIMEOUT": "10",
    }
    done = subprocess.run(  # noqa: S603
        [str(binaries() / program), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        if "row-level security" in done.stderr:
            raise AppError(
                "This database role sees only one workspace at a time: for the backup, set "
                "DATABASE_URL to a role that may bypass row-level security."
            )
        raise AppError(f"{program} failed: {lines[0].removeprefix(f'{program}: error: ')}")
