"""Contacts, and everything that describes them."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.feature import Feature, Job, MergeFollower
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.bulk import bulk_work
from xobito_app.features.contacts.imports import work
from xobito_app.features.contacts.imports.importing import drop_old
from xobito_app.features.contacts.job_types import CONTACTS_BULK, CONTACTS_IMPORT
from xobito_app.features.contacts.merging import not_duplicates

_SWEEP_EVERY = timedelta(seconds=15)
_VIEW = Permission.CONTACTS_VIEW

FEATURE = Feature(
    "contacts",
    jobs=(
        Job(CONTACTS_BULK, bulk_work.work, sweep=bulk_work.wake_for_open, every=_SWEEP_EVERY),
        Job(CONTACTS_IMPORT, work.work, sweep=work.wake_for_open, every=_SWEEP_EVERY),
    ),
    merge_followers=(
        MergeFollower("distinct", not_duplicates.move_pairs, not_duplicates.give_pairs_back),
    ),
    retention=(drop_old,),
    log_areas={
        "contact": "Contacts",
        "status": "Statuses",
        "source": "Sources",
        "group": "Groups",
        "custom_field": "Custom fields",
        "segment": "Segments",
    },
    log_words={
        "contact.created": "added the contact {name}",
        "contact.updated": "changed the contact {name}",
        "contact.deleted": "deleted {name|several contacts}",
        "contact.merged": "merged {other} into {name}",
        "contact.merge_undone": "undid the merge of {other} into {name}",
        "contact.set_apart": "said that {name} and {other} are not the same person",
        "contact.set_apart_undone": "no longer says that {name} and {other} differ",
        "contact.note_added": "wrote a note about {name}",
        "contact.note_changed": "changed a note about {name}",
        "contact.note_deleted": "deleted a note about {name}",
        "contact.opted_in": "noted that {name} wants marketing messages again",
        "contact.opted_out": "noted that {name} wants no more marketing messages",
        "contact.exported": "exported {contacts} contacts",
        "contact.bulk_started": "began to change {contacts} contacts: {name}",
        "contact.bulk_stopped": "stopped changing many contacts",
        "contact.bulk_failed": "could not change {failed} of {contacts} contacts: {name}",
        "contact.import_uploaded": "uploaded {name} with {rows} rows to import",
        "contact.import_tried": "began a dry run of {name} with {rows} rows",
        "contact.import_started": "began to import {name} with {rows} rows",
        "contact.import_stopped": "stopped the import of {name}",
        "contact.import_tried_out": (
            "finished the dry run of {name}: {created} to create, {updated} to update,"
            " {skipped} to skip, {failed} refused"
        ),
        "contact.import_finished": (
            "finished importing {name}: {created} created, {updated} updated, {skipped} skipped,"
            " {failed} refused"
        ),
        **{
            f"{area}.{verb}d": f"{verb}d the {words} {{name}}"
            for area, words in (
                ("status", "status"),
                ("source", "source"),
                ("group", "group"),
                ("custom_field", "custom field"),
            )
            for verb in ("create", "update", "delete")
        },
        "custom_field.ordered": "changed the order of the custom fields",
        "segment.saved": "saved the segment {name}",
        "segment.deleted": "deleted the segment {name}",
    },
    # Custom fields, segments and bulk actions belong to contacts: they have no abilities of their
    # own. Each endpoint asks for the ability too, so a right two of them share opens nothing more.
    abilities={
        "contacts.create": (Permission.CONTACTS_CREATE, Permission.CONTACTS_IMPORT, _VIEW),
        "contacts.read": (_VIEW, Permission.CONTACTS_EXPORT),
        "contacts.update": (Permission.CONTACTS_EDIT, Permission.CUSTOM_FIELDS_MANAGE, _VIEW),
        "contacts.delete": (Permission.CONTACTS_DELETE, Permission.CUSTOM_FIELDS_MANAGE, _VIEW),
        **{
            f"{things}.{action}": (_VIEW,) if action == "read" else (manage, _VIEW)
            for things, manage in (
                ("statuses", Permission.STATUSES_MANAGE),
                ("sources", Permission.SOURCES_MANAGE),
                ("groups", Permission.GROUPS_MANAGE),
            )
            for action in ("create", "read", "update", "delete")
        },
    },
)
