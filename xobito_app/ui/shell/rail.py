"""The rail at the left, and the bar at the bottom that takes its place on a phone."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.style import set_color_mode
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids
from xobito_app.ui.components import avatar, count, menu, menu_item, menu_label, menu_line
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.routes import ROUTES, NavSection, PageRoute
from xobito_app.ui.shell.state import PaletteState, ShellState, WorkspaceRow
from xobito_app.ui.theme import icon

_THEME_IDS = {
    "light": dom_ids.THEME_LIGHT,
    "dark": dom_ids.THEME_DARK,
    "system": dom_ids.THEME_SYSTEM,
}
SIGN_OUT = f"document.getElementById('{dom_ids.SIGN_OUT}').submit()"


def rail(current: PageRoute) -> rx.Component:
    """Return the entries the person may open, the workspace above and the person below."""
    return rx.el.nav(
        _workspace_menu(),
        rx.el.button(
            icon("search"),
            rx.el.span("Search", class_name="rail-text"),
            type="button",
            class_name="rail-entry",
            aria_label="Search and commands",
            title="Search and commands (Ctrl K)",
            data_key="mod k",
            on_click=PaletteState.show,
        ),
        *(_entry(route, current) for route in ROUTES if route.section is NavSection.MAIN),
        rx.el.div(class_name="rail-space"),
        *(_entry(route, current) for route in ROUTES if route.section is NavSection.FOOT),
        rx.el.button(
            icon("panel-left-open", class_name="rail-unfold"),
            icon("panel-left-close", class_name="rail-fold"),
            rx.el.span("Collapse", class_name="rail-text"),
            type="button",
            class_name="rail-entry",
            aria_label="Widen or narrow this bar",
            title="Widen or narrow this bar",
            data_fold_rail="",
            data_key="[",
        ),
        _person_menu(),
        class_name="rail",
        aria_label="Main",
    )


def _current(is_current: bool) -> dict[str, Any]:
    return {"aria_current": "page"} if is_current else {}


def _entry(route: PageRoute, current: PageRoute) -> rx.Component:
    link = ReactRouterLink.create(
        icon(route.icon),
        rx.el.span(route.title, class_name="rail-text"),
        *([count(ShellState.unread)] if route.name == "inbox" else []),
        to=route.path,
        class_name="rail-entry",
        aria_label=route.title,
        title=route.title,
        **_current(route.name in {current.name, current.parent}),
    )
    return rx.cond(ShellState.may[route.name], link, rx.fragment())


def key_links() -> rx.Component:
    """Return hidden links for the keys after G: they exist on every page, also on a phone."""
    return rx.el.div(
        *(
            rx.cond(
                ShellState.may[route.name],
                ReactRouterLink.create(
                    route.title, to=route.path, data_key=f"g {route.key}", tab_index=-1
                ),
                rx.fragment(),
            )
            for route in ROUTES
            if route.key
        ),
        hidden=True,
    )


def _workspace_menu() -> rx.Component:
    return menu(
        [
            rx.el.span(
                rx.cond(
                    ShellState.person.logo != "",
                    rx.el.img(src=ShellState.person.logo, alt=""),
                    ShellState.person.workspace_mark,
                ),
                class_name="rail-mark",
            ),
            rx.el.span(ShellState.person.workspace, class_name="rail-text"),
        ],
        menu_label("Workspaces"),
        rx.foreach(ShellState.workspaces, _workspace_item),
        label="Workspaces",
        class_name="rail-entry rail-entry-tight",
        align="start",
    )


def _workspace_item(row: ObjectVar[WorkspaceRow]) -> rx.Component:
    choose = (
        rx.Var.create(f"const form = document.getElementById('{dom_ids.SWITCH_WORKSPACE}');")
        + " form.elements.workspace_id.value = '"
        + row.id.to(str)
        + "'; form.submit();"
    )
    return menu_item(
        row.name,
        icon_name="building-2",
        disabled=row.is_current,
        on_select=rx.call_script(choose),
        key=row.id,
    )


def _person_menu() -> rx.Component:
    person = ShellState.person
    return menu(
        [
            avatar(person.initials, person.tone, photo=person.photo),
            rx.el.span(person.name, class_name="rail-text"),
        ],
        *_person_items(),
        label="You",
        class_name="rail-entry rail-entry-tight",
        align="start",
        side="top",
    )


def _person_items() -> list[rx.Component]:
    return [
        menu_label(ShellState.person.email),
        menu_item("Your account", icon_name="circle-user-round", on_select=rx.redirect("/account")),
        menu_line(),
        menu_item("Light", icon_name="sun", on_select=set_color_mode("light")),
        menu_item("Dark", icon_name="moon", on_select=set_color_mode("dark")),
        menu_item("Like the system", icon_name="monitor", on_select=set_color_mode("system")),
        menu_line(),
        menu_item("Sign out", icon_name="log-out", on_select=rx.call_script(SIGN_OUT)),
    ]


def hidden_forms() -> rx.Component:
    """Return the forms that change who this browser is; they post and load the page anew."""
    return rx.fragment(
        *(
            rx.el.button(
                f"Theme: {mode}",
                type="button",
                id=_THEME_IDS[mode],
                hidden=True,
                on_click=set_color_mode(mode),
            )
            for mode in ("light", "dark", "system")
        ),
        rx.cond(
            ShellState.can[Permission.CONTACTS_CREATE.value],
            ReactRouterLink.create(
                "New contact", to="/contacts?new=1", id=dom_ids.NEW_CONTACT, hidden=True
            ),
        ),
        rx.el.form(id=dom_ids.SIGN_OUT, method="post", action="/auth/logout", hidden=True),
        rx.el.form(
            rx.el.input(type="hidden", name="workspace_id"),
            id=dom_ids.SWITCH_WORKSPACE,
            method="post",
            action="/auth/workspace",
            hidden=True,
        ),
    )


def bottom_bar(current: PageRoute) -> rx.Component:
    """Return at most five entries for a phone; the last one leads to everything else."""
    return rx.el.nav(
        *(_bottom_entry(route, current) for route in ROUTES if route.on_phone),
        rx.el.button(
            icon("menu", size=20),
            "More",
            type="button",
            aria_label="More: all pages, search and actions",
            class_name="bottom-entry",
            on_click=PaletteState.show,
        ),
        class_name="bottom-bar",
        aria_label="Main",
    )


def _bottom_entry(route: PageRoute, current: PageRoute) -> rx.Component:
    link = ReactRouterLink.create(
        icon(route.icon, size=20),
        route.title.removeprefix("Your ").capitalize(),
        *([count(ShellState.unread)] if route.name == "inbox" else []),
        to=route.path,
        class_name="bottom-entry",
        **_current(route.name in {current.name, current.parent}),
    )
    return rx.cond(ShellState.may[route.name], link, rx.fragment())
