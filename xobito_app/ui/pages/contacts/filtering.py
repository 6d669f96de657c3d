"""What contacts can be filtered by, wherever they are filtered, and the filters in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import reflex as rx

from xobito_app.features.contacts.labels import custom_fields, groups, sources, statuses
from xobito_app.features.contacts.schemas import (
    CustomFieldView,
    GroupView,
    SourceView,
    StatusView,
)
from xobito_app.features.workspaces import team
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.rows import Chip
from xobito_app.ui.pages.contacts.sentences import chips_of, unlisted_of
from xobito_app.ui.security import AppState

Choices = list[tuple[str, str]]


class FilteringState(AppState, mixin=True):
    """The choices of a filter of contacts, and what of them is in force.

    A state built on it has `query`: the filters, as the address of the contact list says them.
    """

    if TYPE_CHECKING:
        query: Any
    chips: rx.Field[list[Chip]] = rx.field(default_factory=list)
    # What a filter says of which the form offers no such choice: two groups, somebody who left.
    unlisted: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    statuses: rx.Field[Choices] = rx.field(default_factory=list)
    sources: rx.Field[Choices] = rx.field(default_factory=list)
    groups: rx.Field[Choices] = rx.field(default_factory=list)
    people: rx.Field[Choices] = rx.field(default_factory=list)
    own_fields: rx.Field[Choices] = rx.field(default_factory=list)

    async def _read_choices(self) -> Sequence[CustomFieldView]:
        """Read what can be chosen, and return the workspace's own fields."""
        self.statuses = _choices(await self._call(statuses.list_statuses))
        self.sources = _choices(await self._call(sources.list_sources))
        self.groups = _choices(await self._call(groups.list_groups))
        self.people = [(str(m.user_id), m.name) for m in await self._call(team.list_members)]
        own = await self._call(custom_fields.list_fields, active_only=True)
        self.own_fields = [(address.custom_name(field.slug), field.label) for field in own]
        return own

    def _word_filters(self) -> None:
        """Say the filters in force in words."""
        named = {
            "status": self.statuses,
            "source": self.sources,
            "group": self.groups,
            "assignee": self.people,
        }
        self.unlisted = unlisted_of(self.query, named)
        self.chips = chips_of(self.query, named, dict(self.own_fields))


def _choices(views: Sequence[StatusView | SourceView | GroupView]) -> Choices:
    return [(str(view.id), view.name) for view in views]
