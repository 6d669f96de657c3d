"""How the team sorts its contacts: statuses, sources, groups and fields of their own."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.components import page_body, page_header, tabs
from xobito_app.ui.pages.contact_labels.fields import field_list, new_field
from xobito_app.ui.pages.contact_labels.labels import KINDS, label_list, new_label

_PLURALS = {"Status": "Statuses", "Source": "Sources", "Group": "Groups"}


def contact_labels() -> rx.Component:
    """Return the four lists in tabs; the primary action is that of the open one."""
    return page_body(
        page_header("Statuses, sources, groups, fields", line="How contacts are sorted."),
        tabs(
            *((kind.word, _PLURALS[kind.word], label_list(kind)) for kind in KINDS),
            ("field", "Custom fields", field_list()),
            actions={kind.word: new_label(kind) for kind in KINDS} | {"field": new_field()},
        ),
    )
