"""Entries of the activity log in words."""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.core.text import initials, shorten
from xobito_app.features.activity.schemas import ActivityView
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of

_WORDS = {
    "workspace.created": "created the workspace",
    "workspace.renamed": "changed the workspace to",
    "workspace.handed_over": "handed the workspace over to",
    "settings.changed": "changed settings",
    "staff.invited": "invited",
    "staff.invite_withdrawn": "withdrew the invitation of",
    "staff.joined": "joined",
    "staff.created": "added",
    "staff.changed": "changed",
    "staff.removed": "removed",
    "staff.reset_link": "made a password reset link for",
    "conversation.assigned": "assigned a conversation",
    "conversation.closed": "closed a conversation",
    "conversation.reopened": "reopened a conversation",
    "conversation.snoozed": "snoozed a conversation",
    "conversation.noted": "wrote a note",
    "canned_reply.saved": "saved the canned reply",
    "canned_reply.deleted": "deleted the canned reply",
    "contact.bulk_started": "changed many contacts:",
    "contact.bulk_failed": "could not change all of many contacts:",
    "contact.merged": "merged into",
    "contact.set_apart": "told apart from another contact",
    "contact.set_apart_undone": "no longer tells apart from another contact",
    "role.created": "created the role",
    "role.changed": "changed the role",
    "role.deleted": "deleted the role",
    "session.opened": "signed in",
    "session.ended": "signed a browser out",
    "account.changed": "changed their profile",
    "password.changed": "changed their password",
    "password.reset": "set a new password with a link",
    "second_factor.on": "switched the second factor on",
    "second_factor.off": "switched the second factor off",
}
# Their object is the person who acts, whose name already stands before.
_ABOUT_SELF = ("session.", "account.", "password.", "second_factor.", "staff.joined")


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line of the log."""

    id: str
    when: str
    who: str
    initials: str
    tone: int
    what: str
    about: str
    detail: str
    address: str

    @classmethod
    def of(cls, view: ActivityView, zone: str) -> ActivityRow:
        """Put an entry into words; an action without words of its own names itself."""
        fallback = view.action.replace(".", ": ").replace("_", " ")
        detail = ", ".join(
            f"{name.replace('_', ' ')}: {value}" for name, value in view.detail.items()
        )
        return cls(
            id=str(view.id),
            when=formats.full(view.at, zone),
            who=view.actor_name or "Xobito",
            initials=initials(view.actor_name or "Xobito"),
            tone=tone_of(view.user_id or ""),
            what=_WORDS.get(view.action, fallback),
            about="" if view.action.startswith(_ABOUT_SELF) else view.object_name,
            detail=shorten(detail, 120),
            address=view.address,
        )
