"""The workspace's settings."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui import forms, routes, styles
from xobito_app.ui.blocks import can, confirm, loaded, page_form
from xobito_app.ui.components import (
    button,
    link_button,
    note,
    page_body,
    page_header,
    picture_field,
    section,
    select_field,
    switch_field,
    text_area,
    text_field,
)
from xobito_app.ui.pages.settings.state import SettingsState
from xobito_app.ui.shell import ShellState

_AUTO_ASSIGN = (
    ("off", "Nobody: they wait in Unassigned"),
    ("round_robin", "In turn"),
    ("least_busy", "The person with the fewest open conversations"),
)


def settings_page() -> rx.Component:
    """Return the settings, each group with its own save button."""
    return page_body(
        page_header("Settings"),
        loaded(SettingsState, _forms()),
        narrow=True,
    )


def _may_edit() -> rx.Var[bool]:
    return can(Permission.SETTINGS_EDIT)


def _forms() -> rx.Component:
    return rx.fragment(
        rx.cond(
            _may_edit(),
            rx.fragment(),
            note("You can see these settings, but your role does not allow changing them."),
        ),
        section(
            "Workspace",
            "Its name, its logo, and where it is.",
            rx.cond(_may_edit(), _logo()),
            _editable(_workspace_form()),
        ),
        section(
            "Inbox and bots",
            "Who answers, who gets new conversations, and when bots pause.",
            _editable(_inbox_form()),
        ),
        section(
            "Campaigns",
            "When a campaign pauses by itself, so that it neither burns the list nor your quality.",
            _editable(_campaigns_form()),
        ),
        section(
            "History",
            "Messages can lose their content after a while; counts and reports stay.",
            _editable(_history_form()),
            rx.cond(_may_edit(), _clear_now()),
        ),
        _elsewhere(),
    )


def _links(title: str, line: str, *shown: tuple[routes.PageRoute, str]) -> rx.Component:
    """Return a section of pages that belong to the settings: those the person may open."""
    rows = [
        rx.cond(
            ShellState.may[route.name],
            rx.el.div(
                link_button(route.title, to=route.path, icon_name=route.icon),
                rx.el.span(words, class_name=styles.MUTED),
                class_name=styles.LINE,
            ),
        )
        for route, words in shown
    ]
    may_any = reduce(or_, (ShellState.may[route.name].bool() for route, _ in shown))
    return rx.cond(may_any, section(title, line, *rows))


def _elsewhere() -> rx.Component:
    return rx.fragment(
        _links(
            "Contacts",
            "What describes a contact.",
            (routes.CONTACT_LABELS, "Name them, color them, put them in order."),
            (routes.DUPLICATES, "Find people who are in the list twice."),
        ),
        _links(
            "Integrations",
            "How other systems connect.",
            (routes.WEBHOOKS, "Tell other systems about contacts."),
            (routes.TOKENS, "Let other systems use the REST API."),
            (routes.RATES, "Say what Meta charges, so that campaigns know what they cost."),
        ),
        _links(
            "Looking after it",
            "Who did what, and whether everything works.",
            (routes.ACTIVITY, "Who changed what, and when."),
            (routes.DOCTOR, "Check everything the link to WhatsApp depends on."),
            (routes.JOURNAL, "What Meta delivered, and what became of it."),
        ),
    )


def _editable(form: rx.Component) -> rx.Component:
    return rx.el.fieldset(form, disabled=~_may_edit())


def _logo() -> rx.Component:
    person = ShellState.person
    return picture_field(
        rx.el.span(
            rx.cond(person.logo != "", rx.el.img(src=person.logo, alt=""), person.workspace_mark),
            class_name="rail-mark rail-mark-large",
            aria_hidden="true",
        ),
        endpoint="/pictures/workspace",
        label="Choose a logo",
        has_picture=person.logo != "",
    )


def _workspace_form() -> rx.Component:
    settings, errors = SettingsState.settings, SettingsState.errors
    return page_form(
        "workspace",
        text_field("Name", name="name", errors=errors, default_value=settings.name, max_length=60),
        text_field(
            "Short name",
            name="slug",
            value=settings.slug,
            read_only=True,
            help="Used in API addresses. It does not change.",
        ),
        rx.el.div(
            select_field(
                "Time zone",
                forms.TIME_ZONES,
                name="time_zone",
                errors=errors,
                default_value=settings.time_zone,
            ),
            select_field(
                "Country",
                [("", "None"), *forms.COUNTRIES],
                name="country",
                errors=errors,
                default_value=settings.country,
                help="For phone numbers written without a country code.",
            ),
            class_name=styles.FORM_ROW,
        ),
        on_submit=SettingsState.save_workspace,
    )


def _inbox_form() -> rx.Component:
    settings, errors = SettingsState.settings, SettingsState.errors
    return page_form(
        "inbox-settings",
        switch_field(
            "Only the assigned person replies",
            help="Others see the conversation and can write notes.",
            name="reply_only_assigned",
            default_checked=settings.reply_only_assigned,
        ),
        switch_field(
            "New numbers become leads",
            help="Off: they stay guests until somebody saves them.",
            name="auto_lead",
            default_checked=settings.auto_lead,
        ),
        select_field(
            "New conversations go to",
            _AUTO_ASSIGN,
            name="auto_assign",
            errors=errors,
            default_value=settings.auto_assign,
        ),
        text_area(
            "Words that stop bots",
            name="stop_bot_keywords",
            errors=errors,
            rows=2,
            default_value=settings.stop_bot_keywords,
            help="Separated by commas. A message that is exactly one of them goes to a person.",
        ),
        _hours(settings, errors),
        text_area(
            "Words that opt out",
            name="opt_out_keywords",
            errors=errors,
            rows=2,
            default_value=settings.opt_out_keywords,
            help="Separated by commas. A contact who writes one gets no more campaigns.",
        ),
        on_submit=SettingsState.save_inbox,
    )


def _hours(settings: Any, errors: Any) -> rx.Component:
    return text_field(
        "Hours until bots resume",
        name="bots_resume_after_hours",
        input_mode="numeric",
        errors=errors,
        default_value=settings.bots_resume_after_hours,
        help="From 1 to 720.",
    )


def _campaigns_form() -> rx.Component:
    settings, errors = SettingsState.settings, SettingsState.errors
    return page_form(
        "campaign-settings",
        rx.el.div(
            text_field(
                "Failed, in %",
                name="campaign_failures_percent",
                input_mode="decimal",
                errors=errors,
                default_value=settings.campaign_failures_percent,
                help="Of the last 200 messages whose outcome is known. From 0.5 to 100.",
            ),
            text_field(
                "Opted out, in %",
                name="campaign_opt_outs_percent",
                input_mode="decimal",
                errors=errors,
                default_value=settings.campaign_opt_outs_percent,
                help="Of the same messages. From 0.1 to 100.",
            ),
            class_name=styles.FORM_ROW,
        ),
        text_field(
            "Same failure in a row",
            name="campaign_failures_in_a_row",
            input_mode="numeric",
            errors=errors,
            default_value=settings.campaign_failures_in_a_row,
            help="So many messages failing one after another for one reason. From 5 to 200.",
        ),
        on_submit=SettingsState.save_campaigns,
    )


def _history_form() -> rx.Component:
    return page_form(
        "history-settings",
        text_field(
            "Clear content after days",
            name="clear_history_after_days",
            input_mode="numeric",
            errors=SettingsState.errors,
            default_value=SettingsState.settings.clear_history_after_days,
            placeholder="Never",
            help="From 1 to 365; empty keeps everything.",
        ),
        on_submit=SettingsState.save_history,
    )


def _clear_now() -> rx.Component:
    state = SettingsState
    ask = state.ask("clear", "", "")
    return rx.cond(
        state.kept_days != "",
        rx.fragment(
            rx.el.div(
                button("Clear now", icon_name="eraser", on_click=ask),
                rx.el.span("Otherwise it happens tonight.", class_name=styles.FIELD_HELP),
                class_name=styles.TOOLBAR,
            ),
            confirm(
                state,
                "clear",
                title="Clear old messages now?",
                line="Text and files older than " + state.kept_days + " days are deleted for good.",
                verb="Clear now",
                on_confirm=state.clear_now,
            ),
        ),
    )
