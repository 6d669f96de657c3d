"""The template editor: every change is kept at once, judged and drawn."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, Conflict, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.templates.reading import SAMPLE
from xobito_app.features.templates.schemas import DraftView
from xobito_app.features.templates.writing import drafts, submitting
from xobito_app.ui import browser, formats
from xobito_app.ui.blocks import PageState, QuestionState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.template_editor.rows import (
    KINDS,
    ButtonField,
    ProblemRow,
    SampleField,
    button_fields,
    errors_of,
    problem_rows,
    sample_fields,
)
from xobito_app.ui.pages.templates.paper import Paper
from xobito_app.ui.security import AppState, guarded, permitted
from xobito_app.whatsapp.drafting import changes
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.lint import lint
from xobito_app.whatsapp.drafting.meta_shape import create_body, draft_of

WRITES = (Permission.TEMPLATES_CREATE, Permission.TEMPLATES_EDIT)
_REPLACE = "((path) => window.history.replaceState(window.history.state, '', path))"
_FIRST = {"category": "UTILITY", "language": "en_US"}
_BUTTONS = frozenset(kind for kind, _ in KINDS)


@permitted(view=WRITES, edit=WRITES)
class EditorState(PageState, QuestionState, AppState):
    """The template being written.

    Attributes:
        initial: What the fields begin with; they keep themselves afterwards.
        generation: Changes when fields are added, taken away or moved, so that they begin anew.
    """

    template_id: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    initial: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    generation: rx.Field[int] = rx.field(0)
    header_format: rx.Field[str] = rx.field("")
    buttons: rx.Field[list[ButtonField]] = rx.field(default_factory=list)
    samples: rx.Field[list[SampleField]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    problems: rx.Field[list[ProblemRow]] = rx.field(default_factory=list)
    paper: rx.Field[Paper] = rx.field(default_factory=Paper)
    is_new: rx.Field[bool] = rx.field(True)
    is_category_fixed: rx.Field[bool] = rx.field(False)
    can_submit: rx.Field[bool] = rx.field(False)
    saved: rx.Field[str] = rx.field("")
    why_not: rx.Field[str] = rx.field("")
    rejection: rx.Field[str] = rx.field("")
    _body: dict = {}
    _rev: int = 0
    _touched: list[str] = []
    _shows_all: bool = True

    def _here(self) -> str:
        """Return the id in the address; empty for a new template."""
        parts = self.router.url.path.strip("/").split("/")
        return parts[1] if len(parts) > 2 else ""

    async def _read(self, viewer: Viewer) -> None:
        self.template_id, self.question, self.saved = self._here(), "", ""
        self._touched = []
        if not self.template_id:
            self._shows_all, self._rev = False, 0
            self._begin(draft_of(_FIRST))
            self.title, self.is_new, self.is_category_fixed = "New template", True, False
            self.why_not = self.rejection = ""
            self.can_submit = False
            return
        view = await self._call(drafts.read_draft, template_id=ids.parse(self.template_id))
        self._shows_all = True
        self._begin(view.draft)
        self._show(view)

    def _begin(self, draft: Draft) -> None:
        """Let all fields begin anew with what a draft says."""
        self._body = create_body(draft)
        part = draft.part
        self.initial = {
            "name": draft.name,
            "language": draft.language,
            "category": draft.category,
            "named": "NAMED" if draft.named else "POSITIONAL",
            "header_format": part.header.format,
            "header": part.header.text,
            "body": part.body,
            "footer": draft.footer,
        }
        self._restart(draft)
        self._draw(draft)
        self.errors, self.problems = {}, []

    def _restart(self, draft: Draft) -> None:
        self.generation += 1
        self.buttons = button_fields(draft, self.generation)
        self.samples = sample_fields(draft, self.generation)

    def _draw(self, draft: Draft) -> None:
        self.header_format = draft.part.header.format
        sample = draft.part.header.sample.removeprefix(SAMPLE)
        self.paper = Paper.of(create_body(draft), draft.samples, sample)

    def _show(self, view: DraftView) -> None:
        self._rev, self._body = view.rev, view.body
        self.title = view.draft.name or "New template"
        self.is_new, self.is_category_fixed = view.is_new, view.is_category_fixed
        self.can_submit = view.can_submit and view.submission == "none"
        self.why_not = view.why_not_edit or view.submit_error
        self.rejection = view.rejection
        self.problems = problem_rows(view) if self._shows_all else []
        touched = None if self._shows_all else frozenset(self._touched)
        self.errors = errors_of(view.problems, touched)

    @rx.event
    @guarded(*WRITES)
    async def change(self, place: str, value: str):
        """Keep what stands in a field now."""
        self._touched = [*self._touched, str(place)[:100]][-100:]
        written = str(value)
        if place == "sample.header.media":
            written = f"{SAMPLE}{written}" if written else ""
        return await self._apply(lambda draft: changes.change(draft, str(place), written))

    @rx.event
    @guarded(*WRITES)
    async def add_button(self, kind: str):
        """Add a button of a kind."""
        if kind in _BUTTONS:
            return await self._apply(lambda draft: changes.add_button(draft, kind), anew=True)
        return None

    @rx.event
    @guarded(*WRITES)
    async def remove_button(self, index: int):
        """Take a button away."""
        return await self._apply(lambda draft: changes.remove_button(draft, int(index)), anew=True)

    @rx.event
    @guarded(*WRITES)
    async def move_button(self, index: int, by: int):
        """Move a button up or down."""
        return await self._apply(
            lambda draft: changes.move_button(draft, int(index), int(by)), anew=True
        )

    @rx.event
    @guarded(*WRITES)
    async def add_variable(self):
        """Put one more variable at the end of the text."""
        events = await self._apply(changes.add_variable)
        self.initial = {**self.initial, "body": draft_of(self._body).part.body}
        return events

    async def _apply(self, do: Callable[[Draft], Draft], *, anew: bool = False) -> Event | None:
        before = draft_of(self._body)
        draft = do(before)
        if draft == before:
            return None
        self._draw(draft)
        if anew:
            self._restart(draft)
        elif tuple(draft.blanks) != tuple(before.blanks):
            self.samples = sample_fields(draft, self.generation)
        return await self._keep(draft)

    async def _keep(self, draft: Draft) -> Event | None:
        viewer = await self._viewer()
        body = create_body(draft)
        try:
            if self.template_id:
                view = await self._call(
                    drafts.save_draft, template_id=self._id(), body=body, rev=self._rev
                )
            else:
                view = await self._call(drafts.start_draft, body=body)
        except (Conflict, Invalid) as error:
            self.why_not = error.message
            return tell_failure(error)
        self._show(view)
        self.saved = f"Saved {formats.clock_time(clock.now(), viewer.time_zone)}"
        if self.template_id:
            return None
        self.template_id = str(view.id)
        return browser.call(_REPLACE, f"/templates/{view.id}/edit")

    def _id(self) -> UUID:
        return ids.parse(self.template_id)

    @rx.event
    @guarded(*WRITES)
    async def submit(self):
        """Submit what is written to Meta's review."""
        self._shows_all = True
        if not self.template_id:
            draft = draft_of(self._body)
            self.errors = errors_of(lint(draft), None)
            return
        self.is_busy = True
        yield
        try:
            await submitting.submit(await self._actor(), template_id=self._id())
        except AppError as error:
            self._show(await self._call(drafts.read_draft, template_id=self._id()))
            yield tell_failure(error)
            return
        finally:
            self.is_busy = False
        yield toast_success("Submitted. Meta usually decides within minutes.")
        yield browser.go(f"/templates/{self.template_id}")

    @rx.event
    @guarded(*WRITES)
    async def discard(self):
        """Throw away what is written."""
        self._answered()
        target = "/templates" if self.is_new else f"/templates/{self.template_id}"
        if self.template_id:
            await self._call(drafts.discard_draft, template_id=self._id())
        return browser.go(target)
