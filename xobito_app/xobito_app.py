"""Composition root of the web process: the Reflex application, its pages and the HTTP endpoints."""

from __future__ import annotations

import reflex as rx

from xobito_app import logs
from xobito_app.api.app import build_api
from xobito_app.api.protection import protect
from xobito_app.cli.processes import end_with_parent
from xobito_app.core.memory import freeze_startup_objects
from xobito_app.core.watchdog import watch_loop
from xobito_app.features.connection import moved_clock
from xobito_app.jobs.wiring import wire
from xobito_app.settings import get_settings
from xobito_app.ui import theme
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.live import relay
from xobito_app.ui.locks import free_locks_of_the_cancelled
from xobito_app.ui.screens import add_pages
from xobito_app.ui.security import Gate, watch_commits
from xobito_app.ui.shell import relay as shell_relay
from xobito_app.ui.sockets import guard_sockets, note_page_error

logs.configure(get_settings().log_level)
watch_commits()
wire()
shell_relay.register()

app = rx.App(
    api_transformer=[build_api(), protect],
    stylesheets=theme.STYLESHEETS,
    head_components=theme.head_components(),
    html_lang="en",
    toaster=theme.toaster(),
    frontend_exception_handler=note_page_error,
    backend_exception_handler=tell_failure,  # pyright: ignore[reportArgumentType]
)
# Reflex's own message about a lost connection; ours is the line at the top.
app.app_wraps.pop((5, "Overlay"), None)
app.app_wraps[55, "ErrorBoundary"] = theme.error_boundary
app.add_middleware(Gate())
guard_sockets(app)
free_locks_of_the_cancelled(app)
add_pages(app)
# The server's workers must not outlive it: they would keep the port.
app.register_lifespan_task(end_with_parent)
app.register_lifespan_task(watch_loop)
app.register_lifespan_task(relay.run, app=app)
app.register_lifespan_task(moved_clock.follow)
app.register_lifespan_task(freeze_startup_objects)
