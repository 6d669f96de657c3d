"""Statuses, sources, groups and custom fields."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.contact_labels.fields import FieldsState
from xobito_app.ui.pages.contact_labels.label_states import GroupsState, SourcesState, StatusesState
from xobito_app.ui.pages.contact_labels.page import contact_labels
from xobito_app.ui.screens import Screen

_LOADS = (StatusesState.load, SourcesState.load, GroupsState.load, FieldsState.load)
SCREENS = (Screen(routes.CONTACT_LABELS, contact_labels, _LOADS),)
