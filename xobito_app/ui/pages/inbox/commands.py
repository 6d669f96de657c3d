"""What the inbox adds to the command palette: people and messages, each one step away."""

from __future__ import annotations

from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.threads import search, threads
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.shell.providers import Command, command_providers, ids_in, recall_providers

_THREAD = "/inbox?c="
MOST = 5
"""Of each kind; the palette is for jumping, the inbox's own search is for looking."""


async def find(viewer: Viewer, typed: str) -> list[Command]:
    """Return the conversations and messages that fit, within the person's sight."""
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        found = await search.search(uow.session, viewer.actor, typed=typed)
    people = [
        Command(hit.name, f"{_THREAD}{hit.conversation_id}", "message-circle", "Conversation")
        for hit in found.contacts[:MOST]
    ]
    messages = [
        Command(
            f"{hit.name}: {hit.excerpt}",
            f"{_THREAD}{hit.conversation_id}&m={hit.message_id}",
            "file-text",
            "Message",
        )
        for hit in found.messages[:MOST]
    ]
    return [*people, *messages]


async def recall(viewer: Viewer, paths: list[str]) -> list[Command]:
    """Return the conversations among the addresses, within the person's sight."""
    wanted = ids_in(paths, _THREAD)
    visibility = ConversationVisibility.of(viewer.actor)
    if not wanted or visibility.is_blind:
        return []
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        lines = await threads.load_lines(uow.session, viewer.actor.workspace_id, wanted)
    return [
        Command(line.name, f"{_THREAD}{line.id}", "message-circle", "Recent")
        for line in lines.values()
        if visibility.includes(line.assignee_id)
    ]


def register() -> None:
    """Have the palette ask the inbox too."""
    if find not in command_providers:
        command_providers.append(find)
        recall_providers.append(recall)
