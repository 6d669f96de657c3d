"""`xobito token create`: a key to the REST API."""

from __future__ import annotations

from typing import Annotated

import typer


def create(
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    name: Annotated[str, typer.Option(help="What it is for, at most 60 characters.")],
    all_abilities: Annotated[bool, typer.Option("--all", help="Every ability.")] = False,
    ability: Annotated[
        list[str] | None, typer.Option(help="Like contacts.read; may be repeated.")
    ] = None,
    rate_limit: Annotated[int, typer.Option(help="Requests a minute; 0 is unlimited.")] = 60,
) -> None:
    """Make a token for the REST API and print it, this once.

    It may do all that its abilities say: unlike one made in the app, it is bounded by nobody's
    role, and it goes on when people leave.
    """
    from xobito_app import registry
    from xobito_app.cli.services import perform
    from xobito_app.core.errors import Invalid
    from xobito_app.core.permissions import system_actor
    from xobito_app.features.tokens import service
    from xobito_app.features.workspaces import service as workspaces
    from xobito_app.persistence.unit_of_work import unit_of_work

    if all_abilities == bool(ability):
        raise Invalid("Say what it may: --all, or --ability once for each.")

    async def make() -> str:
        async with unit_of_work() as uow:
            workspace_id = await workspaces.find_workspace_id(uow.session, workspace)
            await uow.enter(workspace_id)
            _, token = await service.create_token(
                uow.session,
                system_actor(workspace_id, "Command line"),
                name=name,
                abilities=registry.abilities() if all_abilities else ability or [],
                rate_limit=rate_limit,
            )
        return token

    # Alone on standard output, for `token=$(xobito token create …)`.
    print(perform(make))
