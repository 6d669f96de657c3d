"""Flows in a workspace that is connected to the simulator: published, talked to, looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select

from tests.lines import Line
from xobito_app.features.flows.running.requests import ask_due
from xobito_app.features.flows.running.run import run, sweep
from xobito_app.models.flows import Flow, FlowInput, FlowSession, FlowStep, FlowVersion
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work


async def publish(
    workspace_id: UUID, graph: dict[str, Any], *, flow_id: UUID | None = None
) -> UUID:
    """Store a flow that answers and return its id."""
    async with unit_of_work(workspace_id) as uow:
        flow = Flow(
            id=flow_id or uuid4(),
            workspace_id=workspace_id,
            name=f"Flow {uuid4().hex[:8]}",
            graph=graph,
            triggers=graph.get("triggers", []),
        )
        uow.session.add(flow)
        await uow.session.flush()
        version = FlowVersion(workspace_id=workspace_id, flow_id=flow.id, number=1, graph=graph)
        uow.session.add(version)
        await uow.session.flush()
        flow.published_id = version.id
        uow.session.add(flow)
    return flow.id


@dataclass
class Live:
    """A line with bots."""

    line: Line

    @property
    def workspace_id(self) -> UUID:
        return self.line.workspace_id

    async def settle(self) -> None:
        """Let everything happen that is due, until nothing is."""
        for _ in range(20):
            heard = await run(self.workspace_id)
            asked = await ask_due(self.workspace_id)
            sent = await self.line.dispatch()
            if not (heard or asked or sent):
                return
        raise AssertionError("The bots never come to rest.")

    async def pass_time(self) -> None:
        """Let the waits end that have."""
        await sweep(self.workspace_id)
        await self.settle()

    async def sessions(self) -> list[FlowSession]:
        return await self._all(select(FlowSession).order_by(col(FlowSession.started_at)))

    async def steps(self) -> list[FlowStep]:
        return await self._all(select(FlowStep).order_by(col(FlowStep.at), col(FlowStep.id)))

    async def inputs(self) -> list[FlowInput]:
        return await self._all(select(FlowInput))

    async def answers(self) -> list[Message]:
        """Return what bots said, oldest first."""
        statement = select(Message).where(Message.origin == "bot")
        return await self._all(statement.order_by(col(Message.at), col(Message.id)))

    async def _all(self, statement: Any) -> list[Any]:
        async with unit_of_work(self.workspace_id) as uow:
            return list((await uow.session.exec(statement)).all())
