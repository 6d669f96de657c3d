"""The team: who belongs to the workspace, who is invited, what roles allow."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui.components import (
    button,
    error_state,
    page_body,
    page_header,
    skeleton_rows,
    tabs,
)
from xobito_app.ui.pages.team.people import invite_dialog, link_dialog, people, questions
from xobito_app.ui.pages.team.role_state import RoleEditorState
from xobito_app.ui.pages.team.roles import role_editor, roles
from xobito_app.ui.pages.team.state import InviteState, TeamState
from xobito_app.ui.shell.state import ShellState


def team_page() -> rx.Component:
    """Return people and roles in two tabs; the primary action is that of the open tab."""
    return page_body(
        page_header(
            "Team", rx.cond(TeamState.tab == "roles", _new_role_button(), _invite_button())
        ),
        rx.match(
            TeamState.stage,
            (
                "ready",
                tabs(
                    ("people", "People", people()),
                    ("roles", "Roles", roles()),
                    value=TeamState.tab,
                    on_change=TeamState.show_tab,
                ),
            ),
            ("failed", error_state(TeamState.problem, TeamState.load)),
            skeleton_rows(),
        ),
        invite_dialog(),
        link_dialog(),
        questions(),
        role_editor(),
    )


def _invite_button() -> rx.Component:
    return rx.cond(
        ShellState.can[Permission.STAFF_CREATE.value],
        button("Invite", weight="primary", icon_name="user-plus", on_click=InviteState.show),
    )


def _new_role_button() -> rx.Component:
    return rx.cond(
        ShellState.can[Permission.ROLES_CREATE.value],
        button("New role", weight="primary", icon_name="plus", on_click=RoleEditorState.begin),
    )
