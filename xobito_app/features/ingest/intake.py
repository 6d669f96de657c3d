"""The first thing done with a webhook: it is stored, whole and once, with who proved to be it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.features.ingest.job_types import INBOUND_DRAIN
from xobito_app.persistence.unit_of_work import enqueue

MAX_BODY = 3 * 1024 * 1024
"""Bytes of the largest payload Meta sends."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A post whose signature was right.

    Attributes:
        signature: In hex, as it came.
        signers: The connections whose own app secret made it.
    """

    body: bytes = field(repr=False)
    signature: str
    signers: tuple[UUID, ...]

    @property
    def digest(self) -> str:
        """What tells a repeat: the same bytes under the same signature."""
        whole = hashlib.sha256(self.body)
        whole.update(self.signature.encode())
        return whole.hexdigest()


# One statement however many come at once: arrays keep it the same, so it is prepared once. The
# bodies travel as one run of bytes: in an array each backslash of a text is escaped one by one,
# which took seconds for a body full of them. A repeat that is signed by somebody new gives a
# delivery that found nobody another chance.
_STORE = text(
    "INSERT INTO inbound_event (id, digest, received_at, state, body, signature, signers, "
    "attempts, repeats, summary, error) "
    "SELECT id, digest, :now, 'pending', substr(CAST(:bodies AS bytea), start, length), "
    "signature, CAST(signers AS uuid[]), 0, repeats, '', '' "
    "FROM unnest(CAST(:ids AS uuid[]), CAST(:digests AS text[]), CAST(:starts AS integer[]), "
    "CAST(:lengths AS integer[]), CAST(:signatures AS text[]), CAST(:signers AS text[]), "
    "CAST(:repeats AS integer[])) "
    "AS given (id, digest, start, length, signature, signers, repeats) "
    "ORDER BY digest "
    "ON CONFLICT (digest) DO UPDATE SET "
    "repeats = inbound_event.repeats + excluded.repeats + 1, "
    "signers = ARRAY(SELECT unnest(inbound_event.signers) UNION SELECT unnest(excluded.signers)), "
    "state = CASE WHEN inbound_event.state IN ('unclaimed', 'refused') "
    "AND NOT excluded.signers <@ inbound_event.signers "
    "THEN 'pending' ELSE inbound_event.state END, "
    "processed_at = CASE WHEN excluded.signers <@ inbound_event.signers "
    "THEN inbound_event.processed_at END"
)


async def store_deliveries(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Keep deliveries that came together, byte for byte. Meta's repeats are only counted.

    They are inserted in the order of their digests, so that two writers cannot wait for each
    other in a ring.
    """
    digests = [delivery.digest for delivery in deliveries]
    times = Counter(digests)
    unique = dict(zip(digests, deliveries, strict=True))
    lengths = [len(delivery.body) for delivery in unique.values()]
    await (await session.connection()).execute(
        _STORE,
        {
            "now": clock.now(),
            "ids": [ids.new() for _ in unique],
            "digests": list(unique),
            "bodies": b"".join(delivery.body for delivery in unique.values()),
            "starts": [1, *(1 + end for end in accumulate(lengths[:-1]))],
            "lengths": lengths,
            "signatures": [delivery.signature for delivery in unique.values()],
            "signers": [_array(delivery.signers) for delivery in unique.values()],
            "repeats": [times[digest] - 1 for digest in unique],
        },
    )
    enqueue(session, INBOUND_DRAIN)


def _array(connection_ids: Sequence[UUID]) -> str:
    return "{" + ",".join(str(connection_id) for connection_id in connection_ids) + "}"
