"""`xobito doctor`: the checks of the Doctor page in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from xobito_app.features.doctor.rules import Check

_MARKS = {"ok": "ok  ", "warning": "warn", "failed": "FAIL", "skipped": "-   "}


def doctor(
    workspace: Annotated[str, typer.Option(help="Only this workspace, by its slug.")] = "",
) -> None:
    """Check everything the link to WhatsApp depends on; exits with 1 when something fails."""
    from xobito_app.cli.services import perform

    results = perform(lambda: _examine(workspace))
    has_failed = False
    for name, checks in results.items():
        print(name)
        for check in checks:
            has_failed |= check.verdict == "failed"
            print(f"  {_MARKS[check.verdict]}  {check.title}: {check.line}")
            if check.fix:
                print(f"        {check.fix}")
    if has_failed:
        raise typer.Exit(1)


async def _examine(slug: str) -> dict[str, tuple[Check, ...]]:
    from xobito_app.core.errors import Invalid
    from xobito_app.core.permissions import system_actor
    from xobito_app.features.doctor import service as checks
    from xobito_app.features.workspaces import service as workspaces
    from xobito_app.persistence.unit_of_work import unit_of_work

    async with unit_of_work() as uow:
        slugs = [slug] if slug else await workspaces.list_slugs(uow.session)
        found = {name: await workspaces.find_workspace_id(uow.session, name) for name in slugs}
    if not found:
        raise Invalid("There is no workspace yet; make one with `xobito workspace create`.")
    ages = await _lane_ages()
    return {
        name: await checks.examine(system_actor(workspace_id), lane_ages=ages)
        for name, workspace_id in found.items()
    }


async def _lane_ages() -> Mapping[str, float | None] | None:
    from redis.exceptions import RedisError

    from xobito_app.jobs.heartbeats import read_ages
    from xobito_app.persistence.redis import redis_client

    try:
        return await read_ages(redis_client())
    except (RedisError, OSError, ValueError):
        return None
