"""The template editor: for a new one and for a known one."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.template_editor.page import editor
from xobito_app.ui.pages.template_editor.state import EditorState
from xobito_app.ui.screens import Screen

SCREENS = tuple(
    Screen(routes.TEMPLATES, editor, (EditorState.load,), extra_path=path)
    for path in ("/new", "/[template]/edit")
)
