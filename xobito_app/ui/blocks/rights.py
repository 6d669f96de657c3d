"""What a person's role lets them see on a page."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui.shell.state import ShellState


def can(*permissions: Permission) -> rx.Var[bool]:
    """Tell in the browser whether the person holds one of the permissions; services ask again."""
    held = [ShellState.can.contains(permission.value) for permission in permissions]
    return reduce(or_, held).to(bool)


def allowed(permission: Permission | tuple[Permission, ...], *children: Any) -> rx.Component:
    """Return what only those see who hold the permission, or one of several."""
    held = permission if isinstance(permission, tuple) else (permission,)
    return rx.cond(can(*held), rx.fragment(*children))
