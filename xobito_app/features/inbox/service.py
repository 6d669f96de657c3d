"""What other features do with conversations and messages."""

from __future__ import annotations

from xobito_app.features.inbox.composing.automated import (
    Automated as Automated,
    queue_automated as queue_automated,
)
from xobito_app.features.inbox.media.files import type_of as type_of
from xobito_app.features.inbox.message_updates import receive_statuses as receive_statuses
from xobito_app.features.inbox.receiving.arrivals import is_from_somebody as is_from_somebody
from xobito_app.features.inbox.receiving.calls import receive_calls as receive_calls
from xobito_app.features.inbox.receiving.listeners import next_answerer as next_answerer
from xobito_app.features.inbox.receiving.receive import receive_messages as receive_messages
from xobito_app.features.inbox.rules import is_within_window as is_within_window
from xobito_app.features.inbox.sending.claiming import oldest_queued as oldest_queued
from xobito_app.features.inbox.sending.send_results import (
    UNKNOWN as UNKNOWN,
    Accepted as Accepted,
)
from xobito_app.features.inbox.sending.upload import upload_file as upload_file
from xobito_app.features.inbox.threads.bots import (
    Heard as Heard,
    are_bots_paused as are_bots_paused,
    count_answers as count_answers,
    is_first_message as is_first_message,
    leave_to_people as leave_to_people,
    load_heard as load_heard,
    lock_threads as lock_threads,
    pause_bots as pause_bots,
)
from xobito_app.features.inbox.threads.thread_actions import (
    add_event as add_event,
    assign as assign,
    close as close,
)
from xobito_app.features.inbox.threads.threads import get_visible as get_visible
