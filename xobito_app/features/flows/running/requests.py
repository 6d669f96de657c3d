"""Asking other systems for talks: each request at most once, its answer told to the talk.

Secrets are put in here, when the request leaves, and nowhere else; what is stored names them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core.errors import AppError, Invalid
from xobito_app.features.flows.job_types import FLOWS_REQUEST
from xobito_app.features.flows.repository import SecretRepository
from xobito_app.features.flows.running import hearing
from xobito_app.features.outbound_http import service as outbound_http
from xobito_app.models.flows import FlowRequest, FlowRequestState
from xobito_app.persistence.leased_work import (
    Claimed,
    Done,
    Failed,
    LeasedTable,
    LeasedWork,
    Outcome,
    Unknown,
)
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault

log = logging.getLogger(__name__)

AT_ONCE = 32
LARGEST_ANSWER = 256 * 1024
NOBODY_KNOWS = "The answer was lost, and the request is not made twice."
REQUESTS = LeasedTable(
    FlowRequest,
    waiting=(FlowRequestState.WAITING,),
    held=FlowRequestState.WORKING,
    lease=timedelta(seconds=90),
    unknown=FlowRequestState.UNKNOWN,
    due="due_at",
)


@dataclass(frozen=True, slots=True)
class Answered(Done):
    """The other side answered; what it said is told to the talk."""

    is_done: bool
    why: str
    values: dict[str, Any]


class Requests(LeasedWork[Claimed[FlowRequest]]):
    """One run over the requests of a workspace's talks."""

    table = REQUESTS
    concurrency = AT_ONCE
    job = FLOWS_REQUEST

    async def claim(self, free: int) -> Sequence[Claimed[FlowRequest]]:
        """Take requests in hand."""
        async with unit_of_work(self.workspace_id) as uow:
            return await REQUESTS.claim(uow.session, self.workspace_id, free)

    async def work(self, claimed: Claimed[FlowRequest]) -> Outcome:
        """Make one request."""
        row = claimed.row
        for asker in registry.askers():
            if asker.kind == row.kind:
                claimed.lease.begin()
                return Answered(*await asker.ask(self.workspace_id, row.content))
        secrets = await _secrets(self.workspace_id, row.content)
        claimed.lease.begin()
        return await _ask(row.content, secrets)

    async def judge(self, claimed: Claimed[FlowRequest], error: Exception) -> Outcome:
        """Say what a failure means: the talk hears the sentence and goes its way."""
        if isinstance(error, AppError):
            return Failed(error.message)
        return await super().judge(claimed, error)

    async def record(
        self,
        session: AsyncSession,
        row: FlowRequest,
        claimed: Claimed[FlowRequest],
        outcome: Outcome,
    ) -> None:
        """Write the answer down and tell the talk, in one commit."""
        told: dict[str, Any] = {"is_done": False, "why": "", "values": {}}
        match outcome:
            case Answered():
                row.state, told = FlowRequestState.DONE, asdict(outcome)
            case Failed(reason=reason):
                row.state, told["why"] = FlowRequestState.FAILED, reason
            case Unknown():
                told["why"] = NOBODY_KNOWS
            case _:
                return
        row.result = told
        await tell_talk(session, row)


async def ask_due(workspace_id: UUID) -> int:
    """Make the requests of a workspace that wait; return how many were taken."""
    return await Requests.run_for(workspace_id)


async def sweep(workspace_id: UUID) -> None:
    """Settle requests of dead workers, and make those nobody was told of."""
    await Requests(workspace_id).sweep()
    await ask_due(workspace_id)


async def tell_talk(session: AsyncSession, row: FlowRequest) -> None:
    """Note what came of a request, for the talk to hear."""
    await hearing.note(
        session,
        row.workspace_id,
        kind=hearing.RESULT,
        key=f"{hearing.RESULT}:{row.key}",
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        content={"session": str(row.session_id), "result": {"key": row.key, **row.result}},
    )


async def _ask(content: dict[str, Any], secrets: dict[str, str]) -> Outcome:
    url = _written(content["url"], secrets)
    headers = {name: _written(parts, secrets) for name, parts in content["headers"]}
    body = _written(content["body"], secrets).encode()
    if body[:1] in (b"{", b"[") and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    answer = await outbound_http.call(
        content["method"],
        url,
        headers={"User-Agent": "Xobito", "Accept": "application/json", **headers},
        content=body,
        seconds=float(content["timeout"]),
        most=LARGEST_ANSWER + 1,
    )
    if len(answer.body) > LARGEST_ANSWER:
        raise Invalid("The answer is larger than 256 KB.")
    is_done = 200 <= answer.status < 300
    return Answered(
        is_done,
        "" if is_done else f"It answered {answer.status}.",
        {"status": answer.status, "body": _document(answer.body)},
    )


def _document(body: bytes) -> Any:
    text = body.decode(errors="replace").replace("\x00", "")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _written(parts: Sequence[Any], secrets: dict[str, str]) -> str:
    return "".join(part if isinstance(part, str) else secrets[part["secret"]] for part in parts)


async def _secrets(workspace_id: UUID, content: dict[str, Any]) -> dict[str, str]:
    """Return the secrets a request names.

    Raises:
        Invalid: One of them is gone.
    """
    texts = [content["url"], content["body"], *(parts for _, parts in content["headers"])]
    names = {part["secret"] for parts in texts for part in parts if isinstance(part, dict)}
    if not names:
        return {}
    async with unit_of_work(workspace_id) as uow:
        rows = await SecretRepository(uow.session, workspace_id).all_any(
            col(SecretRepository.model.name), names
        )
    found = {row.name: vault().open(row.sealed) for row in rows}
    if missing := sorted(names - found.keys()):
        raise Invalid(f"The secret “{missing[0]}” is gone.")
    return found
