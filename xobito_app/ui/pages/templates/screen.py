"""Message templates."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.templates import relay
from xobito_app.ui.pages.templates.page import templates
from xobito_app.ui.pages.templates.state import TemplatesState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.TEMPLATES, templates, (TemplatesState.load,), starts=(relay.register,)),)
