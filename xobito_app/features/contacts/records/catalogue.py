"""The fields of a contact, each said once: files, drafts, merges and published records read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xobito_app.features.contacts.records import readers
from xobito_app.features.contacts.records.readers import Reader, line_of


class Shape(StrEnum):
    """What a field holds."""

    TEXT = "text"
    PHONE = "phone"
    FLAG = "flag"
    MOMENT = "moment"
    REFERENCE = "reference"  # one thing with a name: a status, a person
    GROUPS = "groups"
    CUSTOM = "custom"


_EMPTY: Mapping[Shape, Any] = {
    Shape.TEXT: "",
    Shape.PHONE: "",
    Shape.FLAG: True,
    Shape.MOMENT: None,
    Shape.REFERENCE: None,
    Shape.GROUPS: (),
    Shape.CUSTOM: {},
}


class Merge(StrEnum):
    """What becomes of a field when two contacts become one."""

    FILL = "fill"  # what the kept one lacks, the other gives
    NAME = "name"  # filled together with the rest of the name, or not at all
    ADDRESS = "address"  # likewise
    OWN = "own"  # by a rule of its own
    HIDDEN = "hidden"  # likewise, and people are not asked to compare it


@dataclass(frozen=True, slots=True)
class ContactField:
    """One field of a contact.

    Attributes:
        name: As views, drafts, files and other systems know it.
        label: As people know it.
        limit: Characters it holds at most; 0 where the reader or another table says it.
        read: Turns what people wrote into what is stored; None for what is no plain text.
        heading: What an export writes above it, when that is not the label.
        also: Other headings of files it is known by, folded.
        is_exported: Whether files of contacts tell it.
        is_imported: Whether files of contacts may set it.
        is_published: Whether webhooks and REST tell it.
        sample: What it is in a webhook that is only a test.
    """

    name: str
    label: str
    shape: Shape = Shape.TEXT
    limit: int = 0
    read: Reader | None = None
    heading: str = ""
    also: tuple[str, ...] = ()
    is_exported: bool = True
    is_imported: bool = False
    is_published: bool = True
    merge: Merge = Merge.OWN
    sample: Any = None

    @property
    def column(self) -> str:
        """The column of the table that holds it; none for groups, which have tables of their own.

        A reference is published under this name too.
        """
        if self.shape is Shape.GROUPS:
            return ""
        return f"{self.name}_id" if self.shape is Shape.REFERENCE else self.name

    @property
    def empty(self) -> Any:
        """What a view of a contact without it says."""
        return _EMPTY[self.shape]


def _text(
    name: str,
    label: str,
    limit: int = 0,
    *,
    also: str = "",
    read: Reader | None = None,
    **more: Any,
) -> ContactField:
    """Return a field that people write and files bring; one line, unless it has its own reader."""
    more = {"is_imported": True, "merge": Merge.FILL, **more}
    return ContactField(
        name, label, limit=limit, read=read or line_of(limit), also=tuple(also.split()), **more
    )


FIELDS: tuple[ContactField, ...] = (
    _text(
        "first_name",
        "First name",
        191,
        also="firstname name givenname vorname nombre nome",
        merge=Merge.NAME,
        sample="Test",
    ),
    _text(
        "last_name",
        "Last name",
        191,
        also="lastname surname familyname nachname apellido",
        merge=Merge.NAME,
        sample="Contact",
    ),
    ContactField("profile_name", "WhatsApp name", limit=255, is_exported=False, merge=Merge.FILL),
    ContactField("username", "Username", limit=64, is_exported=False, merge=Merge.FILL),
    ContactField(
        "phone",
        "Phone",
        Shape.PHONE,
        limit=20,
        also=tuple(
            "phonenumber mobile mobilephone mobilenumber cell telephone tel telefon telefono "
            "telefone celular whatsapp whatsappnumber number msisdn handy waid".split()
        ),
        is_imported=True,
        merge=Merge.FILL,
        sample="+15555550100",
    ),
    _text(
        "email",
        "E-mail",
        191,
        also="emailaddress mail correo emailadresse",
        read=readers.read_address,
        heading="Email",
        sample="test@example.com",
    ),
    _text("company", "Company", 255, also="companyname organisation organization firma"),
    _text(
        "website",
        "Website",
        readers.WEBSITE_LIMIT,
        also="url web homepage",
        read=readers.read_website,
    ),
    _text(
        "description",
        "Description",
        readers.DESCRIPTION_LIMIT,
        also="notes note comment remarks about",
        read=readers.read_description,
        sample="Sent by “Send test”; nobody was created.",
    ),
    _text(
        "country",
        "Country",
        2,
        also="countrycode land pais",
        read=readers.read_country,
        merge=Merge.ADDRESS,
    ),
    _text("city", "City", 191, also="town stadt ort ciudad cidade", merge=Merge.ADDRESS),
    _text(
        "state",
        "State",
        191,
        also="province region county bundesland estado",
        merge=Merge.ADDRESS,
    ),
    _text("zip", "Zip", 32, also="zipcode postcode postalcode plz cep", merge=Merge.ADDRESS),
    _text(
        "address",
        "Address",
        500,
        also="street streetaddress strasse direccion",
        merge=Merge.ADDRESS,
    ),
    _text(
        "type",
        "Type",
        also="contacttype",
        read=readers.read_type,
        merge=Merge.OWN,
        sample="lead",
    ),
    ContactField(
        "status",
        "Status",
        Shape.REFERENCE,
        also=("stage", "contactstatus", "statusname"),
        is_imported=True,
    ),
    ContactField(
        "source",
        "Source",
        Shape.REFERENCE,
        also=("leadsource", "origin", "sourcename"),
        is_imported=True,
    ),
    ContactField(
        "groups",
        "Groups",
        Shape.GROUPS,
        also=("group", "tags", "tag", "labels", "gruppen", "groupname"),
        is_imported=True,
        is_published=False,
    ),
    _text(
        "language",
        "Language",
        readers.LANGUAGE_LIMIT,
        also="lang locale sprache idioma",
        read=readers.read_language,
        sample="en",
    ),
    ContactField("assignee", "Assigned to", Shape.REFERENCE, merge=Merge.FILL),
    ContactField("custom", "Custom fields", Shape.CUSTOM, is_exported=False, merge=Merge.HIDDEN),
    ContactField("is_enabled", "Enabled", Shape.FLAG, merge=Merge.HIDDEN),
    ContactField("opted_out_at", "Opted out", Shape.MOMENT),
    _text("opt_out_reason", "Opt-out reason", 255, is_imported=False, merge=Merge.HIDDEN),
    ContactField(
        "last_msg_time",
        "Last message",
        Shape.MOMENT,
        is_exported=False,
        is_published=False,
        merge=Merge.HIDDEN,
    ),
    ContactField(
        "created_at", "Created", Shape.MOMENT, heading="Created (UTC)", merge=Merge.HIDDEN
    ),
    ContactField(
        "updated_at", "Changed", Shape.MOMENT, heading="Changed (UTC)", merge=Merge.HIDDEN
    ),
)
"""In the order of files."""

REFERENCES = {field.column: field.name for field in FIELDS if field.shape is Shape.REFERENCE}
"""By column, as whom views show what it points at."""
