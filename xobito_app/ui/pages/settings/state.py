"""The workspace's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.threads import retention
from xobito_app.features.workspaces import service as workspaces
from xobito_app.features.workspaces.settings import WorkspaceSettings
from xobito_app.ui import forms
from xobito_app.ui.blocks import Form, PageFormState, PageState, QuestionState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.security import AppState, guarded_by, permitted

_SHARES = ("campaign_failures_percent", "campaign_opt_outs_percent")


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
    campaign_failures_percent: str = ""
    campaign_opt_outs_percent: str = ""
    campaign_failures_in_a_row: str = ""

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
            campaign_failures_percent=f"{settings.campaign_failures_percent:g}",
            campaign_opt_outs_percent=f"{settings.campaign_opt_outs_percent:g}",
            campaign_failures_in_a_row=str(settings.campaign_failures_in_a_row),
        )


@permitted(view=Permission.SETTINGS_VIEW, edit=Permission.SETTINGS_EDIT)
class SettingsState(PageState, PageFormState, QuestionState, AppState):
    """What the workspace has set, and what was wrong with the last try to change it."""

    settings: rx.Field[SettingsRow] = rx.field(default_factory=SettingsRow)
    kept_days: rx.Field[str] = rx.field("")

    async def _read(self, viewer: Viewer) -> None:
        workspace_id = viewer.actor.workspace_id
        async with self._transaction() as session:
            workspace = await workspaces.get_workspace(session, workspace_id)
            settings = await workspaces.load_settings(session, workspace_id)
        self.settings = SettingsRow.of(workspace, settings)
        self.kept_days, self.errors = self.settings.clear_history_after_days, {}

    @rx.event
    @guarded_by("edit")
    async def save_workspace(self, form: Form):
        """Change name, time zone and country."""
        given = {name: forms.text(form, name) for name in ("name", "time_zone", "country")}
        renaming = self._call(workspaces.rename_workspace, **given)
        return await self._submit("workspace", renaming)

    @rx.event
    @guarded_by("edit")
    async def save_inbox(self, form: Form):
        """Change how the inbox assigns, who may reply, and what bots do."""
        changes: dict[str, Any] = {
            "reply_only_assigned": forms.is_on(form, "reply_only_assigned"),
            "auto_lead": forms.is_on(form, "auto_lead"),
            "auto_assign": forms.text(form, "auto_assign"),
            "stop_bot_keywords": forms.text(form, "stop_bot_keywords"),
            "bots_resume_after_hours": forms.text(form, "bots_resume_after_hours") or "24",
            "opt_out_keywords": forms.text(form, "opt_out_keywords"),
        }
        return await self._submit("inbox-settings", self._change(changes))

    @rx.event
    @guarded_by("edit")
    async def save_history(self, form: Form):
        """Change after how many days messages lose their content."""
        days = forms.text(form, "clear_history_after_days").strip() or "0"
        saving = self._change({"clear_history_after_days": days})
        answer = await self._submit("history-settings", saving)
        if not self.errors:
            self.kept_days = "" if days == "0" else days
        return answer

    @rx.event
    @guarded_by("edit")
    async def save_campaigns(self, form: Form):
        """Change when a campaign pauses by itself."""
        # People type a share with a comma too.
        shares = {name: forms.text(form, name).strip().replace(",", ".") for name in _SHARES}
        in_a_row = forms.text(form, "campaign_failures_in_a_row").strip()
        saving = self._change({**shares, "campaign_failures_in_a_row": in_a_row})
        return await self._submit("campaign-settings", saving)

    async def _change(self, changes: dict[str, Any]) -> None:
        await self._call(workspaces.save_settings, changes)

    @rx.event
    @guarded_by("edit")
    async def clear_now(self):
        """Clear what is older than the workspace keeps it, without waiting for the night."""
        await self._call(retention.ask_to_clear)
        self.question = ""
        return toast_success("Old messages are being cleared.")
