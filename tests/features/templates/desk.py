"""Writing templates against the simulator: what a test does again and again."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import select

from tests.lines import Line
from xobito_app.core.events import TemplateChanged, listeners
from xobito_app.features.ingest.drain import drain
from xobito_app.features.templates import samples, service, sync
from xobito_app.features.templates.schemas import DraftView, TemplateView
from xobito_app.features.templates.writing import drafts, submitting
from xobito_app.models.templates import Template

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
BODY = {
    "name": "shipping_note",
    "language": "en_US",
    "category": "UTILITY",
    "components": [
        {
            "type": "BODY",
            "text": "Hello {{1}}, your order {{2}} is on its way to you now.",
            "example": {"body_text": [["Ana", "A-1"]]},
        }
    ],
}


def body_of(text: str = "", **changes: Any) -> dict[str, Any]:
    """Return a body that nothing is wrong with, or with another text without variables."""
    body = {**deepcopy(BODY), **changes}
    if text:
        body["components"] = [{"type": "BODY", "text": text}]
    return body


@dataclass
class Desk:
    """A workspace connected to a simulator, and its owner writing templates."""

    line: Line
    changes: list[TemplateChanged] = field(default_factory=list)

    @property
    def owner(self):
        return self.line.world.owner

    async def do(self, service_: Any, *args: Any, **given: Any) -> Any:
        return await self.line.do(service_, *args, **given)

    async def sync(self) -> int:
        return await sync.sync_templates(self.line.workspace_id)

    async def write(self, body: dict[str, Any] | None = None) -> DraftView:
        return await self.do(drafts.start_draft, body=body or body_of())

    async def submit(self, template_id: UUID) -> TemplateView:
        return await submitting.submit(self.owner, template_id=template_id)

    async def approved(self, body: dict[str, Any] | None = None) -> Template:
        """Write, submit and wait for the review."""
        view = await self.submit((await self.write(body)).id)
        return await self.until(view.id, "APPROVED", "REJECTED")

    async def row(self, template_id: UUID) -> Template:
        return await self.do(service.get_row, template_id=template_id)

    async def named(self, name: str, language: str = "en_US") -> Template:
        async def find(session, actor):
            statement = select(Template).where(
                Template.name == name,
                Template.language == language,
                Template.workspace_id == actor.workspace_id,
            )
            return (await session.exec(statement)).one()

        return await self.do(find)

    async def until(self, template_id: UUID, *statuses: str) -> Template:
        """Take in what the simulator tells until a template has one of these statuses."""

        async def reached() -> Template | None:
            row = await self.row(template_id)
            return row if row.status in statuses else None

        return await self.eventually(reached)

    async def eventually(self, reached: Any) -> Any:
        for _ in range(500):
            await drain()
            if found := await reached():
                return found
            await asyncio.sleep(0.01)
        raise AssertionError("It never happened.")

    async def decide(self, meta_id: str, **decision: Any) -> None:
        await self.line.say(f"/templates/{meta_id}", **decision)

    async def at_meta(self) -> list[dict[str, Any]]:
        """Return the templates the simulator holds."""
        answer = await self.line.control.get(f"/wabas/{self.line.world.waba_id}/templates")
        return answer.json()["data"]

    async def settings(self, **changes: Any) -> None:
        await self.line.say(f"/wabas/{self.line.world.waba_id}/settings", **changes)

    async def put_at_meta(self, *templates: dict[str, Any]) -> list[str]:
        answer = await self.line.say(
            f"/wabas/{self.line.world.waba_id}/templates", templates=list(templates)
        )
        return answer["ids"]

    async def sample(self, content: bytes = PNG, mime: str = "image/png") -> UUID:
        folder = samples.folder_of(self.line.workspace_id)
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / "upload.part"
        draft.write_bytes(content)
        view = await self.do(samples.add_sample, draft=draft, mime=mime, filename="a.png")
        return view.id

    def hear_changes(self) -> list[TemplateChanged]:
        """Note the changes of templates that other features are told, from now on."""

        async def hear(_session: Any, event: TemplateChanged) -> None:
            if event.workspace_id == self.line.workspace_id:
                self.changes.append(event)

        listeners[TemplateChanged].append(hear)
        return self.changes

    def calls(self, method: str, ending: str) -> int:
        """Return how often something was asked of Meta."""
        return sum(
            path.startswith(method) and path.endswith(ending) for path in self.line.wire.paths
        )
