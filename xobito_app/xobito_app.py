"""Composition root of the web process: the Reflex application, its pages and the HTTP doors."""

from __future__ import annotations

import reflex as rx

from xobito_app import logs
from xobito_app.api.app import build_api
from xobito_app.cli.processes import end_with_parent
from xobito_app.jobs.nudges import send_nudges
from xobito_app.persistence.unit_of_work import on_commit
from xobito_app.realtime.notices import send_notices
from xobito_app.settings import get_settings

logs.configure(get_settings().log_level)
on_commit(send_nudges)
on_commit(send_notices)


def index() -> rx.Component:
    """Say which house this is."""
    return rx.el.main(rx.el.h1("Xobito"))


app = rx.App(api_transformer=build_api())
app.add_page(index, route="/", title="Xobito")
# The server's workers must not outlive it: they would keep the port.
app.register_lifespan_task(end_with_parent)
