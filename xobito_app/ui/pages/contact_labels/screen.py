"""Statuses, sources, groups and custom fields."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.contact_labels.field_state import FieldsState
from xobito_app.ui.pages.contact_labels.page import contact_labels
from xobito_app.ui.pages.contact_labels.state import LabelsState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.CONTACT_LABELS, contact_labels, (LabelsState.load, FieldsState.load)),)
