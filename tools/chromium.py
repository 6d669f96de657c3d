"""Prints the path of a Chromium for the end-to-end tests; installs Debian's when there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Return the browser of CHROMIUM, or the first one on PATH."""
    given = os.environ.get("CHROMIUM", "")
    if given:
        return shutil.which(given) or sys.exit(f"CHROMIUM names no program: {given}")
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Debian's package when we may, without asking for a password."""
    if not shutil.which("apt-get"):
        return
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"]).returncode:
            return
        prefix = ["sudo", "-n"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    print("Installing Chromium for the end-to-end tests.", file=sys.stderr)
    subprocess.run([*apt, "update"], stdout=sys.stderr)
    subprocess.run(
        [*apt, "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"],
        stdout=sys.stderr,
    )


if __name__ == "__main__":
    if not find():
        install()
    print(
        find()
        or sys.exit(
            "The end-to-end tests need a Chromium: install one (apt install chromium), "
            "or set CHROMIUM to its path."
        )
    )
