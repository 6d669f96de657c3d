"""One template."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.template import relay
from xobito_app.ui.pages.template.page import template
from xobito_app.ui.pages.template.state import TemplateState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.TEMPLATES,
        template,
        (TemplateState.load,),
        extra_path="/[template]",
        starts=(relay.register,),
    ),
)
