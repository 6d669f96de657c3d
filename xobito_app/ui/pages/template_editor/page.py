"""The template editor: the form at the left, the phone at the right, problems at their fields."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import confirm
from xobito_app.ui.components import (
    badge,
    button,
    card_head,
    error_state,
    icon_button,
    list_card,
    menu,
    menu_item,
    note,
    padded_card,
    page_body,
    select_field,
    skeleton_rows,
    text_area,
    text_field,
)
from xobito_app.ui.components.fields import field_error
from xobito_app.ui.pages.template_editor.rows import (
    HEADERS,
    KINDS,
    ButtonField,
    ProblemRow,
    SampleField,
)
from xobito_app.ui.pages.template_editor.state import EditorState
from xobito_app.ui.pages.templates.paper import paper
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.languages import LANGUAGES

_CATEGORIES = (("UTILITY", "Utility"), ("MARKETING", "Marketing"))
_FORMATS = (("POSITIONAL", "Numbers, like {{1}}"), ("NAMED", "Names, like {{first_name}}"))
_FILES = {
    "IMAGE": "image/jpeg,image/png",
    "VIDEO": "video/mp4",
    "DOCUMENT": "application/pdf",
}


def editor() -> rx.Component:
    """Return the whole page."""
    state = EditorState
    return page_body(
        ReactRouterLink.create(
            icon("chevron-left"), "Templates", to="/templates", class_name="back"
        ),
        rx.match(
            state.stage,
            ("ready", _content()),
            ("loading", skeleton_rows(8)),
            error_state(state.problem, state.load),
        ),
        confirm(
            state,
            "discard",
            title="Throw away what is written?",
            line="What Meta holds stays as it is. This cannot be undone.",
            verb="Throw away",
            on_confirm=state.discard,
        ),
    )


def _content() -> rx.Component:
    state = EditorState
    return rx.fragment(
        _head(),
        rx.cond(state.rejection, note(state.rejection, "danger", icon_name="circle-x")),
        rx.cond(state.why_not, note(state.why_not, "warning", icon_name="triangle-alert")),
        rx.el.div(
            rx.el.div(_about(), _message(), _buttons(), _samples(), class_name=styles.STACK),
            rx.el.aside(paper(state.paper), _problems(), class_name="editor-aside"),
            class_name="editor-columns",
        ),
    )


def _head() -> rx.Component:
    state = EditorState
    return rx.el.header(
        rx.el.div(
            rx.el.h1(state.title, class_name=styles.PAGE_TITLE),
            rx.el.p(state.saved, class_name=styles.PAGE_LINE, role="status"),
        ),
        rx.el.div(
            button(
                "Throw away", weight="ghost", on_click=state.ask("discard", state.template_id, "")
            ),
            button(
                "Submit to Meta",
                weight="primary",
                icon_name="send",
                busy=state.is_busy,
                on_click=state.submit,
            ),
            class_name=styles.LINE,
        ),
        class_name=styles.PAGE_HEAD,
    )


def _written(place: str | rx.Var[str], default: Any) -> dict[str, Any]:
    """Return what a field needs to keep itself: while typing after a pause, and when it is left."""
    return {
        "default_value": default,
        "on_change": EditorState.change(place).debounce(350),
        "on_blur": EditorState.change(place),
    }


def _initial(name: str) -> rx.Var[str]:
    return EditorState.initial.get(name, "").to(str)


def _about() -> rx.Component:
    errors, state = EditorState.errors, EditorState
    return padded_card(
        card_head("About", note="Name and language stay once Meta has the template."),
        text_field(
            "Name",
            name="name",
            errors=errors,
            help="Lower-case letters, digits and underscores.",
            disabled=~state.is_new,
            auto_complete="off",
            **_written("name", _initial("name")),
        ),
        rx.el.div(
            _select("Language", "language", tuple(LANGUAGES.items()), disabled=~state.is_new),
            _select("Category", "category", _CATEGORIES, disabled=state.is_category_fixed),
            _select("Variables", "named", _FORMATS, disabled=~state.is_new),
            class_name="editor-row",
        ),
    )


def _select(label: str, name: str, choices: Any, **props: Any) -> rx.Component:
    return select_field(
        label,
        choices,
        name=name,
        errors=EditorState.errors,
        default_value=_initial(name),
        on_change=EditorState.change(name),
        **props,
    )


def _message() -> rx.Component:
    errors, state = EditorState.errors, EditorState
    return padded_card(
        card_head("Message"),
        _select("Header", "header_format", HEADERS),
        rx.cond(
            state.header_format == "TEXT",
            text_field(
                "Header text",
                name="header",
                errors=errors,
                help=f"Up to {limits.TEMPLATE_HEADER} characters, one variable.",
                **_written("header", _initial("header")),
            ),
        ),
        rx.match(
            state.header_format,
            *((kind, _sample_file(accept)) for kind, accept in _FILES.items()),
            rx.fragment(),
        ),
        text_area(
            "Text",
            name="body",
            rows=7,
            errors=errors,
            help=f"Up to {limits.TEMPLATE_BODY} characters. *bold* _italic_ ~struck~",
            **_written("body", _initial("body")),
        ),
        rx.el.div(
            button("Add variable", icon_name="braces", compact=True, on_click=state.add_variable)
        ),
        text_field(
            "Footer",
            name="footer",
            errors=errors,
            help=f"Up to {limits.TEMPLATE_FOOTER} characters, no variables.",
            **_written("footer", _initial("footer")),
        ),
    )


def _sample_file(accept: str) -> rx.Component:
    """Return the field for a header's example; `assets/upload.js` uploads what is chosen."""
    place = "sample.header.media"
    return rx.el.div(
        rx.el.label(
            rx.el.span("Example of the header", class_name=styles.FIELD_LABEL),
            rx.el.input(
                type="file", accept=accept, data_upload="/template-samples", class_name="input"
            ),
            rx.el.input(type="hidden", data_uploaded="", on_change=EditorState.change(place)),
            class_name=styles.FIELD,
        ),
        rx.el.span(
            "Meta looks at it in the review; customers get what is sent.",
            class_name=styles.FIELD_HELP,
            data_upload_state="",
            role="status",
        ),
        field_error(EditorState.errors, place),
        class_name=styles.FIELD,
    )


