"""The Connect page: three ways in, each step shown, errors in place, nothing typed lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.connection import connecting, service
from xobito_app.features.connection.examine import Progress
from xobito_app.features.connection.schemas import GivenCredentials, Step
from xobito_app.settings import get_settings
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded

_STEPS = {
    Step.TOKEN: "Checking the token and the app",
    Step.NUMBERS: "Looking for the account and the number",
    Step.TEMPLATES: "Fetching templates",
    Step.WEBHOOK: "Registering the webhook",
    Step.SAVING: "Saving",
}
_FIELDS = ("waba_id", "phone_number_id", "access_token", "app_id", "app_secret", "verify_token")
SEE_FIELDS = "Not connected, and nothing was stored. See the marked fields."
_WAYS = ("simulator", "manual", "facebook")


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of connecting: waiting, running, done or failed."""

    title: str
    state: str


def _steps(current: Step | None, *, failed: bool = False) -> list[StepRow]:
    rows: list[StepRow] = []
    state = "done"
    for step, title in _STEPS.items():
        if step is current:
            rows.append(StepRow(title, "failed" if failed else "running"))
            state = "waiting"
        else:
            rows.append(StepRow(title, state if current else "done"))
    return rows


class ConnectState(AppState):
    """Which way is open, how far it got, and what was wrong."""

    way: rx.Field[str] = rx.field("simulator")
    steps: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problem: rx.Field[str] = rx.field("")
    is_busy: rx.Field[bool] = rx.field(False)
    connected: rx.Field[str] = rx.field("")
    refusal: rx.Field[str] = rx.field("")
    callback: rx.Field[str] = rx.field("")
    has_facebook: rx.Field[bool] = rx.field(False)
    facebook_app: rx.Field[str] = rx.field("")
    facebook_config: rx.Field[str] = rx.field("")
    graph_version: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def load(self):
        """Open the page: say which ways there are."""
        settings = get_settings()
        self.refusal = await service.simulator_refusal()
        self.callback = f"{settings.public_url}/webhooks/whatsapp"
        self.facebook_app = settings.facebook_app_id
        self.facebook_config = settings.facebook_config_id
        self.graph_version = settings.graph_api_version
        self.has_facebook = bool(settings.facebook_app_id and settings.facebook_config_id)
        self.way = "manual" if self.refusal else "simulator"
        self._clear()

    def _clear(self) -> None:
        self.steps, self.errors, self.problem = [], {}, ""
        self.connected, self.is_busy = "", False

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def choose_way(self, way: str):
        """Open one of the three ways."""
        if not self.is_busy and way in _WAYS:
            self.way = way
            self._clear()

    @rx.event(background=True)
    @guarded(Permission.CONNECTION_MANAGE)
    async def connect_simulator(self):
        """Start the simulator and connect to it."""
        await self._run(lambda actor, told: connecting.start_simulator(actor, progress=told))

    @rx.event(background=True)
    @guarded(Permission.CONNECTION_MANAGE)
    async def connect_manually(self, form: dict[str, Any]):
        """Connect with what was typed; the browser keeps it when something is wrong."""
        typed = {name: str(form.get(name) or "") for name in _FIELDS}

        async def work(actor: Actor, told: Progress) -> object:
            return await connecting.connect(actor, GivenCredentials.read(**typed), progress=told)

        await self._run(work)

    @rx.event(background=True)
    @guarded(Permission.CONNECTION_MANAGE)
    async def connect_code(self, answer: dict[str, Any]):
        """Connect with the code of Embedded Signup."""
        given = answer if isinstance(answer, dict) else {}
        code = str(given.get("code") or "")
        if not code:
            async with self:
                self.problem = str(given.get("problem") or "Facebook's window was closed.")[:300]
            return

        async def work(actor: Actor, told: Progress) -> object:
            return await connecting.connect_with_code(
                actor,
                code=code,
                waba_id=str(given.get("waba_id") or ""),
                phone_number_id=str(given.get("phone_number_id") or ""),
                progress=told,
            )

        await self._run(work)

    async def _run(self, work: Callable[[Actor, Progress], Awaitable[Any]]) -> None:
        """Connect in one of the ways, showing each step; a second press meanwhile does nothing."""
        async with self:
            if self.is_busy:
                return
            actor = await self._actor(Permission.CONNECTION_MANAGE)
            self._clear()
            self.is_busy = True
        reached: Step | None = None

        async def told(step: Step) -> None:
            nonlocal reached
            reached = step
            async with self:
                self.steps = _steps(step)

        try:
            view = await work(actor, told)
        except AppError as error:
            async with self:
                marked = isinstance(error, Invalid) and bool(error.fields)
                self.errors = field_errors(error) if isinstance(error, Invalid) else {}
                self.problem = SEE_FIELDS if marked and self.way == "manual" else error.message
                self.steps = _steps(reached, failed=True) if reached else []
                self.is_busy = False
            return
        async with self:
            self.steps, self.is_busy = _steps(None), False
            self.connected = view.name or view.waba_id
