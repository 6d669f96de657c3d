"""The people of the workspace and the dialogs about them."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ArrayVar
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    Fields,
    actions_cell,
    allowed,
    cell,
    confirm,
    form_dialog,
    line_of,
    list_view,
    loaded,
    new_button,
    person_cell,
    shown_once,
)
from xobito_app.ui.components import (
    badge,
    button,
    card,
    card_head,
    menu_item,
    menu_label,
    menu_line,
    select_field,
)
from xobito_app.ui.pages.team.member_states import LINK, InvitesState, InviteState, MembersState
from xobito_app.ui.pages.team.rows import InviteRow, MemberRow


def people() -> rx.Component:
    """Return the members, and below them the invitations that wait."""
    return rx.fragment(
        list_view(
            MembersState,
            columns=("Name", "Role", "Status", "Second factor", ""),
            row=_member,
            extra=("Status", "Second factor"),
            empty=rx.fragment(),
        ),
        loaded(InvitesState, _invites(), ("empty", rx.fragment()), ("loading", rx.fragment())),
        _invite_form(),
        shown_once(
            LINK,
            title=InviteState.link_title,
            label="The link",
            line=InviteState.link_line,
            open=InviteState.is_secret_shown,
            on_close=InviteState.forget_secret,
        ),
        _questions(),
    )


def invite_button() -> rx.Component:
    """Return the button that invites a person."""
    return new_button("Invite", InviteState, Permission.STAFF_CREATE, icon_name="user-plus")


def _member(row: ObjectVar[MemberRow]) -> rx.Component:
    needs = (Permission.STAFF_EDIT, Permission.STAFF_DELETE)
    you = rx.cond(row.is_self, rx.el.span("(you)", class_name=styles.MUTED))
    off = rx.el.div("Inactive", class_name=styles.ONLY_PHONE)
    return line_of(
        row,
        person_cell(row, you, size="normal", photo=row.photo, line=row.email),
        rx.el.td(
            rx.cond(row.is_owner, badge("Owner", "accent"), row.role),
            rx.cond(row.is_active, rx.fragment(), off),
        ),
        cell(badge(row.status, row.status_tone), extra=True),
        cell(row.second_factor, muted=True, extra=True),
        rx.cond(row.can_change, actions_cell(*_member_items(row), needs=needs), rx.el.td()),
    )


def _member_items(row: ObjectVar[MemberRow]) -> list[rx.Component]:
    ask = MembersState.ask
    switch = MembersState.set_active
    return [
        allowed(
            Permission.STAFF_EDIT,
            menu_label("Change role to"),
            rx.foreach(MembersState.roles, lambda role: _role_item(row, role)),
            menu_line(),
            menu_item(
                "Password reset link",
                icon_name="key-round",
                on_select=InviteState.make_reset_link(row.id, row.name),
            ),
            rx.cond(
                row.is_active,
                menu_item("Deactivate", icon_name="user-x", on_select=switch(row.id, False)),
                menu_item("Activate", icon_name="user-check", on_select=switch(row.id, True)),
            ),
            rx.cond(
                MembersState.is_owner & row.is_active,
                menu_item(
                    "Make owner",
                    icon_name="crown",
                    on_select=ask("hand_over", row.id, row.name),
                ),
            ),
            menu_line(),
        ),
        allowed(
            Permission.STAFF_DELETE,
            menu_item(
                "Remove from the workspace",
                icon_name="user-minus",
                danger=True,
                on_select=ask("remove", row.id, row.name),
            ),
        ),
    ]


def _role_item(row: ObjectVar[MemberRow], role: ArrayVar[tuple[str, str]]) -> rx.Component:
    give = MembersState.give_role(row.id, role[0])
    return rx.cond(
        role[0] == row.role_id,
        menu_item(role[1], icon_name="check", disabled=True, key=role[0]),
        menu_item(role[1], icon_name="shield", on_select=give, key=role[0]),
    )


def _invites() -> rx.Component:
    return card(
        card_head("Invitations", note="Sent, but not accepted yet."),
        rx.foreach(InvitesState.rows, _invite),
    )


def _invite(row: ObjectVar[InviteRow]) -> rx.Component:
    withdraw = button("Withdraw", compact=True, on_click=InvitesState.withdraw(row.id))
    return rx.el.div(
        rx.el.div(
            rx.el.div(row.email, class_name=f"{styles.ROW_TITLE} {styles.TRUNCATE}"),
            rx.el.div(row.role, class_name=f"{styles.ROW_LINE} {styles.TRUNCATE}"),
            class_name=styles.GROW,
        ),
        badge(row.expires, row.tone),
        allowed(Permission.STAFF_CREATE, withdraw),
        class_name=styles.LIST_ROW,
        key=row.id,
    )


def _invite_form() -> rx.Component:
    state, fields = InviteState, Fields(InviteState)
    by_password = state.way == "password"
    return form_dialog(
        state,
        select_field(
            "How",
            (("link", "With a link to pass on"), ("password", "With a password I choose")),
            name="way",
            value=state.way,
            on_change=state.set_way,
        ),
        rx.cond(by_password, fields.text("Name", "name")),
        fields.text("E-mail", "email", kind="email"),
        rx.cond(
            by_password,
            fields.text(
                "Password",
                "password",
                help="At least 8 characters. They choose their own when they first sign in.",
            ),
        ),
        fields.select("Role", "role_id", MembersState.roles, empty="Choose…"),
        new="Invite a person",
        verb=rx.cond(by_password, "Add", "Make the link"),
    )


def _questions() -> rx.Component:
    state = MembersState
    return rx.fragment(
        confirm(
            state,
            "remove",
            title=rx.Var.create("Remove ") + state.asked_name + "?",
            line="They are signed out at once and lose access. What they wrote stays.",
            verb="Remove person",
            on_confirm=state.remove,
        ),
        confirm(
            state,
            "hand_over",
            title=rx.Var.create("Make ") + state.asked_name + " the owner?",
            line="The owner may do everything. You become an Admin, and only they can change that.",
            verb="Make owner",
            on_confirm=state.hand_over,
        ),
    )
