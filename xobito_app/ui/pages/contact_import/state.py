"""The import wizard: a file, what its columns mean, what would come of it, and importing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.imports import importing
from xobito_app.features.contacts.imports.importing import ImportHead, ImportView
from xobito_app.ui import formats, forms
from xobito_app.ui.blocks import Form, PageState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded_by, permitted

KEY = "contact import"
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file: its heading, first cells, and what it is taken for."""

    name: str
    heading: str
    examples: str
    field: str


@dataclass(frozen=True, slots=True)
class ImportCard:
    """How far the import is."""

    id: str = ""
    filename: str = ""
    facts: str = ""
    state: str = ""
    is_dry: bool = False
    is_open: bool = False
    is_over: bool = False
    is_useful: bool = False
    percent: int = 0
    title: str = "Import"
    line: str = ""
    created: str = "0"
    updated: str = "0"
    skipped: str = "0"
    failed: str = "0"
    errors_link: str = ""
    error: str = ""
    labels_line: str = ""

    @classmethod
    def of(cls, view: ImportView) -> ImportCard:
        """Word an import."""
        return cls(
            id=str(view.id),
            filename=view.filename,
            facts=f"{view.total:,} rows · {view.kind.upper()} · {view.encoding}",
            state=view.state,
            is_dry=view.is_dry,
            is_open=view.is_open,
            is_over=view.state in {"done", "stopped", "failed"},
            is_useful=view.created + view.updated > 0,
            percent=view.percent,
            line=f"{view.done:,} of {view.total:,} rows",
            created=f"{view.created:,}",
            updated=f"{view.updated:,}",
            skipped=f"{view.skipped:,}",
            failed=f"{view.failed:,}",
            errors_link=f"/imports/{view.id}/errors.csv" if view.has_errors else "",
            error=view.error,
            labels_line=view.labels_line,
        )


@dataclass(frozen=True, slots=True)
class PastRow:
    """An import of before."""

    id: str
    link: str
    filename: str
    line: str
    who: str
    when: str

    @classmethod
    def of(cls, view: ImportView, zone: str) -> PastRow:
        """Word an import in one line."""
        if view.state == "uploaded":
            line = "Not begun"
        elif view.is_dry:
            line = "Tested"
        else:
            line = (
                f"{view.state.capitalize()}: {view.created:,} new, {view.updated:,} changed,"
                f" {view.skipped:,} skipped, {view.failed:,} refused"
            )
        return cls(
            id=str(view.id),
            link=f"/contacts/import?id={view.id}",
            filename=view.filename,
            line=line,
            who=view.actor_name,
            when=formats.full(view.created_at, zone),
        )


@permitted(view=Permission.CONTACTS_IMPORT, edit=Permission.CONTACTS_IMPORT)
class ImportState(PageState, AppState):
    """The wizard of one file, or the list of earlier ones while none is chosen."""

    live_key: ClassVar = KEY
    card: rx.Field[ImportCard] = rx.field(default_factory=ImportCard)
    columns: rx.Field[list[ColumnRow]] = rx.field(default_factory=list)
    choices: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    is_remembered: rx.Field[bool] = rx.field(False)
    updates_existing: rx.Field[bool] = rx.field(True)
    may_create_labels: rx.Field[bool] = rx.field(False)
    past: rx.Field[list[PastRow]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    step: rx.Field[str] = rx.field("file")

    def _wanted(self) -> str:
        return str(self.router.url.query_parameters.get("id", ""))

    async def _read(self, viewer: Viewer) -> None:
        """Show the import of the address, or the place for a new file."""
        self.errors = {}
        if not (wanted := self._wanted()):
            found = await self._call(importing.list_imports)
            self.past = [PastRow.of(view, viewer.time_zone) for view in found]
            self.card, self.step = ImportCard(), "file"
            return
        import_id = ids.parse(wanted)
        view = await self._call(importing.get_import, import_id=import_id)
        if view.state == "uploaded" or view.is_dry:
            self._show_head(await self._call(importing.read_head, import_id=import_id))
        self._show_card(ImportCard.of(view))

    def _show_head(self, head: ImportHead) -> None:
        self.choices, self.is_remembered = list(head.choices), head.is_remembered
        self.columns = [
            ColumnRow(
                name=f"column.{place}",
                heading=heading or f"Column {place + 1}",
                examples=" · ".join(row[place] for row in head.rows[:EXAMPLES] if row[place]),
                field=head.mapping[place],
            )
            for place, heading in enumerate(head.columns)
        ]

    def _show_card(self, card: ImportCard) -> None:
        self.card = card
        if card.state == "uploaded":
            self.step = "columns"
        elif card.is_dry:
            self.step = "tried"
        else:
            self.step = "taken"

    @rx.event
    @guarded_by("edit")
    async def map_again(self):
        """Go back to the columns after a try."""
        self.step, self.errors = "columns", {}

    @rx.event
    @guarded_by("edit")
    async def try_out(self, form: Form):
        """See what would come of the file, without writing anything."""
        mapping = [forms.text(form, column.name, 80) for column in self.columns]
        self.updates_existing = forms.text(form, "known", 10) != "skip"
        self.may_create_labels = forms.is_on(form, "may_create_labels")
        try:
            await self._start(mapping, is_dry=True)
        except Invalid as error:
            self.errors = field_errors(error)

    @rx.event
    @guarded_by("edit")
    async def take_in(self):
        """Import the file as it was tried."""
        tried = await self._call(importing.get_import, import_id=ids.parse(self.card.id))
        self.updates_existing = tried.updates_existing
        self.may_create_labels = tried.may_create_labels
        await self._start(list(tried.mapping), is_dry=False)

    async def _start(self, mapping: list[str], *, is_dry: bool) -> None:
        view = await self._call(
            importing.start_import,
            import_id=ids.parse(self.card.id),
            mapping=mapping,
            updates_existing=self.updates_existing,
            is_dry=is_dry,
            may_create_labels=self.may_create_labels,
        )
        self.errors = {}
        # Going back to the columns must find them as they were chosen.
        self.columns = [
            replace(column, field=chosen)
            for column, chosen in zip(self.columns, mapping, strict=True)
        ]
        self._show_card(ImportCard.of(view))

    @rx.event
    @guarded_by("edit")
    async def stop(self):
        """Stop; what was imported so far stays."""
        view = await self._call(importing.stop_import, import_id=ids.parse(self.card.id))
        self._show_card(ImportCard.of(view))
        return toast_success("Stopped. What was imported so far stays.")
