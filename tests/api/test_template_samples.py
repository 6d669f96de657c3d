"""Examples of template headers: what Meta takes, kept for those who write, shown to members."""

from datetime import timedelta

import pytest

from tests.api.test_pictures import browser
from tests.features.templates.desk import PNG, body_of
from tests.fixtures import make_member, make_world
from tests.pictures import PDF
from xobito_app.core import clock
from xobito_app.features.templates import samples
from xobito_app.features.templates.repository import SampleRepository
from xobito_app.features.templates.writing import drafts
from xobito_app.persistence.unit_of_work import unit_of_work

OWN = {"Origin": "http://localhost:3000"}


async def _attach(actor, content=PNG, mime="image/png", headers=OWN):
    async with await browser(actor) as client:
        files = {"file": ("a.png", content, mime)}
        return await client.post("/template-samples", files=files, headers=headers)


async def _show(actor, sample_id):
    async with await browser(actor) as client:
        return await client.get(f"/template-samples/{sample_id}")


async def test_a_file_is_attached_and_shown(world):
    answer = await _attach(world.owner)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["mime"], told["size"], told["filename"]) == ("image/png", len(PNG), "a.png")
    shown = await _show(await make_member(world, "Viewer"), told["id"])
    assert (shown.status_code, shown.content) == (200, PNG)
    assert shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await _attach(world.owner, PDF, "application/pdf")).status_code == 201


@pytest.mark.parametrize(
    ("content", "mime"),
    [(PNG, "image/gif"), (b"text", "text/plain"), (b"no png", "image/png"), (b"", "image/png")],
)
async def test_what_meta_does_not_take_is_refused_and_not_kept(world, content, mime):
    assert (await _attach(world.owner, content, mime)).status_code == 422
    folder = samples.folder_of(world.workspace_id)
    assert not folder.is_dir() or list(folder.iterdir()) == []


async def test_strangers_readers_and_foreign_pages_get_nowhere(world):
    viewer = await make_member(world, "Viewer")
    assert (await _attach(viewer)).status_code == 403
    foreign = await _attach(world.owner, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    sample_id = (await _attach(world.owner)).json()["id"]
    assert (await _show((await make_world()).owner, sample_id)).status_code == 404
    assert (await _show(world.owner, "nonsense")).status_code == 404


async def _age(world, sample_id) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        row = await SampleRepository(uow.session, world.workspace_id).get(sample_id)
        row.created_at = clock.now() - timedelta(days=2)
        uow.session.add(row)


async def test_what_no_template_shows_goes_after_a_day(world):
    ids = [(await _attach(world.owner)).json()["id"] for _ in range(3)]
    used, unused, fresh = ids
    for sample_id in (used, unused):
        await _age(world, sample_id)
    header = {
        "type": "HEADER",
        "format": "IMAGE",
        "example": {"header_handle": [f"sample:{used}"]},
    }
    async with unit_of_work(world.workspace_id) as uow:
        body = body_of(components=[header, *body_of()["components"]])
        view = await drafts.start_draft(uow.session, world.owner, body=body)
    assert view.problems == ()
    assert await samples.drop_unused(world.workspace_id) == 1
    kept = {path.name for path in samples.folder_of(world.workspace_id).iterdir()}
    assert kept == {used, fresh}
