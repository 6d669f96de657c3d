"""Reading contacts and the names Meta knows them by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from xobito_app.models.contacts import (
    Contact,
    ContactGroup,
    ContactGroupMember,
    ContactIdentity,
    ContactSource,
    ContactStatus,
    IdentityKind,
)
from xobito_app.persistence.repository import Repository


class ContactRepository(Repository[Contact]):
    """Contacts of one workspace."""

    missing = "Contact not found."

    async def list_by_phones(self, phones: Collection[str]) -> dict[str, Contact]:
        """Return the contacts with these numbers, keyed by their stored number."""
        if not phones:
            return {}
        rows = await self.all(self.scoped().where(col(Contact.phone).in_(phones)))
        return {row.phone: row for row in rows if row.phone}

    async def insert_missing(self, rows: Sequence[dict[str, object]]) -> None:
        """Insert contacts; one whose number somebody else just stored is left out."""
        await self.session.exec(
            insert(Contact).on_conflict_do_nothing(index_elements=["workspace_id", "phone"]),
            params=rows,
        )

    async def list_groups(self, contact_ids: Collection[UUID]) -> dict[UUID, list[ContactGroup]]:
        """Return the groups of some contacts, by name."""
        found: dict[UUID, list[ContactGroup]] = {contact_id: [] for contact_id in contact_ids}
        statement = (
            select(ContactGroupMember.contact_id, ContactGroup)
            .join(ContactGroup, col(ContactGroup.id) == col(ContactGroupMember.group_id))
            .where(col(ContactGroup.workspace_id) == self.workspace_id)
            .where(col(ContactGroupMember.contact_id).in_(contact_ids))
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
        if not names:
            return {}
        pairs = [(str(kind), value) for kind, value in names]
        rows = await self.all(
            self.scoped().where(
                tuple_(col(ContactIdentity.kind), col(ContactIdentity.value)).in_(pairs)
            )
        )
        return {(str(row.kind), row.value): row.contact_id for row in rows}

    async def list_user_ids(self, contact_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the newest business-scoped user id of each contact that has one."""
        if not contact_ids:
            return {}
        rows = await self.all(
            self.scoped()
            .where(col(ContactIdentity.contact_id).in_(contact_ids))
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

    async def list_all(self) -> Sequence[ContactStatus]:
        """Return the statuses in their order."""
        return await self.all(
            self.scoped().order_by(col(ContactStatus.position), col(ContactStatus.name)).limit(200)
        )


class SourceRepository(Repository[ContactSource]):
    """Sources of one workspace."""

    async def list_all(self) -> Sequence[ContactSource]:
        """Return the sources by name."""
        return await self.all(self.scoped().order_by(col(ContactSource.name)).limit(500))


class GroupRepository(Repository[ContactGroup]):
    """Groups of one workspace."""

    async def list_all(self) -> Sequence[ContactGroup]:
        """Return the groups by name."""
        return await self.all(self.scoped().order_by(col(ContactGroup.name)).limit(500))
