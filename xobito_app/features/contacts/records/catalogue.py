"""The fields of a contact, each said once: all that tells or takes one reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    STAMP = "stamp"  # a moment every contact has
    REFERENCE = "reference"  # one thing with a name: a status, a person
    GROUPS = "groups"
    CUSTOM = "custom"


_EMPTY: Mapping[Shape, Any] = {
    Shape.TEXT: "",
    Shape.PHONE: "",
    Shape.FLAG: True,
    Shape.MOMENT: None,
    Shape.STAMP: None,
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
        written_limit: Characters it may be written in, where its reader makes fewer of them.
        choices: The words it may be, when it is not free.
        is_long: Whether it has several lines.
        read: Turns what people wrote into what is stored; None for what is no plain text.
        heading: What an export writes above it, when that is not the label.
        also: Other headings of files it is known by, folded.
        is_exported: Whether files of contacts tell it.
        is_imported: Whether files of contacts may set it.
        is_published: Whether webhooks and REST tell it.
        is_settable: Whether drafts may say it: forms, and bodies of REST.
        is_asked: Whether the form of a contact asks for it.
        help: What the form says below it.
        told: What REST says of it in answers.
        taken: What REST says of it in bodies.
        sample: What it is in a webhook that is only a test.
    """

    name: str
    label: str
    shape: Shape = Shape.TEXT
    limit: int = 0
    written_limit: int = 0
    choices: tuple[str, ...] = ()
    is_long: bool = False
    read: Reader | None = None
    heading: str = ""
    also: tuple[str, ...] = ()
    is_exported: bool = True
    is_imported: bool = False
    is_published: bool = True
    is_settable: bool = False
    is_asked: bool = False
    help: str = ""
    told: str = ""
    taken: str = ""
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
    def draft_key(self) -> str:
        """What a draft calls it; empty when none may say it.

        A reference is said by its id, and a moment by whether it has come: it is now, or never.
        """
        if not self.is_settable:
            return ""
        if self.shape is Shape.MOMENT:
            return self.name.removesuffix("_at")
        return self.column or self.name

    @property
    def is_line(self) -> bool:
        """Whether it is one free line that stands for itself: no part of a name or an address."""
        return (
            self.is_asked
            and self.shape is Shape.TEXT
            and not (self.is_long or self.choices)
            and self.merge not in {Merge.NAME, Merge.ADDRESS}
        )

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
    more = {"is_imported": True, "is_settable": True, "is_asked": True, **more}
    more.setdefault("merge", Merge.FILL)
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
    ContactField(
        "profile_name",
        "WhatsApp name",
        limit=255,
        is_exported=False,
        told="The name they gave themselves on WhatsApp.",
        merge=Merge.FILL,
    ),
    ContactField("username", "Username", limit=64, is_exported=False, merge=Merge.FILL),
    ContactField(
        "phone",
        "Phone",
        Shape.PHONE,
        limit=20,
        written_limit=40,
        also=tuple(
            "phonenumber mobile mobilephone mobilenumber cell telephone tel telefon telefono "
            "telefone celular whatsapp whatsappnumber number msisdn handy waid".split()
        ),
        is_imported=True,
        is_settable=True,
        is_asked=True,
        help="Without a country code, the workspace's country is used.",
        told="E.164, like +16505551234.",
        taken="As people write it; without `+`, of the workspace's country.",
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
        is_long=True,
        sample="Sent by “Send test”; nobody was created.",
    ),
    _text(
        "country",
        "Country",
        2,
        also="countrycode land pais",
        read=readers.read_country,
        # Its name is taken as well.
        written_limit=60,
        told="ISO 3166, two letters.",
        taken="Two letters, like DE.",
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
        choices=tuple(readers.PEOPLE_TYPES),
        told="lead, customer, or guest for somebody nobody saved yet.",
        merge=Merge.OWN,
        sample="lead",
    ),
    ContactField(
        "status",
        "Status",
        Shape.REFERENCE,
        also=("stage", "contactstatus", "statusname"),
        is_imported=True,
        is_settable=True,
        is_asked=True,
    ),
    ContactField(
        "source",
        "Source",
        Shape.REFERENCE,
        also=("leadsource", "origin", "sourcename"),
        is_imported=True,
        is_settable=True,
        is_asked=True,
    ),
    ContactField(
        "groups",
        "Groups",
        Shape.GROUPS,
        also=("group", "tags", "tag", "labels", "gruppen", "groupname"),
        is_imported=True,
        is_published=False,
        is_settable=True,
        is_asked=True,
        help="Separated by commas; new ones are created.",
        taken="Names of all groups it is in from now on; missing ones are made.",
    ),
    _text(
        "language",
        "Language",
        readers.LANGUAGE_LIMIT,
        also="lang locale sprache idioma",
        read=readers.read_language,
        help="Like en or pt_BR.",
        sample="en",
    ),
    ContactField(
        "assignee",
        "Assigned to",
        Shape.REFERENCE,
        is_settable=True,
        is_asked=True,
        merge=Merge.FILL,
    ),
    ContactField(
        "custom",
        "Custom fields",
        Shape.CUSTOM,
        is_exported=False,
        is_settable=True,
        told="Custom fields by slug.",
        taken="Custom fields by slug; an empty value takes one away.",
        merge=Merge.HIDDEN,
    ),
    ContactField("is_enabled", "Enabled", Shape.FLAG, is_settable=True, merge=Merge.HIDDEN),
    ContactField("opted_out_at", "Opted out", Shape.MOMENT, is_settable=True),
    _text(
        "opt_out_reason",
        "Opt-out reason",
        255,
        is_imported=False,
        is_asked=False,
        merge=Merge.HIDDEN,
    ),
    ContactField(
        "last_msg_time",
        "Last message",
        Shape.MOMENT,
        is_exported=False,
        is_published=False,
        merge=Merge.HIDDEN,
    ),
    ContactField("created_at", "Created", Shape.STAMP, heading="Created (UTC)", merge=Merge.HIDDEN),
    ContactField("updated_at", "Changed", Shape.STAMP, heading="Changed (UTC)", merge=Merge.HIDDEN),
)
"""In the order of files."""

REFERENCES = {field.column: field.name for field in FIELDS if field.shape is Shape.REFERENCE}
"""By column, as whom views show what it points at."""


def arranged(names: Iterable[str], fields: Iterable[ContactField]) -> tuple[ContactField, ...]:
    """Return these fields in an order of names; those it does not name come last."""
    place = {name: number for number, name in enumerate(names)}
    return tuple(sorted(fields, key=lambda field: place.get(field.name, len(place))))
