"""What the inbox adds to the command palette: people and messages, each one step away."""

from __future__ import annotations

from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.threads import search
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.shell.providers import Command, command_providers

MOST = 5
"""Of each kind; the palette is for jumping, the inbox's own search is for looking."""


async def find(viewer: Viewer, typed: str) -> list[Command]:
    """Return the conversations and messages that fit, within the person's sight."""
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        found = await search.search(uow.session, viewer.actor, typed=typed)
    people = [
        Command(hit.name, f"/inbox?c={hit.conversation_id}", "message-circle", "Conversation")
        for hit in found.contacts[:MOST]
    ]
    messages = [
        Command(
            f"{hit.name}: {hit.excerpt}",
            f"/inbox?c={hit.conversation_id}&m={hit.message_id}",
            "file-text",
            "Message",
        )
        for hit in found.messages[:MOST]
    ]
    return [*people, *messages]


def register() -> None:
    """Have the palette ask the inbox too."""
    if find not in command_providers:
        command_providers.append(find)
