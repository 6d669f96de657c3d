"""Photos and logos: only pictures, small and square, seen by members only."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from tests.fixtures import make_member, make_world
from tests.pictures import PDF, jpeg, webp
from xobito_app.api.app import build_api
from xobito_app.features.accounts import service as accounts
from xobito_app.features.workspaces import pictures, team
from xobito_app.persistence.unit_of_work import unit_of_work


async def browser(actor) -> httpx.AsyncClient:
    """Return a client signed in as a person."""
    async with unit_of_work() as uow:
        token = await accounts.open_session(uow.session, actor.user_id, actor.workspace_id)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build_api()),
        base_url="http://localhost:3000",
        cookies={"xobito_session": token},
    )


def png(width: int, height: int) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (width, height), "blue").save(into, "PNG")
    return into.getvalue()


def stored() -> set[str]:
    folder = pictures.path_of("0" * 32).parent
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.mark.parametrize("content", [jpeg(400, 300), png(50, 90), webp(64)])
async def test_a_photo_is_cut_square_and_seen_by_colleagues(world, content):
    ana = await make_member(world, "Agent", "Ana")
    async with await browser(ana) as http:
        answer = await http.post("/pictures/me", files={"file": ("me.jpg", content)})
        assert answer.status_code == 200, answer.text
    async with await browser(world.owner) as http:
        shown = await http.get(f"/pictures/people/{ana.user_id}")
        assert shown.headers["content-type"] == "image/webp"
        assert "sandbox" in shown.headers["content-security-policy"]
        with Image.open(io.BytesIO(shown.content)) as image:
            assert image.size == (256, 256)
    async with unit_of_work(world.workspace_id) as uow:
        members = await team.list_members(uow.session, world.owner)
    picture = next(member.picture for member in members if member.user_id == ana.user_id)
    assert pictures.photo_url(ana.user_id, picture).startswith("/pictures/people/")


def test_a_photo_taken_sideways_is_turned_upright():
    into = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = Image.new("RGB", (40, 20), "red")
    sideways.paste("blue", (0, 0, 20, 20))
    sideways.save(into, "JPEG", exif=exif, quality=95)
    with Image.open(io.BytesIO(pictures.crop(into.getvalue()))) as image:
        assert "exif" not in image.info
        red, _, blue = image.convert("RGB").getpixel((128, 20))
        assert blue > red


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (PDF, 422, "PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "PNG, JPEG or WebP"),
        (jpeg()[:200], 422, "PNG, JPEG or WebP"),
        (b"", 422, "PNG, JPEG or WebP"),
        (png(8000, 6000), 422, "pixels"),
        (b"x" * (pictures.MOST_BYTES + 1), 413, "2 MB"),
    ],
)
async def test_what_is_no_small_picture_is_refused_and_not_kept(world, content, status, words):
    before = stored()
    async with await browser(world.owner) as http:
        answer = await http.post("/pictures/me", files={"file": ("me.png", content)})
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert stored() == before


async def test_another_photo_takes_the_place_of_the_last_and_removing_leaves_none(world):
    before = stored()
    async with await browser(world.owner) as http:
        for _ in range(2):
            await http.post("/pictures/me", files={"file": ("me.jpg", jpeg())})
        assert len(stored() - before) == 1
        assert (await http.delete("/pictures/me")).json() == {"picture": ""}
        assert stored() == before
        assert (await http.get(f"/pictures/people/{world.owner.user_id}")).status_code == 404


async def test_the_logo_is_for_those_who_edit_settings_and_seen_by_members(world):
    ana = await make_member(world, "Agent", "Ana")
    async with await browser(ana) as http:
        answer = await http.post("/pictures/workspace", files={"file": ("l.png", png(9, 9))})
        assert answer.status_code == 403
        assert (await http.get("/pictures/workspace")).status_code == 404
    async with await browser(world.owner) as http:
        answer = await http.post("/pictures/workspace", files={"file": ("l.png", png(9, 9))})
        assert answer.status_code == 200
    async with await browser(ana) as http:
        assert (await http.get("/pictures/workspace")).status_code == 200


async def test_strangers_see_no_pictures(world):
    async with await browser(world.owner) as http:
        await http.post("/pictures/me", files={"file": ("me.jpg", jpeg())})
    path = f"/pictures/people/{world.owner.user_id}"
    async with await browser((await make_world()).owner) as http:
        assert (await http.get(path)).status_code == 404
        assert (await http.get("/pictures/people/1")).status_code == 404
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build_api()), base_url="http://localhost:3000"
    ) as http:
        assert (await http.get(path)).status_code == 401
        assert (await http.post("/pictures/me")).status_code == 401


async def test_a_foreign_page_changes_no_picture(world):
    async with await browser(world.owner) as http:
        answer = await http.post(
            "/pictures/me",
            files={"file": ("me.jpg", jpeg())},
            headers={"Origin": "https://evil.example"},
        )
    assert answer.status_code == 403
