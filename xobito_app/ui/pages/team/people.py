"""The people of the workspace and the dialogs about them."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.components import (
    avatar,
    badge,
    button,
    card,
    card_head,
    confirm_dialog,
    dialog,
    dialog_close,
    dialog_foot,
    menu_item,
    menu_label,
    menu_line,
    problem,
    row_menu,
    select_field,
    shown_once,
    table,
    text_field,
)
from xobito_app.ui.pages.team.rows import InviteRow, MemberRow, RoleRow
from xobito_app.ui.pages.team.state import LINK, InviteState, MemberQuestionState, TeamState
from xobito_app.ui.shell.state import ShellState


def people() -> rx.Component:
    """Return the members, and below them the invitations that wait."""
    return rx.el.div(
        table(
            ("Name", "Role", "Status", "Second factor", ""),
            rx.foreach(TeamState.members, _member),
            extra=("Status", "Second factor"),
        ),
        rx.cond(TeamState.invites, _invites()),
        class_name=styles.STACK,
    )


def _member(row: ObjectVar[MemberRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                avatar(row.initials, row.tone, photo=row.photo),
                rx.el.div(
                    rx.el.div(
                        row.name,
                        rx.cond(row.is_self, rx.el.span(" (you)", class_name=styles.MUTED)),
                        class_name=styles.ROW_TITLE,
                    ),
                    rx.el.div(row.email, class_name=styles.ROW_LINE),
                ),
                class_name=styles.CELL_PERSON,
            )
        ),
        rx.el.td(
            rx.cond(row.is_owner, badge("Owner", "accent"), row.role),
            rx.cond(
                row.is_active, rx.fragment(), rx.el.div("Inactive", class_name=styles.ONLY_PHONE)
            ),
        ),
        rx.el.td(badge(row.status, row.status_tone), class_name=styles.CELL_EXTRA),
        rx.el.td(row.second_factor, class_name=f"{styles.CELL_MUTED} {styles.CELL_EXTRA}"),
        rx.el.td(rx.cond(row.can_change, _member_menu(row)), class_name=styles.CELL_END),
        key=row.id,
    )


def _member_menu(row: ObjectVar[MemberRow]) -> rx.Component:
    can = ShellState.can
    edits = can[Permission.STAFF_EDIT.value]
    return rx.cond(
        edits | can[Permission.STAFF_DELETE.value],
        row_menu(
            rx.cond(edits, rx.fragment(*_edit_items(row))),
            rx.cond(
                can[Permission.STAFF_DELETE.value],
                menu_item(
                    "Remove from the workspace",
                    icon_name="user-minus",
                    danger=True,
                    on_select=MemberQuestionState.ask("remove", row.id, row.name),
                ),
            ),
        ),
    )


def _edit_items(row: ObjectVar[MemberRow]) -> list[rx.Component]:
    return [
        menu_label("Give the role"),
        rx.foreach(TeamState.roles, lambda role: _role_item(row, role)),
        menu_line(),
        menu_item(
            "Password reset link",
            icon_name="key-round",
            on_select=InviteState.make_reset_link(row.id, row.name),
        ),
        rx.cond(
            row.is_active,
            menu_item(
                "Make inactive",
                icon_name="user-x",
                on_select=TeamState.set_active(row.id, False),
            ),
            menu_item(
                "Make active",
                icon_name="user-check",
                on_select=TeamState.set_active(row.id, True),
            ),
        ),
        rx.cond(
            TeamState.is_owner & row.is_active,
            menu_item(
                "Hand the workspace over",
                icon_name="crown",
                on_select=MemberQuestionState.ask("hand_over", row.id, row.name),
            ),
        ),
        menu_line(),
    ]


def _role_item(row: ObjectVar[MemberRow], role: ObjectVar[RoleRow]) -> rx.Component:
    return rx.cond(
        role.id == row.role_id,
        menu_item(role.name, icon_name="check", disabled=True, key=role.id),
        menu_item(
            role.name,
            icon_name="shield",
            on_select=TeamState.give_role(row.id, role.id),
            key=role.id,
        ),
    )


def _invites() -> rx.Component:
    return card(
        card_head("Invitations", note="Links that were made and not used yet."),
        rx.foreach(TeamState.invites, _invite),
    )


def _invite(row: ObjectVar[InviteRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(row.email, class_name=styles.ROW_TITLE),
            rx.el.div(row.role, class_name=styles.ROW_LINE),
            class_name=styles.GROW,
        ),
        badge(row.expires, row.tone),
        rx.cond(
            ShellState.can[Permission.STAFF_CREATE.value],
            button("Withdraw", compact=True, on_click=TeamState.withdraw(row.id)),
        ),
        class_name=styles.LIST_ROW,
        key=row.id,
    )


def invite_dialog() -> rx.Component:
    """Return the dialog that brings a person in."""
    errors = InviteState.errors
    by_password = InviteState.way == "password"
    return dialog(
        "Bring somebody in",
        rx.el.form(
            select_field(
                "How",
                (("link", "With a link to pass on"), ("password", "With a password I choose")),
                name="way",
                value=InviteState.way,
                on_change=InviteState.set_way,
            ),
            rx.cond(by_password, text_field("Name", name="name", errors=errors)),
            text_field("E-mail", name="email", kind="email", errors=errors, required=True),
            rx.cond(
                by_password,
                text_field(
                    "Password",
                    name="password",
                    errors=errors,
                    help="At least 8 characters. They choose their own at the first sign-in.",
                    auto_complete="off",
                ),
            ),
            select_field(
                "Role",
                rx.fragment(
                    rx.el.option("Choose…", value=""),
                    rx.foreach(
                        TeamState.roles,
                        lambda role: rx.el.option(role.name, value=role.id, key=role.id),
                    ),
                ),
                name="role_id",
                errors=errors,
            ),
            problem(errors.get("form", "").to(str)),
            dialog_foot(
                dialog_close(),
                button(
                    rx.cond(by_password, "Add", "Make the link"), weight="primary", type="submit"
                ),
            ),
            on_submit=InviteState.submit,
            class_name=styles.FORM,
        ),
        open=InviteState.is_open,
        on_open_change=InviteState.set_open,
    )


def link_dialog() -> rx.Component:
    """Return the dialog with a link to pass on; it is shown this once."""
    return dialog(
        InviteState.link_title,
        shown_once(LINK, label="The link"),
        dialog_foot(dialog_close("Done")),
        line=InviteState.link_line,
        open=InviteState.link_title != "",
        on_open_change=InviteState.forget_link,
    )


def questions() -> rx.Component:
    """Return the dialogs that ask before something that cannot be undone."""
    name = MemberQuestionState.name
    return rx.fragment(
        confirm_dialog(
            rx.Var.create("Remove ") + name + "?",
            "They are signed out at once and see nothing any more. What they wrote stays.",
            verb="Remove",
            open=MemberQuestionState.question == "remove",
            on_open_change=MemberQuestionState.dismiss,
            on_confirm=MemberQuestionState.remove,
        ),
        confirm_dialog(
            rx.Var.create("Make ") + name + " the owner?",
            "The owner may do everything. You become an Admin, and only they can give it back.",
            verb="Hand over",
            open=MemberQuestionState.question == "hand_over",
            on_open_change=MemberQuestionState.dismiss,
            on_confirm=MemberQuestionState.hand_over,
        ),
    )
