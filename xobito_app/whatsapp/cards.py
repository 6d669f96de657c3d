"""Contact cards as they travel in `contacts` messages, in either direction.

Meta's OpenAPI file (v23.0): schemas `ContactObject` for those we send, `ContactSharingMessage` for
those people send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xobito_app.whatsapp import coerce


@dataclass(frozen=True, slots=True)
class CardPhone:
    """A number on a card; `wa_id` is set when WhatsApp knows it."""

    phone: str
    label: str | None = None
    wa_id: str | None = None


@dataclass(frozen=True, slots=True)
class CardEmail:
    """An address on a card."""

    email: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One shared contact.

    Attributes:
        origin: Meta's `contact_request` when the person answered a request for their number.
        vcard: The card as a vCard, when Meta sends one along.
    """

    formatted_name: str
    first_name: str | None = None
    last_name: str | None = None
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardEmail, ...] = ()
    company: str | None = None
    title: str | None = None
    urls: tuple[str, ...] = ()
    birthday: str | None = None
    origin: str | None = None
    vcard: str | None = None

    @classmethod
    def of(cls, raw: dict[str, Any]) -> ContactCard:
        """Read a card from a webhook; whatever cannot be read is left out."""
        name = coerce.mapping(raw.get("name"))
        org = coerce.mapping(raw.get("org"))
        first, last = coerce.text(name.get("first_name")), coerce.text(name.get("last_name"))
        phones = tuple(
            CardPhone(
                phone=number,
                label=coerce.text(item.get("type")),
                wa_id=coerce.identifier(item.get("wa_id")),
            )
            for item in coerce.mappings(raw.get("phones"))
            if (number := coerce.identifier(item.get("phone")) or _plus(item.get("wa_id")))
        )
        return cls(
            formatted_name=(
                coerce.text(name.get("formatted_name"))
                or " ".join(part for part in (first, last) if part)
                or (phones[0].phone if phones else "")
            ),
            first_name=first,
            last_name=last,
            phones=phones,
            emails=tuple(
                CardEmail(email=address, label=coerce.text(item.get("type")))
                for item in coerce.mappings(raw.get("emails"))
                if (address := coerce.text(item.get("email")))
            ),
            company=coerce.text(org.get("company")),
            title=coerce.text(org.get("title")),
            urls=tuple(
                url
                for item in coerce.mappings(raw.get("urls"))
                if (url := coerce.text(item.get("url")))
            ),
            birthday=coerce.text(raw.get("birthday")),
            origin=coerce.text(raw.get("origin")),
            vcard=coerce.text(raw.get("vcard")),
        )

    def to_meta(self) -> dict[str, Any]:
        """Return the card as a send body holds it.

        Meta wants one more name part beside `formatted_name`, so the first name falls back to it.
        """
        name: dict[str, Any] = {
            "formatted_name": self.formatted_name,
            "first_name": self.first_name or self.formatted_name,
        }
        if self.last_name:
            name["last_name"] = self.last_name
        card: dict[str, Any] = {"name": name}
        if self.phones:
            card["phones"] = [
                _present(phone=p.phone, type=p.label, wa_id=p.wa_id) for p in self.phones
            ]
        if self.emails:
            card["emails"] = [_present(email=e.email, type=e.label) for e in self.emails]
        if self.company or self.title:
            card["org"] = _present(company=self.company, title=self.title)
        if self.urls:
            card["urls"] = [{"url": url} for url in self.urls]
        if self.birthday:
            card["birthday"] = self.birthday
        return card


def _plus(wa_id: object) -> str | None:
    digits = coerce.identifier(wa_id)
    return f"+{digits}" if digits else None


def _present(**parts: str | None) -> dict[str, str]:
    return {key: value for key, value in parts.items() if value}
