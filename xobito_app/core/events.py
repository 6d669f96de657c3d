"""What leaves a unit of work after its commit, and the domain events inside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from xobito_app.core.jobs import JobType


@dataclass(frozen=True, slots=True)
class WakeUp:
    """Tells a worker that there is work; losing or doubling it changes nothing."""

    job: JobType
    arguments: tuple[str, ...] = ()
    delay: float = 0.0


class Topic(StrEnum):
    """What kind of thing a notice speaks of."""

    CONVERSATION = "conversation"
    MESSAGE = "message"
    CONTACT = "contact"
    PRESENCE = "presence"
    MENTION = "mention"
    ALERT = "alert"
    ACCESS = "access"
    CONNECTION = "connection"
    TEMPLATE = "template"
    JOURNAL = "journal"
    SETTINGS = "settings"
    CONTACT_JOB = "contact_job"
    CONTACT_IMPORT = "contact_import"
    SIMULATOR = "simulator"
    CAMPAIGN = "campaign"
    FLOW = "flow"
    FLOW_SESSION = "flow_session"


@dataclass(frozen=True, slots=True)
class Notice:
    """Tells the screens that something changed: which thing, never its content.

    Attributes:
        subject_id: The id of the changed thing; for a message, of its conversation.
        part_id: The id of the part that changed, when one alone did.
    """

    workspace_id: str
    topic: Topic
    subject_id: str
    part_id: str = ""


@dataclass(slots=True)
class PostCommit:
    """What a unit of work hands out once it is committed."""

    wake_ups: dict[WakeUp, None] = field(default_factory=dict)
    notices: dict[Notice, None] = field(default_factory=dict)


class DomainEvent:
    """Something that happened, told to other features inside the same unit of work."""


E = TypeVar("E", bound=DomainEvent)
Listener = Callable[[Any, Any], Awaitable[None]]
listeners: dict[type[DomainEvent], list[Listener]] = defaultdict(list)


def listen(kind: type[DomainEvent], listener: Listener) -> None:
    """Call `listener(session, event)` for each event of a kind; registering twice is once."""
    if listener not in listeners[kind]:
        listeners[kind].append(listener)


async def publish(session: Any, *happened: DomainEvent) -> None:
    """Tell the listeners, in the order they were registered; their failure fails the unit."""
    for event in happened:
        for listener in listeners[type(event)]:
            await listener(session, event)


@dataclass(frozen=True, slots=True)
class MessageReceived(DomainEvent):
    """A customer's message was stored; its words come along, so that nobody reads it again.

    Attributes:
        is_group: It was written in a WhatsApp group, to everybody there: nobody asked us.
        answers: The number and the `wamid` of the message it answers, when it says so.
        tapped: The title of the template's quick reply that was pressed; else empty.
    """

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    contact_id: UUID
    body: str
    at: datetime
    is_group: bool = False
    answers: tuple[UUID, str] | None = None
    tapped: str = ""


@dataclass(frozen=True, slots=True)
class StatusesReceived(DomainEvent):
    """Meta told what became of messages.

    Attributes:
        news: Statuses (`whatsapp.inbound_model.Status`), each with our id of the sending number.
        known: Takes the `wamid` of messages that a listener knows.
    """

    workspace_id: UUID
    news: tuple[tuple[UUID, Any], ...]
    known: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class ConversationAssigned(DomainEvent):
    """A thread went to another person, or to nobody."""

    workspace_id: UUID
    conversation_id: UUID
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class PersonTookChat(DomainEvent):
    """Somebody of the team wrote in a thread, or took it: bots leave it to people.

    Attributes:
        name: Who it was.
    """

    workspace_id: UUID
    conversation_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a message a bot sent.

    Attributes:
        key: Under which it was queued.
        is_done: Whether WhatsApp took it.
        why: Why not, in a sentence.
    """

    conversation_id: UUID
    contact_id: UUID
    key: str
    is_done: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class BotMessagesSettled(DomainEvent):
    """WhatsApp took messages of bots, or will never; told again with each tick."""

    workspace_id: UUID
    settled: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class TicketWanted(DomainEvent):
    """A bot opens a case for a contact.

    Attributes:
        bot: What people call the bot.
        content: `subject`, `body`, `priority` and `department`.
    """

    workspace_id: UUID
    conversation_id: UUID
    contact_id: UUID
    bot: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccountConnected(DomainEvent):
    """A WhatsApp Business Account was connected, or connected anew.

    Attributes:
        meta_ids: What Meta calls the account and its numbers.
        templates: The account's templates as Meta lists them.
    """

    workspace_id: UUID
    connection_id: UUID
    meta_ids: tuple[str, ...]
    templates: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TemplateChanged(DomainEvent):
    """Meta gave a template another status, category or quality, or it is gone there.

    Attributes:
        status: Meta's word, such as APPROVED or PAUSED; GONE when Meta no longer has it.
        category: The category by which its messages are priced from now on.
        quality: GREEN, YELLOW, RED or UNKNOWN.
    """

    workspace_id: UUID
    template_id: UUID
    status: str
    previous_status: str
    category: str
    previous_category: str
    quality: str


class RecordType(StrEnum):
    """The kinds of rows other systems may follow through outbound webhooks; no others."""

    CONTACT = "contact"
    STATUS = "status"
    SOURCE = "source"


class ChangeType(StrEnum):
    """How a record changed."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One changed row.

    Attributes:
        original: On update, the old values of the changed fields, JSON-ready; else empty.
    """

    record_id: UUID
    original: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class RecordsChanged(DomainEvent):
    """Contacts, statuses or sources were created, changed or are about to be deleted.

    Deletions are told while the rows still stand, so that a listener can read them once more.
    Many rows of one kind of change are one event: bulk work tells a few hundred at a time.
    """

    workspace_id: UUID
    record: RecordType
    change_type: ChangeType
    changes: tuple[RecordChange, ...]
