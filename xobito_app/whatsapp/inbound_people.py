"""Who is who in a change: Meta lists contacts apart from messages, in no promised order.

Meta's webhook field `messages`, `contacts[]`: it is absent from system messages and some statuses,
and without `wa_id` for people who hide their number behind a username.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xobito_app.core.phone import E164
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound_keys import phone_of


@dataclass(frozen=True, slots=True)
class Person:
    """One item of `contacts`; every part may be hidden."""

    phone: E164 | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    profile_name: str | None = None
    username: str | None = None

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Person:
        """Read one item."""
        profile = coerce.mapping(raw.get("profile"))
        return cls(
            phone=phone_of(raw.get("wa_id")),
            user_id=coerce.identifier(raw.get("user_id")),
            parent_user_id=coerce.identifier(raw.get("parent_user_id")),
            profile_name=coerce.text(profile.get("name")),
            username=coerce.text(profile.get("username")) or coerce.text(raw.get("username")),
        )


class People:
    """The contacts of one change, to be matched to its messages or statuses."""

    def __init__(self, contacts: object, named: set[str]) -> None:
        """Keep the contacts.

        Args:
            contacts: The raw `contacts` array.
            named: Every number and user id the messages or statuses of this change name. A contact
                among them belongs to its own message and is never lent to another.
        """
        items = contacts if isinstance(contacts, list) else []
        self._people = [Person.of(coerce.mapping(item)) for item in items]
        self._named = named

    def match(
        self, phone: E164 | None, user_id: str | None, index: int, *, lend: bool = True
    ) -> Person:
        """Find the contact by number or user id, else at the same index, else the first.

        With `lend` off only the exact match counts.
        """
        for person in self._people:
            if (user_id and person.user_id == user_id) or (phone and person.phone == phone):
                return person
        if not lend:
            return Person()
        nameless = phone is None and user_id is None
        for person in self._people[index : index + 1] + self._people[:1]:
            taken = person.user_id in self._named or person.phone in self._named
            if nameless or not (taken or self._is_another(person, user_id)):
                return person
        return Person()

    @staticmethod
    def _is_another(person: Person, user_id: str | None) -> bool:
        """Two different BSUIDs are two people; two numbers may be spellings of one."""
        return user_id is not None and person.user_id is not None and person.user_id != user_id
