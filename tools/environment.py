"""Makes the virtual environment `.venv` and installs a requirements file, once per change of it.

Runs before anything is installed, under whatever `python3` is, so only the standard library.
"""

import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
OLDEST = (3, 11)

# Started from anywhere, also through a link, and in a folder with spaces in its name.
XOBITO = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
PYTHONPATH="$(dirname "$(dirname "$here")")" exec "$here/python" -m xobito_app "$@"
"""


def main() -> None:
    """Bring `.venv` up to the named requirements file."""
    if sys.version_info < OLDEST:
        sys.exit(
            "Xobito needs Python %d.%d or newer, this is %s; install one and run: make PYTHON=..."
            % (*OLDEST, sys.version.split()[0])
        )
    requirements = ROOT / sys.argv[1]
    stamp = HOME / f"{requirements.name}.stamp"
    wanted = fingerprint(requirements)
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    make_environment()
    print(f"Installing {requirements.name}; this takes a minute the first time.", flush=True)
    install(requirements)
    script = HOME / "bin" / "xobito"
    script.write_text(XOBITO)
    script.chmod(0o755)
    # The tools' file contains the other one.
    for name in {requirements.name, "requirements.txt"}:
        (HOME / f"{name}.stamp").write_text(fingerprint(ROOT / name))


def fingerprint(requirements: Path) -> str:
    """Return a hash of what the environment depends on: files, interpreter and place."""
    digest = hashlib.sha256()
    for part in (
        *[path.read_text() for path in sorted({requirements, ROOT / "requirements.txt"})],
        Path(__file__).read_text(),
        sysconfig.get_config_var("VERSION") or "",
        str(ROOT),
    ):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def make_environment() -> None:
    """Create `.venv`, anew when it belongs to another place or interpreter.

    A run that is using it keeps its open files; what is already right is not made again.
    """
    owner = HOME / "made-for"
    mine = f"{sys.version_info[:2]} {ROOT}"
    if PYTHON.exists() and owner.exists() and owner.read_text() == mine:
        return
    print("Making the virtual environment .venv.", flush=True)
    try:
        venv.create(HOME, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "Python cannot make virtual environments here; on Debian and Ubuntu: "
            "apt install python3-venv."
        )
    except OSError as error:
        sys.exit(f"The folder {ROOT} cannot be written: {error.strerror}.")
    owner.write_text(mine)


def install(requirements: Path) -> None:
    """Install the file with pip; its own words are shown only when it fails."""
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
        + ["-r", requirements],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        sys.exit("The packages could not be installed: is there a network to a package index?")


if __name__ == "__main__":
    main()
