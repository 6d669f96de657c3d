"""How pages are laid out: header, sections, cards, tables, tabs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import radix
from xobito_app.ui.components.words import has_words


def page_body(*children: Any, narrow: bool = False) -> rx.Component:
    """Return the padded column of an ordinary page."""
    return rx.el.div(*children, class_name=styles.PAGE_NARROW if narrow else styles.PAGE)


def page_header(title: str, *actions: rx.Component, line: str | rx.Var[str] = "") -> rx.Component:
    """Return the title of a page and its one primary action, with lesser ones before it."""
    words: list[rx.Component] = [rx.el.h1(title, class_name=styles.PAGE_TITLE)]
    if has_words(line):
        words.append(rx.el.p(line, class_name=styles.PAGE_LINE))
    return rx.el.header(
        rx.el.div(*words),
        rx.el.div(*actions, class_name=styles.LINE) if actions else rx.fragment(),
        class_name=styles.PAGE_HEAD,
    )


def section(title: str, line: str, *children: Any) -> rx.Component:
    """Return a part of a settings page: what it is at the left, its form at the right."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name=styles.SECTION_TITLE),
            rx.el.p(line, class_name=styles.SECTION_LINE),
        ),
        rx.el.div(*children, class_name=styles.STACK),
        class_name=styles.SECTION,
    )


def card(*children: Any, **props: Any) -> rx.Component:
    """Return a framed box."""
    return rx.el.div(*children, class_name=styles.CARD, **props)


def padded_card(head: rx.Component, *content: Any) -> rx.Component:
    """Return a framed box with a head and what stands below it, one thing under the other."""
    body = rx.el.div(*content, class_name=f"{styles.CARD_BODY} {styles.STACK}")
    return card(head, body)


def list_card(
    title: str, rows: Any, draw: Callable[[Any], rx.Component], *, note: str = ""
) -> rx.Component:
    """Return a card with a short list, or nothing when there is none."""
    return rx.cond(
        rows,
        padded_card(
            card_head(title, note=note), rx.el.ul(rx.foreach(rows, draw), class_name=styles.STACK)
        ),
    )


def card_head(
    title: str | rx.Var[str], *actions: Any, note: str | rx.Var[str] = ""
) -> rx.Component:
    """Return the head of a card."""
    words: list[rx.Component] = [rx.el.h2(title, class_name=styles.CARD_TITLE)]
    if has_words(note):
        words.append(rx.el.p(note, class_name=styles.CARD_NOTE))
    return rx.el.div(
        rx.el.div(*words), rx.el.div(*actions, class_name=styles.LINE), class_name=styles.CARD_HEAD
    )


def table(
    heads: Sequence[str],
    rows: rx.Component,
    *,
    extra: Collection[str] = (),
    **props: Any,
) -> rx.Component:
    """Return a table with a sticky header; `rows` is an `rx.foreach` of `rx.el.tr`.

    An empty head stands over a column of actions. Columns whose heads are in `extra` are not
    shown on a phone; their cells carry `styles.CELL_EXTRA` too.
    """
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *(
                        rx.el.th(
                            head,
                            scope="col",
                            class_name=styles.CELL_EXTRA if head in extra else "",
                        )
                        if head
                        else rx.el.th(rx.el.span("Actions", class_name=styles.SR_ONLY), scope="col")
                        for head in heads
                    )
                )
            ),
            rx.el.tbody(rows),
            class_name=styles.TABLE,
        ),
        class_name=styles.TABLE_FRAME,
        # It scrolls sideways where it is narrow, by the keyboard too.
        tab_index=0,
        role="group",
        aria_label="Table",
        **props,
    )


def tab_strip(*names: rx.Component, label: str) -> rx.Component:
    """Return a row of `tab_name` for a page that shows what they stand for itself."""
    return rx.el.div(*names, role="tablist", aria_label=label, class_name="tabs-list")


def tab_name(
    *words: Any, is_selected: rx.Var[bool], on_click: Any, number: rx.Component, **props: Any
) -> rx.Component:
    """Return one name of a `tab_strip`, with how many there are or how many are new."""
    return rx.el.button(
        *words,
        number,
        type="button",
        role="tab",
        aria_selected=is_selected,
        on_click=on_click,
        class_name="tab",
        **props,
    )


def tabs(
    *panels: tuple[str, str, rx.Component],
    actions: Mapping[str, rx.Component] | None = None,
    value: rx.Var[str] | str = "",
    on_change: Any = None,
) -> rx.Component:
    """Return panels of which one is seen; each is a value, a name and its content.

    Args:
        panels: The first is seen first, and the browser remembers which one is, unless a `value`
            says so.
        actions: For panels by value, what stands at the end of the row of names.
        value: Which one is seen, for pages that decide.
        on_change: What happens when another one is chosen.
    """
    decides: dict[str, Any] = {"default_value": panels[0][0]}
    if isinstance(value, rx.Var):
        decides = {"value": value, "on_value_change": on_change}
    action = [
        radix.TabsContent.create(shown, value=key, class_name="tabs-action")
        for key, shown in (actions or {}).items()
    ]
    return radix.TabsRoot.create(
        rx.el.div(
            radix.TabsList.create(
                *(
                    radix.TabsTrigger.create(name, value=key, class_name="tab")
                    for key, name, _ in panels
                ),
                class_name="tabs-list",
            ),
            *action,
            class_name="tabs-head",
        ),
        *(
            radix.TabsContent.create(content, value=key, class_name="tab-panel")
            for key, _, content in panels
        ),
        **decides,
    )
