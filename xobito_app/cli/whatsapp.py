"""`xobito whatsapp connect`: connect an account as the Connect page does."""

from __future__ import annotations

from typing import Annotated

import typer


def connect(
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    waba_id: Annotated[str, typer.Option(help="WhatsApp Business Account id.")],
    phone_number_id: Annotated[str, typer.Option(help="Meta's id of the number.")],
    access_token: Annotated[str, typer.Option(help="System-user token.")],
    app_id: Annotated[str, typer.Option(help="App id.")],
    app_secret: Annotated[str, typer.Option(help="App secret.")],
    verify_token: Annotated[
        str, typer.Option(help="Any word; Meta repeats it. Made up when missing.")
    ] = "",
) -> None:
    """Connect a WhatsApp Business Account to a workspace. Xobito must be running."""
    from xobito_app.cli.services import perform
    from xobito_app.core.permissions import system_actor
    from xobito_app.features.connection import connecting
    from xobito_app.features.connection.schemas import ConnectionView, GivenCredentials
    from xobito_app.features.workspaces import service as workspaces
    from xobito_app.persistence.unit_of_work import unit_of_work

    given = GivenCredentials.read(
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        access_token=access_token,
        app_id=app_id,
        app_secret=app_secret,
        verify_token=verify_token,
    )

    async def join() -> ConnectionView:
        async with unit_of_work() as uow:
            workspace_id = await workspaces.find_workspace_id(uow.session, workspace)
        return await connecting.connect(system_actor(workspace_id, "Command line"), given)

    view = perform(join)
    print(f"Connected: {view.name or view.waba_id} to the workspace {workspace}.")
