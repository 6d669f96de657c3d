"""Rows of lists and their cells: what is long is cut with an ellipsis and whole in its title."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks.form_state import RowFormState
from xobito_app.ui.blocks.rights import allowed, can
from xobito_app.ui.components import avatar, button, menu_item, row_menu
from xobito_app.ui.components.marks import Size
from xobito_app.ui.reflex_parts import ReactRouterLink


def line_of(row: Any, *cells: rx.Component, **props: Any) -> rx.Component:
    """Return one row of a table. A click anywhere in it opens what its main cell opens."""
    return rx.el.tr(*cells, key=row.id, **props)


def cell(
    *content: Any,
    extra: bool = False,
    muted: bool = False,
    tabular: bool = False,
    wrap: bool = False,
    title: str | rx.Var[str] = "",
    **props: Any,
) -> rx.Component:
    """Return a cell of one line, or of several with `wrap`; `extra` ones are not on a phone."""
    if not isinstance(title, rx.Var) and not title and isinstance(content[0], rx.Var):
        title = content[0].to(str)
    names = [
        styles.CELL_EXTRA if extra else "",
        styles.CELL_MUTED if muted else "",
        styles.TABULAR if tabular else "",
        "" if wrap else styles.TRUNCATE,
    ]
    if isinstance(title, rx.Var) or title:
        props["title"] = title
    names.append(props.pop("class_name", ""))
    return rx.el.td(*content, class_name=" ".join(filter(None, names)), **props)


def main_cell(
    name: str | rx.Var[str],
    *marks: Any,
    on_open: Any = None,
    to: str | rx.Var[str] | None = None,
    line: Any = None,
    before: rx.Component | None = None,
    label: str | rx.Var[str] | None = None,
    needs: Permission | None = None,
) -> rx.Component:
    """Return the cell that names the row and opens it.

    Args:
        name: What the row is called.
        marks: Badges behind the name.
        on_open: What a press does; or
        to: where it leads.
        line: A second line below.
        before: A picture before the name.
        label: What opens, for screen readers, where the name does not say.
        needs: Without this permission the name opens nothing.
    """
    shown: dict[str, Any] = {"title": name, "class_name": f"{styles.CELL_MAIN} {styles.TRUNCATE}"}
    if label is not None:
        shown["aria_label"] = label
    plain = rx.el.span(name, **shown)
    named: rx.Component = plain
    if to is not None:
        named = ReactRouterLink.create(name, to=to, custom_attrs={"data-open": ""}, **shown)
    elif on_open is not None:
        named = rx.el.button(
            name, type="button", on_click=on_open, custom_attrs={"data-open": ""}, **shown
        )
    if needs is not None:
        named = rx.cond(can(needs), named, plain)
    below = [] if line is None else [rx.el.div(line, class_name=f"{styles.ROW_LINE} truncate")]
    return rx.el.td(
        rx.el.div(
            *([before] if before is not None else []),
            rx.el.div(
                rx.el.div(named, *marks, class_name=styles.LINE),
                *below,
                class_name=f"{styles.GROW} cell-words",
            ),
            class_name=styles.CELL_PERSON,
        )
    )


def person_cell(
    row: Any,
    *marks: Any,
    name: str | rx.Var[str] | None = None,
    size: Size = "small",
    photo: str | rx.Var[str] = "",
    **given: Any,
) -> rx.Component:
    """Return the cell of a person: avatar and name; the row has `name`, `initials`, `tone`."""
    face = avatar(row.initials, row.tone, size=size, photo=photo)
    return main_cell(row.name if name is None else name, *marks, before=face, **given)


def actions_cell(
    *items: Any, needs: Permission | tuple[Permission, ...] = (), label: str = "More actions"
) -> rx.Component:
    """Return the last cell of a row, with its menu, for those who hold what it `needs`."""
    shown = row_menu(*items, label=label)
    return rx.el.td(allowed(needs, shown) if needs else shown, class_name=styles.CELL_END)


def edit_items(
    state: type[RowFormState], row: Any, name: str | rx.Var[str], delete: Permission | None = None
) -> list[rx.Component]:
    """Return the two items nearly every row has; `delete` is a permission of its own."""
    remove = menu_item(
        "Delete", icon_name="trash-2", danger=True, on_select=state.ask("delete", row.id, name)
    )
    return [
        menu_item("Edit", icon_name="pencil", on_select=state.edit(row.id)),
        allowed(delete, remove) if delete else remove,
    ]


def progress_line(row: Any, on_stop: Any) -> rx.Component:
    """Return how far a long piece of work is; it has `title`, `line`, `percent`, `is_open`."""
    return rx.el.div(
        rx.el.div(
            rx.el.strong(row.title),
            rx.el.span(row.line, class_name=f"{styles.MUTED} {styles.TABULAR}"),
            class_name=f"{styles.LINE} {styles.GROW}",
        ),
        rx.el.progress(value=row.percent.to(str), max="100", aria_label=row.title),
        rx.cond(row.is_open, button("Stop", compact=True, on_click=on_stop)),
        class_name="job-line",
        role="status",
        key=row.id,
    )
