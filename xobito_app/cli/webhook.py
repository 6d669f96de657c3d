"""`xobito webhook set`: tell another system about contacts, statuses and sources."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def set_webhook(
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    url: Annotated[str, typer.Option(help="Where events are posted to.")],
    all_events: Annotated[bool, typer.Option("--all", help="All nine events.")] = False,
    event: Annotated[
        list[str] | None, typer.Option(help="Like contact.created; may be repeated.")
    ] = None,
) -> None:
    """Set a workspace's webhook anew and print its signing secret, this once."""
    from xobito_app.cli.services import perform
    from xobito_app.core.errors import Invalid
    from xobito_app.core.permissions import system_actor
    from xobito_app.features.webhooks import rules, service
    from xobito_app.features.webhooks.schemas import Configured
    from xobito_app.features.workspaces import service as workspaces
    from xobito_app.persistence.unit_of_work import unit_of_work

    if all_events == bool(event):
        raise Invalid("Say which events: --all, or --event once for each.")

    async def save() -> Configured:
        async with unit_of_work() as uow:
            workspace_id = await workspaces.find_workspace_id(uow.session, workspace)
        actor = system_actor(workspace_id, "Command line")
        events = rules.EVENTS if all_events else event or []
        return await service.configure(actor, url=url, events=events, renew=True)

    done = perform(save)
    if done.warning:
        print(f"xobito: {done.warning} Saved all the same.", file=sys.stderr)
    # Alone on standard output, for `secret=$(xobito webhook set …)`.
    print(done.secret)
