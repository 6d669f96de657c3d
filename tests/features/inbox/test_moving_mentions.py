"""Mentions go with their notes when two contacts become one, and back again."""

from __future__ import annotations

from uuid import UUID

from tests.fixtures import make_member
from xobito_app.features.contacts.merging import merging
from xobito_app.features.inbox.threads import mentions, thread_actions


async def test_a_mention_follows_its_note_into_the_other_thread_and_back(line):
    ana = await make_member(line.world, "Agent", "Ana Ruiz")
    other: UUID = await line.write("16505550999")
    await line.do(thread_actions.add_note, conversation_id=other, body="@Ana Ruiz", key="n")
    keep = (await line.thread()).contact_id
    drop = (await line.thread(other)).contact_id
    merged = await line.do(merging.merge_contacts, keep_id=keep, drop_id=drop)
    (found,) = await line.do(mentions.list_mentions, actor=ana)
    assert found.conversation_id == line.thread_id
    await line.do(merging.undo_merge, merge_id=merged.id)
    (found,) = await line.do(mentions.list_mentions, actor=ana)
    assert found.conversation_id == other
