"""Passing folders that only root may enter, after having stopped being root (Linux).

Root's home is closed to others, and an installation in it would be out of reach for the account
PostgreSQL runs under. That one right, and no other of root's, is carried over.
"""

from __future__ import annotations

import ctypes
import sys

_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
# Without it access(2), by which initdb looks for its neighbours, would not count the right.
_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_VERSION_3 = 0x20080522
# Reading is enough; containers often keep only the wider right.
_DAC_READ_SEARCH, _DAC_OVERRIDE = 2, 1


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process_id", ctypes.c_int))


class _Words(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def keep_over_change_of_account() -> None:
    """Call before the change of account; without it the change drops every right."""
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)


def keep_only_passage() -> None:
    """Call after the change: keep the right to pass closed folders, also over `exec`."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    header, words = _Header(_VERSION_3, 0), (_Words * 2)()
    libc.capget(ctypes.byref(header), ctypes.byref(words))
    held = words[0].permitted
    right = next((r for r in (_DAC_READ_SEARCH, _DAC_OVERRIDE) if held & (1 << r)), None)
    mask = 0 if right is None else 1 << right
    words[0].effective = words[0].permitted = words[0].inheritable = mask
    words[1].effective = words[1].permitted = words[1].inheritable = 0
    libc.capset(ctypes.byref(header), ctypes.byref(words))
    if right is not None:
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, right, 0, 0)
