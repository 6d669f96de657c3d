"""Makes an installation ready for campaigns; run inside it, prints a token of the REST API.

`python -m tests.e2e.fire.prepare '{"campaign_opt_outs_percent": 100}'`: settings of the workspace.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from xobito_app import registry
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.features.connection import service as connection
from xobito_app.features.templates.sync import sync_templates
from xobito_app.features.tokens import service as tokens
from xobito_app.features.workspaces import service as workspaces
from xobito_app.persistence.engine import dispose
from xobito_app.persistence.unit_of_work import unit_of_work


async def prepare(settings: dict[str, Any]) -> dict[str, str]:
    async with unit_of_work() as uow:
        (workspace_id,) = await workspaces.list_workspace_ids(uow.session)
    actor = system_actor(WorkspaceId(workspace_id), "Fire")
    await connection.sync(workspace_id)
    await sync_templates(workspace_id)
    async with unit_of_work(workspace_id) as uow:
        await workspaces.save_settings(uow.session, actor, settings)
        _, token = await tokens.create_token(
            uow.session, actor, name="Fire", abilities=registry.abilities(), rate_limit=0
        )
        workspace = await workspaces.get_workspace(uow.session, workspace_id)
        slug = workspace.slug
    await dispose()
    return {"token": token, "slug": slug, "workspace_id": str(workspace_id)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(prepare(json.loads(sys.argv[1])))))
