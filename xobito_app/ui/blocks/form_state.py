"""A form in a dialog: new or known, what is wrong with each field, and asking before deleting."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.ui import browser, forms
from xobito_app.ui.components import conceal, reveal, toast_success
from xobito_app.ui.failures import field_errors, tell_failure
from xobito_app.ui.security import AppState, guarded_by

Form = dict[str, Any]
_NAME_LIMIT = 200


def show_errors() -> Event:
    """Return the event that shows a form's errors anew and goes to the first one."""
    return browser.call("xobito.showErrors")


class QuestionState(AppState, mixin=True):
    """Asking before something that cannot be undone: which question, about what."""

    question: rx.Field[str] = rx.field("")
    asked_id: rx.Field[str] = rx.field("")
    asked_name: rx.Field[str] = rx.field("")

    @rx.event
    @guarded_by("edit", "delete")
    async def ask(self, question: str, row_id: str, name: str):
        """Open a question about a row."""
        self.question, self.asked_id, self.asked_name = question, row_id, name[:_NAME_LIMIT]

    @rx.event
    @guarded_by("edit", "delete")
    async def dismiss(self, _is_open: bool):
        """Leave everything as it is."""
        self.question = ""

    def _answered(self) -> UUID:
        """Close the question and return what it was about.

        Raises:
            NotFound: Nothing was asked.
        """
        asked, self.question, self.asked_id = self.asked_id, "", ""
        return ids.parse(asked)


class FormState(AppState, mixin=True):
    """The form of one row, in a dialog.

    A form gives `_save`, and `_values` where rows are changed.

    Attributes:
        listed: The list that shows the rows, read anew after each change.
        saved_words: What is said when it is saved.
    """

    listed: ClassVar[Any] = None
    saved_words: ClassVar[str] = "Saved."

    is_open: rx.Field[bool] = rx.field(False)
    is_busy: rx.Field[bool] = rx.field(False)
    # Empty for a new row.
    row_id: rx.Field[str] = rx.field("")
    values: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    # Changes with each opening, so that the fields begin anew.
    opened: rx.Field[int] = rx.field(0)

    async def _values(self, row_id: UUID | None) -> Mapping[str, str]:
        """Return what stands in the fields at first: of a row, or of a new one."""
        return {}

    async def _save(self, row_id: UUID | None, form: Form) -> Any:
        """Create or change the row. Given by the form; what it returns goes to `_saved`."""
        raise NotImplementedError

    def _reload(self) -> list[Any]:
        return [self.listed.load] if self.listed else []

    def _saved(self, _result: Any) -> list[Any]:
        """Return what happens in the browser once it is saved."""
        return [toast_success(self.saved_words), *self._reload()]

    def _show_errors(self, errors: dict[str, str]) -> None:
        self.errors = errors

    async def _keep(self, row_id: UUID | None, form: Form) -> Any:
        """Save in one transaction; a form whose service opens its own replaces this."""
        async with self._transaction():
            return await self._save(row_id, form)

    async def _open(self, row_id: UUID | None) -> None:
        async with self._transaction():
            values = await self._values(row_id)
        self.values, self.row_id = dict(values), str(row_id or "")
        self.errors, self.is_busy, self.is_open = {}, False, True
        self.opened += 1

    @rx.event
    @guarded_by("create")
    async def write_new(self):
        """Begin a new row."""
        await self._open(None)

    @rx.event
    @guarded_by("edit")
    async def edit(self, row_id: str):
        """Open a row for change."""
        await self._open(ids.parse(row_id))

    @rx.event
    @guarded_by("create", "edit")
    async def set_open(self, is_open: bool):
        """Close the form."""
        self.is_open = is_open

    @rx.event
    @guarded_by("create", "edit")
    async def save(self, form: dict[str, Any]):
        """Save what is written, or say at each field what is wrong with it."""
        # The second of two quick presses finds the form closed and makes no second row.
        if not self.is_open:
            return
        self.is_busy = True
        yield
        try:
            result = await self._keep(ids.parse(self.row_id) if self.row_id else None, form)
        except AppError as error:
            self.is_busy = False
            if isinstance(error, Invalid):
                self._show_errors(field_errors(error))
                yield show_errors()
            else:
                yield tell_failure(error)
            return
        self.is_busy = self.is_open = False
        self.errors = {}
        yield self._saved(result)


class RowFormState(FormState, QuestionState, mixin=True):
    """The form of rows that can be deleted too, after a question.

    A form gives `_delete` as well.

    Attributes:
        deleted_words: What is said when a row is deleted.
    """

    deleted_words: ClassVar[str] = "Deleted."

    async def _delete(self, row_id: UUID) -> None:
        """Delete the row that was asked about. Given by the form."""
        raise NotImplementedError

    @rx.event
    @guarded_by("delete")
    async def delete(self):
        """Delete the row that was asked about."""
        await self._delete(self._answered())
        return [toast_success(self.deleted_words), *self._reload()]


class PageFormState(AppState, mixin=True):
    """Forms that stand on a page, not in a dialog, and stay there when they are saved."""

    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    async def _submit(
        self, form_id: str, saving: Awaitable[Any], words: str = "Saved."
    ) -> list[Event]:
        """Save, or say at each field what is wrong; return what happens in the browser."""
        try:
            await saving
        except Invalid as error:
            self.errors = field_errors(error)
            return [show_errors()]
        self.errors = {}
        return forms.saved(form_id, words)


class SecretState(AppState, mixin=True):
    """A secret that is shown once. It goes to the page alone, never into the state.

    Attributes:
        secret: The name under which the page knows it.
    """

    secret: ClassVar[str] = ""

    is_secret_shown: rx.Field[bool] = rx.field(False)

    def _reveal(self, secret: str) -> Event:
        self.is_secret_shown = True
        return reveal(self.secret, secret)

    @rx.event
    @guarded_by("create", "edit")
    async def forget_secret(self, _is_open: bool):
        """Take the secret off the screen; it cannot be shown again."""
        self.is_secret_shown = False
        return conceal(self.secret)
