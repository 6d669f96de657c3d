"""The columns of contact files: how exports head them, and by which words imports know them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xobito_app.features.contacts.schemas import ContactView, CustomFieldView

CUSTOM = "custom."
IGNORED = ""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A fact of a contact as a column of a file.

    Attributes:
        field: The key in a mapping: a field's name, or `custom.` and a slug.
        heading: What an export writes above it.
        also: Other headings it is known by, folded.
        is_read: Whether an import takes it; some facts are only told.
    """

    field: str
    heading: str
    also: tuple[str, ...] = ()
    is_read: bool = True


PLAIN: tuple[FileColumn, ...] = (
    FileColumn(
        "first_name", "First name", ("firstname", "name", "givenname", "vorname", "nombre", "nome")
    ),
    FileColumn(
        "last_name", "Last name", ("lastname", "surname", "familyname", "nachname", "apellido")
    ),
    FileColumn(
        "phone",
        "Phone",
        (
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "telephone",
            "tel",
            "telefon",
            "telefono",
            "telefone",
            "celular",
            "whatsapp",
            "whatsappnumber",
            "number",
            "msisdn",
            "handy",
            "waid",
        ),
    ),
    FileColumn("email", "Email", ("emailaddress", "mail", "correo", "emailadresse")),
    FileColumn("company", "Company", ("companyname", "organisation", "organization", "firma")),
    FileColumn("website", "Website", ("url", "web", "homepage")),
    FileColumn("description", "Description", ("notes", "note", "comment", "remarks", "about")),
    FileColumn("country", "Country", ("countrycode", "land", "pais")),
    FileColumn("city", "City", ("town", "stadt", "ort", "ciudad", "cidade")),
    FileColumn("state", "State", ("province", "region", "county", "bundesland", "estado")),
    FileColumn("zip", "Zip", ("zipcode", "postcode", "postalcode", "plz", "cep")),
    FileColumn("address", "Address", ("street", "streetaddress", "strasse", "direccion")),
    FileColumn("type", "Type", ("contacttype",)),
    FileColumn("status", "Status", ("stage", "contactstatus", "statusname")),
    FileColumn("source", "Source", ("leadsource", "origin", "sourcename")),
    FileColumn("groups", "Groups", ("group", "tags", "tag", "labels", "gruppen", "groupname")),
    FileColumn("language", "Language", ("lang", "locale", "sprache", "idioma")),
    FileColumn("assignee", "Assigned to", (), is_read=False),
    FileColumn("is_enabled", "Enabled", (), is_read=False),
    FileColumn("opted_out_at", "Opted out", (), is_read=False),
    FileColumn("opt_out_reason", "Opt-out reason", (), is_read=False),
    FileColumn("created_at", "Created (UTC)", (), is_read=False),
    FileColumn("updated_at", "Changed (UTC)", (), is_read=False),
)


def columns_of(fields: Sequence[CustomFieldView]) -> list[FileColumn]:
    """Return all columns, the workspace's custom fields last."""
    return [*PLAIN, *(FileColumn(CUSTOM + f.slug, f.label, (fold(f.slug),)) for f in fields)]


def fold(heading: str) -> str:
    """Return a heading without case, accents, space and punctuation."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def guess_mapping(headings: Sequence[str], fields: Sequence[CustomFieldView]) -> list[str]:
    """Return the field each heading of a file most likely means; empty where none.

    Every field is taken once, by the first heading that fits.
    """
    by_word: dict[str, str] = {}
    for column in columns_of(fields):
        if column.is_read:
            for word in (fold(column.heading), fold(column.field), *column.also):
                by_word.setdefault(word, column.field)
    taken: set[str] = set()
    mapping: list[str] = []
    for heading in headings:
        field = by_word.get(fold(heading), IGNORED)
        mapping.append(field if field not in taken else IGNORED)
        taken.add(field)
    return mapping


def cells_of(contact: ContactView, columns: Sequence[FileColumn]) -> tuple[str, ...]:
    """Return a contact as the cells of one row."""
    return tuple(_cell(contact, column.field) for column in columns)


def _cell(contact: ContactView, field: str) -> str:
    if field.startswith(CUSTOM):
        return custom_cell(contact.custom, field.removeprefix(CUSTOM))
    match field:
        case "groups":
            return "; ".join(group.name for group in contact.groups)
        case "status" | "source" | "assignee":
            named = getattr(contact, field)
            return named.name if named else ""
        case "opted_out_at" | "created_at" | "updated_at":
            at = getattr(contact, field)
            return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
        case "is_enabled":
            return "yes" if contact.is_enabled else "no"
        case _:
            return str(getattr(contact, field))


def custom_cell(custom: Mapping[str, object], slug: str) -> str:
    """Return a custom value as a file or a table shows it."""
    value = custom.get(slug)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)
