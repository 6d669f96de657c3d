"""Conversations and the messages in them."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import MessageReceived
from xobito_app.core.feature import Feature, Job, MergeFollower, Subscription
from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.job_types import (
    CONVERSATIONS_WAKE,
    HISTORY_CLEAR,
    MEDIA_FETCH,
    OUTBOUND_SEND,
    READ_RECEIPT,
)
from xobito_app.features.inbox.receiving.fetch import fetch_due
from xobito_app.features.inbox.receiving.listeners import on_message
from xobito_app.features.inbox.sending.dispatch import dispatch
from xobito_app.features.inbox.sending.receipts import send_receipt
from xobito_app.features.inbox.sending.sweep import sweep
from xobito_app.features.inbox.threads import contact_threads, retention, thread_transfer

FEATURE = Feature(
    "inbox",
    listeners=(Subscription(MessageReceived, on_message),),
    jobs=(
        Job(OUTBOUND_SEND, dispatch, sweep=sweep, every=timedelta(seconds=5), is_merged=False),
        Job(READ_RECEIPT, send_receipt, is_merged=False),
        Job(CONVERSATIONS_WAKE, retention.wake, sweep=retention.wake, every=timedelta(seconds=30)),
        Job(MEDIA_FETCH, fetch_due, sweep=fetch_due, every=timedelta(seconds=30)),
        Job(
            HISTORY_CLEAR,
            retention.clear_history,
            sweep=retention.clear_history,
            every=timedelta(hours=6),
        ),
    ),
    merge_followers=(
        MergeFollower(
            "threads",
            thread_transfer.move_threads,
            thread_transfer.give_back,
            thread_transfer.count_of,
        ),
    ),
    timeline=(contact_threads.first_and_last,),
    retention=(retention.drop_unsent, retention.drop_ownerless),
    log_areas={
        "conversation": "Conversations",
        "message": "Messages",
        "canned_reply": "Canned replies",
        "macro": "Macros",
        "history": "History",
    },
    log_words={
        "conversation.assigned": "assigned the conversation with {name|a customer} to {to|nobody}",
        "conversation.closed": "closed the conversation with {name|a customer}",
        "conversation.reopened": "reopened the conversation with {name|a customer}",
        "conversation.snoozed": (
            "snoozed the conversation with {name|a customer} until {until|later}"
        ),
        "conversation.noted": "wrote a note in the conversation with {name|a customer}",
        "conversation.exported": "exported the conversation with {name|a customer}",
        "message.sent": "sent a message to {name|a customer}",
        "message.scheduled": "scheduled a message to {name|a customer}",
        "message.rescheduled": "moved a scheduled message to {name|a customer}",
        "message.cancelled": "cancelled a message to {name|a customer}",
        "message.resent": "sent a message to {name|a customer} again",
        "message.resolved": "settled whether a message to {name|a customer} arrived",
        "canned_reply.saved": "saved the canned reply {name}",
        "canned_reply.deleted": "deleted the canned reply {name}",
        "macro.saved": "saved the macro {name}",
        "macro.deleted": "deleted the macro {name}",
        "macro.run": "ran the macro {macro} in the conversation with {name|a customer}",
        "history.clear_requested": "asked for old message contents to be cleared",
    },
    abilities={
        "messages.send": (
            Permission.INBOX_REPLY,
            Permission.INBOX_VIEW_ALL,
            Permission.CONTACTS_VIEW,
            Permission.CONTACTS_CREATE,
            Permission.TEMPLATES_VIEW,
        ),
        "messages.read": (Permission.INBOX_VIEW_ALL, Permission.CONTACTS_VIEW),
    },
)
