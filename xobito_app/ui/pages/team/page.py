"""The team: who belongs to the workspace, who is invited, what roles allow."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui.blocks import can
from xobito_app.ui.components import page_body, page_header, tabs
from xobito_app.ui.pages.team.people import invite_button, people
from xobito_app.ui.pages.team.roles import new_role, roles


def team_page() -> rx.Component:
    """Return people and roles in two tabs; who may not see people sees the roles alone."""
    return page_body(
        page_header("Team", line="Who works here, and what their roles allow."),
        rx.cond(
            can(Permission.STAFF_VIEW),
            tabs(
                ("people", "People", people()),
                ("roles", "Roles", roles()),
                actions={"people": invite_button(), "roles": new_role()},
            ),
            tabs(("roles", "Roles", roles()), actions={"roles": new_role()}),
        ),
    )
