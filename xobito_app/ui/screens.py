"""Every page of the application with what is loaded when it opens; added to the app in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.ui import routes
from xobito_app.ui.pages.account.page import account_page
from xobito_app.ui.pages.account.state import AccountState, SecondFactorState
from xobito_app.ui.pages.activity.page import activity_page
from xobito_app.ui.pages.activity.state import ActivityState
from xobito_app.ui.pages.canned.macro_state import MacroState
from xobito_app.ui.pages.canned.page import canned_replies
from xobito_app.ui.pages.canned.state import CannedState
from xobito_app.ui.pages.connect.page import connect
from xobito_app.ui.pages.connect.state import ConnectState
from xobito_app.ui.pages.contact.page import contact
from xobito_app.ui.pages.contact.state import ContactState
from xobito_app.ui.pages.contact_import.page import import_contacts
from xobito_app.ui.pages.contact_import.state import ImportState
from xobito_app.ui.pages.contact_labels.field_state import FieldsState
from xobito_app.ui.pages.contact_labels.page import contact_labels
from xobito_app.ui.pages.contact_labels.state import LabelsState
from xobito_app.ui.pages.contacts.page import contacts
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.pages.doctor.page import doctor
from xobito_app.ui.pages.doctor.state import DoctorState
from xobito_app.ui.pages.duplicates.page import duplicate_contacts
from xobito_app.ui.pages.duplicates.state import DuplicatesState
from xobito_app.ui.pages.gate.page import (
    choose_page,
    forgot_page,
    join_page,
    reset_page,
    sign_in_page,
)
from xobito_app.ui.pages.gate.state import GateState, LinkState
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.page import inbox
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.pages.journal.page import journal
from xobito_app.ui.pages.journal.state import JournalState
from xobito_app.ui.pages.numbers.page import numbers
from xobito_app.ui.pages.numbers.state import NumbersState
from xobito_app.ui.pages.settings.page import settings_page
from xobito_app.ui.pages.settings.state import SettingsState
from xobito_app.ui.pages.setup.page import set_up_page, welcome_page
from xobito_app.ui.pages.setup.state import WelcomeState
from xobito_app.ui.pages.simulator.page import simulator
from xobito_app.ui.pages.simulator.state import BenchState, PhoneState
from xobito_app.ui.pages.team.page import team_page
from xobito_app.ui.pages.team.state import TeamState
from xobito_app.ui.pages.templates.page import templates
from xobito_app.ui.pages.templates.state import TemplatesState
from xobito_app.ui.pages.tokens.page import api_tokens
from xobito_app.ui.pages.tokens.state import TokensState
from xobito_app.ui.pages.webhooks.page import webhooks
from xobito_app.ui.pages.webhooks.state import DeliveryLogState, WebhooksState
from xobito_app.ui.routes import PageRoute
from xobito_app.ui.shell import ShellState, not_found_page, page


@dataclass(frozen=True, slots=True)
class Screen:
    """A page behind the sign-in: its place in the table of routes, its content, its loads.

    Attributes:
        extra_path: More of the address than the route's path, such as `/[contact_id]`.
    """

    route: PageRoute
    content: Callable[[], rx.Component]
    loads: Sequence[Any] = ()
    extra_path: str = ""


SCREENS: tuple[Screen, ...] = (
    Screen(routes.CONTACTS, contacts, (ContactsState.load,)),
    Screen(routes.CONTACT_LABELS, contact_labels, (LabelsState.load, FieldsState.load)),
    Screen(routes.CONTACT_IMPORT, import_contacts, (ImportState.load,)),
    Screen(routes.DUPLICATES, duplicate_contacts, (DuplicatesState.load,)),
    Screen(routes.CONTACTS, contact, (ContactState.load,), "/[contact]"),
    Screen(routes.INBOX, inbox, (InboxListState.load, ThreadState.load, MentionState.load)),
    Screen(routes.TEMPLATES, templates, (TemplatesState.load,)),
    Screen(routes.NUMBERS, numbers, (NumbersState.load,)),
    Screen(routes.CONNECT, connect, (ConnectState.load,)),
    Screen(routes.DOCTOR, doctor, (DoctorState.examine,)),
    Screen(routes.JOURNAL, journal, (JournalState.load,)),
    Screen(routes.CANNED, canned_replies, (CannedState.load, MacroState.load)),
    Screen(routes.SIMULATOR, simulator, (PhoneState.load, BenchState.load)),
    Screen(routes.TEAM, team_page, (TeamState.load,)),
    Screen(routes.SETTINGS, settings_page, (SettingsState.load,)),
    Screen(routes.WEBHOOKS, webhooks, (WebhooksState.load, DeliveryLogState.load)),
    Screen(routes.TOKENS, api_tokens, (TokensState.load,)),
    Screen(routes.ACTIVITY, activity_page, (ActivityState.load,)),
    Screen(routes.ACCOUNT, account_page, (AccountState.load, SecondFactorState.load)),
)
"""Every page behind the sign-in."""


def add_pages(app: rx.App) -> None:
    """Add every page; those behind the sign-in enter through the frame."""
    for screen in SCREENS:
        app.add_page(
            _framed(screen),
            route=screen.route.path + screen.extra_path,
            title=f"{screen.route.title} · Xobito",
            on_load=[ShellState.enter_page, *screen.loads],
        )
    for component, route, title, on_load in (
        (sign_in_page, "/", "Xobito", GateState.open_sign_in),
        (sign_in_page, "/sign-in", "Sign in · Xobito", GateState.open_sign_in),
        (set_up_page, "/set-up", "Set up · Xobito", GateState.open_set_up),
        (join_page, "/join", "Join · Xobito", LinkState.open_join),
        (forgot_page, "/forgot", "Forgot password · Xobito", GateState.open_forgot),
        (choose_page, "/choose-password", "New password · Xobito", GateState.open_choose),
        (reset_page, "/reset", "New password · Xobito", LinkState.open_reset),
        (welcome_page, "/welcome", "Welcome · Xobito", WelcomeState.open_welcome),
    ):
        app.add_page(component, route=route, title=title, on_load=on_load)
    app.add_page(not_found_page, route="404", title="Nothing here · Xobito")


def _framed(screen: Screen) -> Callable[[], rx.Component]:
    def framed() -> rx.Component:
        return page(screen.content(), route=screen.route)

    framed.__name__ = f"{screen.route.name}_page"
    return framed
