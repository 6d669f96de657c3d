"""The flow builder."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.flow_editor import relay
from xobito_app.ui.pages.flow_editor.page import editor
from xobito_app.ui.pages.flow_editor.state import FlowEditorState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.FLOWS,
        editor,
        (FlowEditorState.load,),
        extra_path="/[flow]",
        starts=(relay.register,),
    ),
)
