"""Operating-system side of our processes: which account runs them, and with whom they end."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from dataclasses import dataclass
from typing import NoReturn

from xobito_app.cli import capabilities
from xobito_app.settings import child_environment

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Account:
    """The account a server runs under when it may not run as root."""

    name: str
    user_id: int
    group_id: int


def other_account() -> Account | None:
    """Return the account to hand PostgreSQL to when we are root, else None."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)


def become(account: Account, *, with_passage: bool = False) -> None:
    """Turn this process into the account's, for good.

    Args:
        account: Whom to become.
        with_passage: Keep the right to enter closed folders (Linux, see `capabilities`).
    """
    if with_passage:
        capabilities.keep_over_change_of_account()
    os.setgroups([])
    os.setgid(account.group_id)
    os.setuid(account.user_id)
    if with_passage:
        capabilities.keep_only_passage()


def end_with_parent(number: signal.Signals = signal.SIGTERM, *, parent: int | None = None) -> None:
    """Ask the system to signal this process when the one that started it ends.

    It survives `exec` but not a change of account, so it is called after `become`. Only
    Linux has it; elsewhere a killed supervisor leaves its children to be stopped by hand.

    Args:
        number: The signal to send.
        parent: The expected parent; when it is gone already, this process ends at once.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), number)


def become_program(command: list[str], environment: dict[str, str] | None = None) -> NoReturn:
    """Replace this process by the command."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, environment or child_environment())  # noqa: S606
