"""Reading contacts and the names Meta knows them by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    any_,
    cast,
    delete,
    func,
    literal,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.models.contacts import (
    Contact,
    ContactGroup,
    ContactGroupMember,
    ContactIdentity,
    ContactSource,
    ContactStatus,
    IdentityKind,
)
from xobito_app.persistence.arrays import any_of, any_pair, chunks
from xobito_app.persistence.repository import Repository

_BETWEEN = "\x1f"


def among(words: Collection[str]) -> Any:
    """Say `= any of these lines` with one short parameter.

    A thousand of them would each be rendered, and an array has each looked at for quotation marks;
    no text that people write has a control character in it once it is cleaned.
    """
    return any_(func.string_to_array(literal(_BETWEEN.join(words)), _BETWEEN))


def has_email(wanted: Any) -> ColumnElement[bool]:
    """Say whose address it is, in the words of the index; addresses are stored in lower case.

    `lower()` around the column would keep PostgreSQL from the index: a function that might tell
    what it sees is not called before row-level security has judged every row.
    """
    return and_(col(Contact.email) != "", col(Contact.email) == wanted)


class ContactRepository(Repository[Contact]):
    """Contacts of one workspace."""

    missing = "Contact not found."

    async def list_by_phones(self, phones: Collection[str]) -> dict[str, Contact]:
        """Return the contacts with these numbers, keyed by their stored number."""
        rows = await self.all_any(col(Contact.phone), phones)
        return {row.phone: row for row in rows if row.phone}

    async def insert_missing(self, rows: Sequence[dict[str, object]]) -> list[UUID]:
        """Insert contacts and return which; whose number somebody just stored is left out."""
        statement = (
            insert(Contact)
            .on_conflict_do_nothing(index_elements=["workspace_id", "phone"])
            .returning(col(Contact.id))
        )
        return [row[0] for row in await self.session.exec(statement, params=rows)]

    async def find_by_email(self, email: str) -> Contact | None:
        """Return the contact with an e-mail address, whatever its case."""
        return await self.one_or_none(self.scoped().where(has_email(email.lower())))

    async def count(self, *conditions: ColumnElement[bool]) -> int:
        """Return how many contacts there are, or fit the conditions."""
        statement = (
            select(func.count())
            .select_from(Contact)
            .where(col(Contact.workspace_id) == self.workspace_id, *conditions)
        )
        return (await self.session.exec(statement)).one()

    async def count_by(self, column: Any) -> dict[UUID, int]:
        """Return how many contacts hold each value of a column."""
        statement = (
            select(column, func.count())
            .where(col(Contact.workspace_id) == self.workspace_id, column.is_not(None))
            .group_by(column)
        )
        return dict((await self.session.exec(statement)).all())

    async def replace(self, column: Any, old: UUID, new: UUID) -> list[UUID]:
        """Give every contact with one value of a column another, and return which had it."""
        statement = (
            update(Contact)
            .where(col(Contact.workspace_id) == self.workspace_id, column == old)
            .values({column: new, "updated_at": clock.now()})
            .returning(col(Contact.id))
            .execution_options(synchronize_session=False)
        )
        return list((await self.session.exec(statement)).scalars().all())

    async def delete_ids(self, contact_ids: Collection[UUID]) -> None:
        """Delete contacts with all that belongs to them."""
        for some in chunks(contact_ids):
            await self.session.exec(
                delete(Contact)
                .where(col(Contact.workspace_id) == self.workspace_id)
                .where(any_of(col(Contact.id), some))
            )

    async def lock_names(self, key: str) -> None:
        """Let others who store the same number wait, until the end of this transaction."""
        await self.session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))

    async def list_groups(self, contact_ids: Collection[UUID]) -> dict[UUID, list[ContactGroup]]:
        """Return the groups of some contacts, by name."""
        found: dict[UUID, list[ContactGroup]] = {contact_id: [] for contact_id in contact_ids}
        statement = (
            select(ContactGroupMember.contact_id, ContactGroup)
            .join(ContactGroup, col(ContactGroup.id) == col(ContactGroupMember.group_id))
            .where(col(ContactGroup.workspace_id) == self.workspace_id)
            .where(any_of(col(ContactGroupMember.contact_id), contact_ids))
            .order_by(col(ContactGroup.name))
        )
        for contact_id, group in await self.session.exec(statement):
            found[contact_id].append(group)
        return found


class IdentityRepository(Repository[ContactIdentity]):
    """Meta's names for the contacts of one workspace."""

    async def owners(
        self, names: Collection[tuple[IdentityKind, str]]
    ) -> dict[tuple[str, str], UUID]:
        """Return which contact each known name belongs to."""
        found: dict[tuple[str, str], UUID] = {}
        for some in chunks(names):
            named = any_pair(col(ContactIdentity.kind), col(ContactIdentity.value), some)
            rows = await self.all(self.scoped().where(named))
            found |= {(str(row.kind), row.value): row.contact_id for row in rows}
        return found

    async def owners_of_numbers(self, wa_ids: Collection[str]) -> dict[str, UUID]:
        """Return whom Meta knows under each of many numbers."""
        statement = (
            select(ContactIdentity.value, ContactIdentity.contact_id)
            .where(col(ContactIdentity.workspace_id) == self.workspace_id)
            .where(col(ContactIdentity.kind) == IdentityKind.WA_ID)
            .where(col(ContactIdentity.value) == among(wa_ids))
        )
        return dict((await self.session.exec(statement)).all())

    async def list_user_ids(self, contact_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the newest business-scoped user id of each contact that has one."""
        if not contact_ids:
            return {}
        rows = await self.all(
            self.scoped()
            .where(any_of(col(ContactIdentity.contact_id), contact_ids))
            .where(col(ContactIdentity.kind) == IdentityKind.BSUID)
            .order_by(col(ContactIdentity.id))
        )
        return {row.contact_id: row.value for row in rows}

    async def attach(self, rows: Sequence[dict[str, object]]) -> None:
        """Remember names; one that already leads to a contact keeps leading there."""
        if rows:
            await self.session.exec(
                insert(ContactIdentity).on_conflict_do_nothing(
                    index_elements=["workspace_id", "kind", "value"]
                ),
                params=rows,
            )


class StatusRepository(Repository[ContactStatus]):
    """Statuses of one workspace."""

    missing = "Status not found."

    async def list_all(self) -> Sequence[ContactStatus]:
        """Return the statuses in their order."""
        return await self.all(
            self.scoped().order_by(col(ContactStatus.position), col(ContactStatus.name)).limit(200)
        )


class SourceRepository(Repository[ContactSource]):
    """Sources of one workspace."""

    missing = "Source not found."

    async def list_all(self) -> Sequence[ContactSource]:
        """Return the sources by name."""
        return await self.all(self.scoped().order_by(col(ContactSource.name)).limit(500))


class GroupRepository(Repository[ContactGroup]):
    """Groups of one workspace."""

    missing = "Group not found."

    async def list_all(self) -> Sequence[ContactGroup]:
        """Return the groups by name."""
        return await self.all(self.scoped().order_by(col(ContactGroup.name)).limit(500))

    async def count(self) -> int:
        """Return how many groups there are."""
        statement = (
            select(func.count())
            .select_from(ContactGroup)
            .where(col(ContactGroup.workspace_id) == self.workspace_id)
        )
        return (await self.session.exec(statement)).one()

    async def list_by_names(self, names: Sequence[str]) -> dict[str, ContactGroup]:
        """Return the groups with these names, whatever their case, keyed by what was asked.

        PostgreSQL folds both sides: Python's idea of lower case differs for some letters.
        """
        if not names:
            return {}
        wanted = func.unnest(cast(list(names), ARRAY(Text))).column_valued("wanted")
        statement = (
            select(wanted, ContactGroup)
            .join(ContactGroup, func.lower(col(ContactGroup.name)) == func.lower(wanted))
            .where(col(ContactGroup.workspace_id) == self.workspace_id)
        )
        return dict((await self.session.exec(statement)).all())

    async def insert_missing(self, names: Sequence[str]) -> set[UUID]:
        """Insert groups and return which; a name somebody just took is left out."""
        now = clock.now()
        rows = [
            {
                "id": ids.new(),
                "workspace_id": self.workspace_id,
                "name": name,
                "created_at": now,
                "updated_at": now,
            }
            for name in names
        ]
        statement = insert(ContactGroup).on_conflict_do_nothing().returning(col(ContactGroup.id))
        return {row[0] for row in await self.session.exec(statement, params=rows)}


class MemberRepository:
    """Who is in which group, in one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: UUID) -> None:
        self.session = session
        self.workspace_id = workspace_id

    async def count_by_group(self) -> dict[UUID, int]:
        """Return how many contacts are in each group."""
        statement = (
            select(ContactGroupMember.group_id, func.count())
            .where(col(ContactGroupMember.workspace_id) == self.workspace_id)
            .group_by(col(ContactGroupMember.group_id))
        )
        return dict((await self.session.exec(statement)).all())

    async def count(self, group_id: UUID) -> int:
        """Return how many contacts are in a group."""
        statement = (
            select(func.count())
            .select_from(ContactGroupMember)
            .where(col(ContactGroupMember.workspace_id) == self.workspace_id)
            .where(col(ContactGroupMember.group_id) == group_id)
        )
        return (await self.session.exec(statement)).one()

    async def list_contact_ids(self, group_id: UUID) -> list[UUID]:
        """Return everybody in a group."""
        statement = (
            select(ContactGroupMember.contact_id)
            .where(col(ContactGroupMember.workspace_id) == self.workspace_id)
            .where(col(ContactGroupMember.group_id) == group_id)
            .order_by(col(ContactGroupMember.contact_id))
        )
        return list((await self.session.exec(statement)).all())

    async def names_of(self, contact_ids: Collection[UUID]) -> dict[UUID, list[str]]:
        """Return the names of the groups of some contacts."""
        groups = await ContactRepository(self.session, self.workspace_id).list_groups(contact_ids)
        return {contact_id: [g.name for g in found] for contact_id, found in groups.items()}

    async def add(self, contact_ids: Collection[UUID], group_ids: Collection[UUID]) -> None:
        """Put contacts into groups; who is in already stays."""
        rows = [
            {"workspace_id": self.workspace_id, "group_id": group_id, "contact_id": contact_id}
            for contact_id in contact_ids
            for group_id in group_ids
        ]
        if rows:
            await self.session.exec(
                insert(ContactGroupMember).on_conflict_do_nothing(), params=rows
            )

    async def remove(self, contact_ids: Collection[UUID], group_ids: Collection[UUID]) -> None:
        """Take contacts out of groups."""
        await self.session.exec(
            delete(ContactGroupMember)
            .where(col(ContactGroupMember.workspace_id) == self.workspace_id)
            .where(any_of(col(ContactGroupMember.contact_id), contact_ids))
            .where(any_of(col(ContactGroupMember.group_id), group_ids))
        )
