"""Garbage collection of a process that lives for weeks."""

from __future__ import annotations

import gc


def freeze_startup_objects() -> None:
    """Leave out of later collections what there is now: modules, pages, models.

    It lives as long as the process. Looking it all through takes a tenth of a second each time,
    in which nobody is answered. Called once, when the process has started.
    """
    gc.collect()
    gc.freeze()
