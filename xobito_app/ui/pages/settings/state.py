"""The workspace's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.threads import retention
from xobito_app.features.workspaces import service as workspaces
from xobito_app.features.workspaces.settings import WorkspaceSettings
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """The settings as the forms show them."""

    name: str = ""
    slug: str = ""
    time_zone: str = "UTC"
    country: str = ""
    reply_only_assigned: bool = False
    auto_lead: bool = True
    auto_assign: str = "off"
    stop_bot_keywords: str = ""
    bots_resume_after_hours: str = ""
    opt_out_keywords: str = ""
    clear_history_after_days: str = ""

    @classmethod
    def of(cls, workspace: Any, settings: WorkspaceSettings) -> SettingsRow:
        """Format a workspace and its settings."""
        days = settings.clear_history_after_days
        return cls(
            name=workspace.name,
            slug=workspace.slug,
            time_zone=workspace.time_zone,
            country=workspace.country,
            reply_only_assigned=settings.reply_only_assigned,
            auto_lead=settings.auto_lead,
            auto_assign=settings.auto_assign,
            stop_bot_keywords=", ".join(settings.stop_bot_keywords),
            bots_resume_after_hours=str(settings.bots_resume_after_hours),
            opt_out_keywords=", ".join(settings.opt_out_keywords),
            clear_history_after_days=str(days) if days else "",
        )


class SettingsState(AppState):
    """What the workspace has set, and what was wrong with the last try to change it."""

    settings: rx.Field[SettingsRow] = rx.field(default_factory=SettingsRow)
    may_edit: rx.Field[bool] = rx.field(False)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    kept_days: rx.Field[str] = rx.field("")
    asks_to_clear: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.SETTINGS_VIEW)
    async def load(self):
        """Read the settings."""
        actor = await self._actor(Permission.SETTINGS_VIEW)
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                workspace = await workspaces.get_workspace(uow.session, actor.workspace_id)
                settings = await workspaces.read_settings(uow.session, actor.workspace_id)
        except AppError as error:
            self.stage, self.problem = "failed", error.message
            return
        self.settings = SettingsRow.of(workspace, settings)
        self.may_edit = actor.can(Permission.SETTINGS_EDIT)
        self.kept_days = self.settings.clear_history_after_days
        self.errors, self.stage = {}, "ready"

    @rx.event
    @guarded(Permission.SETTINGS_EDIT)
    async def save_workspace(self, form: dict[str, Any]):
        """Change name, time zone and country."""
        actor = await self._actor(Permission.SETTINGS_EDIT)
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await workspaces.rename_workspace(
                    uow.session,
                    actor,
                    name=forms.text(form, "name"),
                    time_zone=forms.text(form, "time_zone"),
                    country=forms.text(form, "country"),
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.errors = {}
        return forms.saved("workspace")

    @rx.event
    @guarded(Permission.SETTINGS_EDIT)
    async def save_inbox(self, form: dict[str, Any]):
        """Change how the inbox assigns, who may reply, and what bots do."""
        changes = {
            "reply_only_assigned": forms.is_on(form, "reply_only_assigned"),
            "auto_lead": forms.is_on(form, "auto_lead"),
            "auto_assign": forms.text(form, "auto_assign"),
            "stop_bot_keywords": forms.text(form, "stop_bot_keywords"),
            "bots_resume_after_hours": forms.text(form, "bots_resume_after_hours") or "24",
            "opt_out_keywords": forms.text(form, "opt_out_keywords"),
        }
        return await self._save("inbox-settings", changes)

    @rx.event
    @guarded(Permission.SETTINGS_EDIT)
    async def save_history(self, form: dict[str, Any]):
        """Change after how many days messages lose their content."""
        days = forms.text(form, "clear_history_after_days").strip() or "0"
        answer = await self._save("history-settings", {"clear_history_after_days": days})
        if not self.errors:
            self.kept_days = "" if days == "0" else days
        return answer

    @rx.event
    @guarded(Permission.SETTINGS_EDIT)
    async def ask_to_clear(self):
        """Ask before anything is deleted for good."""
        self.asks_to_clear = True

    @rx.event
    @guarded(Permission.SETTINGS_EDIT)
    async def set_asks_to_clear(self, is_open: bool):
        """Close the question."""
        self.asks_to_clear = bool(is_open)

    @rx.event
    @guarded(Permission.SETTINGS_EDIT)
    async def clear_now(self):
        """Clear what is older than the workspace keeps it, without waiting for the night."""
        actor = await self._actor(Permission.SETTINGS_EDIT)
        async with unit_of_work(actor.workspace_id) as uow:
            await retention.ask_to_clear(uow.session, actor)
        self.asks_to_clear = False
        return toast_success("Old messages are being cleared.")

    async def _save(self, form_id: str, changes: dict[str, Any]):  # noqa: ANN202
        actor = await self._actor(Permission.SETTINGS_EDIT)
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await workspaces.save_settings(uow.session, actor, changes)
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.errors = {}
        return forms.saved(form_id)
