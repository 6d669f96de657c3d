"""`xobito workspace create`: a workspace and its owner without the set-up page."""

from __future__ import annotations

from typing import Annotated

import typer


def create(
    slug: Annotated[str, typer.Option(help="Short name in addresses: a-z, 0-9 and -.")],
    name: Annotated[str, typer.Option(help="Name people read, at most 60 characters.")],
    owner_name: Annotated[str, typer.Option(help="The owner's name.")],
    owner_email: Annotated[str, typer.Option(help="The owner's e-mail address.")],
    owner_password: Annotated[
        str, typer.Option(help="At least 8 characters; kept as it is when the person exists.")
    ],
    time_zone: Annotated[str, typer.Option(help="Like Europe/Madrid.")] = "UTC",
) -> None:
    """Make a workspace with its owner."""
    from xobito_app.cli.services import perform
    from xobito_app.features.workspaces import service as workspaces
    from xobito_app.persistence.unit_of_work import unit_of_work

    async def make() -> None:
        async with unit_of_work() as uow:
            await workspaces.create_workspace(
                uow,
                slug=slug,
                name=name,
                owner_name=owner_name,
                owner_email=owner_email,
                owner_password=owner_password,
                time_zone=time_zone,
            )

    perform(make)
    print(f"The workspace {slug} is ready; {owner_email} is its owner.")
