"""How a contact is called."""

from __future__ import annotations

from xobito_app.core.phone import display
from xobito_app.models.contacts import Contact


def name_of(contact: Contact) -> str:
    """Return how a contact is called: typed name, profile name, username, phone."""
    typed = f"{contact.first_name} {contact.last_name}".strip()
    handle = f"@{contact.username}" if contact.username else ""
    return typed or contact.profile_name or handle or phone_of(contact) or "Unknown"


def greeting_name_of(contact: Contact) -> str:
    """Return what a greeting calls a contact; empty when no name is known.

    A name that came from WhatsApp stands whole where the first name belongs: its first word is
    taken. What people typed there is left as it is.
    """
    first = contact.first_name or contact.profile_name
    if not contact.last_name and first == contact.profile_name:
        return first.split(" ")[0]
    return first


def phone_of(contact: Contact) -> str:
    """Return a contact's number as people read it; empty when it is unknown."""
    return display(contact.phone) if contact.phone else ""