def _buttons() -> rx.Component:
    state = EditorState
    return padded_card(
        card_head(
            "Buttons",
            menu(
                [icon("plus"), "Add button"],
                *(menu_item(words, on_select=state.add_button(kind)) for kind, words in KINDS),
                label="Add button",
                class_name=f"{styles.BUTTON} button-secondary {styles.COMPACT}",
            ),
            note=f"Up to {limits.TEMPLATE_BUTTONS}; quick replies stay together.",
        ),
        field_error(state.errors, "buttons"),
        rx.foreach(state.buttons, _button),
    )


def _button(row: ObjectVar[ButtonField]) -> rx.Component:
    place = rx.Var.create("button.") + row.index.to_string()
    return rx.el.fieldset(
        rx.el.legend(row.title),
        rx.el.div(
            rx.match(
                row.type,
                ("COPY_CODE", _line("Example of the code", place + ".example", row.example)),
                _line("Button text", place + ".text", row.text),
            ),
            rx.match(
                row.type,
                ("URL", _line("Address, {{1}} at its end", place + ".url", row.url)),
                ("PHONE_NUMBER", _line("Number", place + ".phone_number", row.phone_number)),
                ("FLOW", _line("Id of the form", place + ".flow_id", row.flow_id)),
                rx.fragment(),
            ),
            rx.cond(
                row.type == "URL",
                _line("Example of the link", place + ".example", row.example),
            ),
            _button_tools(row),
            class_name="editor-row",
        ),
        field_error(EditorState.errors, place),
        field_error(EditorState.errors, rx.Var.create("sample.") + place),
        key=row.id,
        class_name="editor-button",
    )


def _button_tools(row: ObjectVar[ButtonField]) -> rx.Component:
    state = EditorState
    return rx.el.div(
        icon_button("arrow-up", "Move up", on_click=state.move_button(row.index, -1)),
        icon_button("arrow-down", "Move down", on_click=state.move_button(row.index, 1)),
        icon_button("trash-2", "Remove button", on_click=state.remove_button(row.index)),
        class_name=styles.LINE,
    )


def _line(label: str, place: rx.Var[str], value: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name=styles.FIELD_LABEL),
        rx.el.input(class_name=styles.INPUT, auto_complete="off", **_written(place, value)),
        class_name=styles.FIELD,
    )


def _samples() -> rx.Component:
    return rx.cond(
        EditorState.samples,
        padded_card(
            card_head("Examples", note="Meta wants to see what each variable will say."),
            rx.foreach(EditorState.samples, _sample),
        ),
    )


def _sample(row: ObjectVar[SampleField]) -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.el.span(row.label, class_name=styles.FIELD_LABEL),
            rx.el.input(
                class_name=styles.INPUT, auto_complete="off", **_written(row.place, row.value)
            ),
            class_name=styles.FIELD,
        ),
        field_error(EditorState.errors, row.place),
        key=row.id,
        class_name=styles.FIELD,
    )


def _problems() -> rx.Component:
    return list_card("What Meta would say", EditorState.problems, _problem)


def _problem(row: ObjectVar[ProblemRow]) -> rx.Component:
    return rx.el.li(
        badge(row.rule, row.tone), rx.el.p(row.sentence), key=row.id, class_name="editor-problem"
    )
