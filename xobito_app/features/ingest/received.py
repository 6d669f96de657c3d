"""What a number receives uses its throughput too: whoever sends from it has to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from xobito_app.core import clock
from xobito_app.features.throughput import service as throughput
from xobito_app.whatsapp.inbound import Part
from xobito_app.whatsapp.inbound_model import Message, Origin

RECENT = timedelta(seconds=3)
"""What came before is no part of the second Meta counts now: a backlog slows nobody down."""


async def count_received(parts: Sequence[Part]) -> None:
    """Count the customers' messages among parts that have just come."""
    since = clock.business_now() - RECENT
    counts = Counter(
        part.source.phone_number_id
        for part in parts
        if isinstance(part, Message) and part.origin is not Origin.HISTORY and part.at > since
    )
    for number, count in counts.items():
        if number:
            await throughput.note_received(number, count)
