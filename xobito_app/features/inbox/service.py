"""What other features do with conversations and messages."""

from __future__ import annotations

from xobito_app.features.inbox.media.files import type_of as type_of
from xobito_app.features.inbox.message_updates import receive_statuses as receive_statuses
from xobito_app.features.inbox.receiving.arrivals import is_from_somebody as is_from_somebody
from xobito_app.features.inbox.receiving.calls import receive_calls as receive_calls
from xobito_app.features.inbox.receiving.receive import receive_messages as receive_messages
from xobito_app.features.inbox.sending.claiming import oldest_queued as oldest_queued
from xobito_app.features.inbox.sending.send_results import (
    UNKNOWN as UNKNOWN,
    Accepted as Accepted,
)
from xobito_app.features.inbox.sending.upload import upload_file as upload_file
