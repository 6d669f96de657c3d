"""Entries of the activity log in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from xobito_app.core.text import initials
from xobito_app.features.activity import words
from xobito_app.features.activity.schemas import ActivityView
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of

_PAGES = {
    "contact": "/contacts/{id}",
    "conversation": "/inbox?c={id}",
    "status": "/contacts/labels",
    "source": "/contacts/labels",
    "group": "/contacts/labels",
    "custom_field": "/contacts/labels",
    "segment": "/contacts",
    "staff": "/team",
    "role": "/team",
    "workspace": "/settings",
    "connection": "/numbers",
    "number": "/numbers",
    "canned_reply": "/canned-replies",
    "macro": "/canned-replies",
    "webhook": "/settings/webhooks",
    "api_token": "/settings/api-tokens",
}
"""Where people find what an entry is about, by its kind."""
_GONE = ("deleted", "removed", "invite_withdrawn", "merge_undone")
_MOST_CHANGES = 12


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line of the log: who, then the sentence before, at and after the name it is about."""

    id: str
    when: str
    who: str
    initials: str
    tone: int
    before: str
    name: str
    link: str
    after: str
    changes: list[str]
    address: str

    @classmethod
    def of(cls, view: ActivityView, zone: str) -> ActivityRow:
        """Put an entry into words."""
        tell_time = partial(formats.full, zone=zone)
        parts = words.sentence(view, tell_time)
        place = next((n for n, part in enumerate(parts) if part.is_name), len(parts))
        name = parts[place].text if place < len(parts) else ""
        changes = words.changes(view, tell_time)
        if len(changes) > _MOST_CHANGES:
            rest = len(changes) - _MOST_CHANGES
            changes = [*changes[:_MOST_CHANGES], f"and {rest} more"]
        return cls(
            id=str(view.id),
            when=formats.full(view.at, zone),
            who=view.actor_name or "Xobito",
            initials=initials(view.actor_name or "Xobito"),
            tone=tone_of(view.user_id or ""),
            before="".join(part.text for part in parts[:place]),
            name=name,
            link=_link(view) if name else "",
            after="".join(part.text for part in parts[place + 1 :]),
            changes=changes,
            address=view.address,
        )


def _link(view: ActivityView) -> str:
    page = _PAGES.get(view.object_type, "")
    needs_id = "{id}" in page
    if view.action.endswith(_GONE) or (needs_id and not view.object_id):
        return ""
    return page.replace("{id}", view.object_id)
