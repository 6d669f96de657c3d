"""Files both ways: refused before they are stored, fetched until they come, seen by few."""

from __future__ import annotations

import stat
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from tests.fixtures import make_member, make_world
from tests.lines import Line
from tests.pictures import PDF, jpeg, recording, webp
from xobito_app.api.app import build_api
from xobito_app.core import clock
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.permissions import Actor
from xobito_app.features.accounts.cookies import session_cookie
from xobito_app.features.accounts.service import open_session
from xobito_app.features.inbox.composing.compose import send_media
from xobito_app.features.inbox.composing.message_actions import resend
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.receiving import fetch
from xobito_app.features.inbox.threads import retention
from xobito_app.features.inbox.threads.timeline import read_thread
from xobito_app.models.inbox import Media
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import limits


async def browser(actor: Actor) -> httpx.AsyncClient:
    """Return a client signed in as a person."""
    async with unit_of_work(actor.workspace_id) as uow:
        token = await open_session(
            uow.session, actor.user_id, actor.workspace_id, address="", browser=""
        )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build_api()),
        base_url="http://localhost:3000",
        cookies={session_cookie(): token},
    )


@pytest.fixture
async def http(line):
    async with await browser(line.world.owner) as client:
        yield client


async def upload(http, content: bytes, name="a.jpg", mime="image/jpeg", **query: str):
    return await http.post("/media", params=query, files={"file": (name, content, mime)})


def folder(line: Line) -> list[str]:
    place = files.folder_of(line.workspace_id)
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


async def row_of(line: Line, media_id) -> Media:
    async with unit_of_work(line.workspace_id) as uow:
        return await uow.session.get(Media, media_id)


async def test_a_picture_is_kept_privately_and_goes_out(line, http):
    content = jpeg(40, 30, orientation=6)
    answer = await upload(http, content, name="../holiday photo.jpg")
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    assert (stored["kind"], stored["mime"], stored["filename"]) == (
        "image",
        "image/jpeg",
        "holiday photo.jpg",
    )
    # Turned by its EXIF orientation, as browsers show it.
    assert (stored["width"], stored["height"]) == (30, 40)
    path = files.path_of(line.workspace_id, stored["id"])
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    order = line.order()
    entry = await line.do(send_media, order, media_id=stored["id"], caption="Look!")
    assert (await line.do(send_media, order, media_id=stored["id"])).id == entry.id
    assert (entry.kind, entry.body, entry.media.state) == ("image", "Look!", "stored")
    with pytest.raises(Invalid, match="already sent"):
        await line.do(send_media, line.order(), media_id=stored["id"])
    await line.dispatch()
    (sent,) = line.wire.sent
    assert sent["image"]["caption"] == "Look!"
    assert (await line.message(entry.id)).status in ("accepted", "sent", "delivered")
    assert (await row_of(line, entry.media.id)).meta_media_id == sent["image"]["id"]


async def test_an_upload_to_meta_is_used_again_while_meta_keeps_it(line, http):
    async def refuse_message(request, inner):
        if request.url.path.endswith("/messages"):
            return httpx.Response(400, json={"error": {"code": 131026, "message": "no"}})
        return None

    line.wire.trick = refuse_message
    stored = (await upload(http, PDF, "offer.pdf", "application/pdf")).json()
    entry = await line.do(send_media, line.order(), media_id=stored["id"])
    await line.dispatch()
    line.wire.trick = None
    again = await line.do(resend, message_id=entry.id)
    assert again.media.id != entry.media.id
    await line.dispatch()
    first, second = line.wire.sent
    assert first["document"] == second["document"]
    assert first["document"]["filename"] == "offer.pdf"
    uploads = [path for path in line.wire.paths if path.endswith("/media")]
    assert len(uploads) == 1
    copy = await row_of(line, again.media.id)
    await line.change(copy, meta_uploaded_at=clock.now() - timedelta(days=30))
    # The bytes are their own: clearing the first entry does not take them from the second.
    files.discard(line.workspace_id, entry.media.id)
    assert files.path_of(line.workspace_id, again.media.id).read_bytes() == PDF


async def test_a_failing_upload_is_tried_again_and_sends_once(line, http):
    async def busy_once(request, inner):
        if len(line.wire.paths) == 1:
            raise httpx.ReadTimeout("no answer", request=request)
        return

    line.wire.trick = busy_once
    stored = (await upload(http, jpeg())).json()
    line.wire.paths.clear()
    entry = await line.do(send_media, line.order(), media_id=stored["id"])
    await line.dispatch()
    assert (await line.message(entry.id)).status in ("accepted", "sent", "delivered")
    assert len(line.wire.sent) == 1


async def test_a_recording_goes_out_as_a_voice_message(line, http, tmp_path):
    content = recording(tmp_path / "voice", "webm", "libopus")
    answer = await upload(http, content, "blob", "audio/webm;codecs=opus", voice="1")
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    assert (stored["kind"], stored["mime"]) == ("audio", "audio/ogg")
    entry = await line.do(send_media, line.order(), media_id=stored["id"])
    assert entry.content["media"]["voice"]
    await line.dispatch()
    assert line.wire.sent[0]["audio"]["voice"] is True


@pytest.mark.parametrize(
    ("content", "name", "mime", "status", "words"),
    [
        (jpeg() + b"\0" * limits.IMAGE_BYTES, "big.jpg", "image/jpeg", 413, "5 MB"),
        (webp(300) + b"\0" * 200_000, "s.webp", "image/webp", 422, "100 KB"),
        (b"GIF89a" + b"\0" * 50, "a.gif", "image/gif", 422, "JPEG or PNG"),
        (b"<svg/>", "a.svg", "image/svg+xml", 422, "JPEG or PNG"),
        (b"MZ\0\0", "a.exe", "application/x-msdownload", 422, "does not take"),
        (b"<html>", "a.jpg", "image/jpeg", 422, "says it is"),
        (b"", "a.jpg", "image/jpeg", 422, "empty"),
    ],
    ids=["big", "sticker", "gif", "svg", "program", "disguise", "empty"],
)
async def test_what_whatsapp_refuses_is_refused_before_it_is_kept(
    line, http, content, name, mime, status, words
):
    answer = await upload(http, content, name, mime)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert folder(line) == []


async def test_a_body_that_is_too_long_is_not_even_read(line, http):
    async def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        yield b"Content-Type: image/jpeg\r\n\r\n"
        for _ in range(10_000):
            pieces.append(1)
            yield b"\0" * 65_536

    pieces: list[int] = []
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await http.post("/media", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert len(pieces) * 65_536 < limits.IMAGE_BYTES + 1_000_000
    announced = {**headers, "Content-Length": str(200 * limits.MEGABYTE)}
    answer = await http.post("/media", content=b"", headers=announced)
    assert (answer.status_code, "100 MB" in answer.text) == (413, True)
    assert folder(line) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "text/plain"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"rubbish", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=" + "x" * 300),
    ],
)
async def test_a_broken_upload_is_said_to_be_one(line, http, body, kind):
    answer = await http.post("/media", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422


def written(content: bytes) -> httpx.Request:
    """Return an upload as a browser writes it."""
    files = {"file": ("a.jpg", content, "image/jpeg")}
    sent = httpx.Request("POST", "/media", data={"note": "x"}, files=files)
    sent.read()
    return sent


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_a_file_is_the_same_however_it_is_cut_on_its_way(line, http, size):
    content = jpeg() + b"\r\n--\r\n-"
    sent = written(content)

    async def pieces():
        for start in range(0, len(sent.content), size):
            yield sent.content[start : start + size]

    headers = {"Content-Type": sent.headers["content-type"]}
    answer = await http.post("/media", content=pieces(), headers=headers)
    assert answer.status_code == 201, answer.text
    path = files.path_of(line.workspace_id, answer.json()["id"])
    assert path.read_bytes() == content


async def test_an_upload_without_its_end_is_not_taken_for_whole(line, http):
    sent = written(jpeg())
    headers = {"Content-Type": sent.headers["content-type"]}
    answer = await http.post("/media", content=sent.content[:-9], headers=headers)
    assert (answer.status_code, "broke off" in answer.text) == (422, True)
    assert folder(line) == []


async def test_one_file_is_taken_at_a_time(line, http):
    both = [("file", (name, jpeg(), "image/jpeg")) for name in ("a.jpg", "b.jpg")]
    answer = await http.post("/media", files=both)
    assert answer.json()["errors"] == {"file": ["Upload one file at a time."]}, answer.text
    assert folder(line) == []


async def test_what_stands_beside_a_file_is_limited_too(line, http):
    files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
    answer = await http.post("/media", data={"note": "x" * 70_000}, files=files)
    assert (answer.status_code, "form is too long" in answer.text) == (413, True)
    assert folder(line) == []


async def test_only_those_who_may_reply_upload_and_only_from_our_pages(line, http):
    viewer = await make_member(line.world, "Viewer")
    async with await browser(viewer) as client:
        assert (await upload(client, jpeg())).status_code == 403
    answer = await http.post(
        "/media",
        files={"file": ("a.jpg", jpeg(), "image/jpeg")},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    http.cookies.clear()
    assert (await upload(http, jpeg())).status_code == 401
    assert folder(line) == []


async def receive_picture(line: Line):
    """Let the customer send a picture and return the entry it became."""
    file = {"file": ("mine.jpg", jpeg(), "image/jpeg")}
    answer = await line.control.post(f"/wabas/{line.world.waba_id}/media", files=file)
    media_id = answer.json()["media_id"]
    known = await line.write(type="image", media_id=media_id, caption="mine")
    assert known == line.thread_id
    view = await line.do(read_thread, conversation_id=line.thread_id)
    return view.entries[-1]


async def test_a_file_survives_a_failed_first_download(line, http):
    async def broken_once(request, inner):
        if "attachments" in request.url.path and not tried:
            tried.append(1)
            return httpx.Response(500)
        return None

    tried: list[int] = []
    line.wire.trick = broken_once
    entry = await receive_picture(line)
    assert entry.media.state == "pending"
    assert (await http.get(f"/media/{entry.media.id}")).status_code == 404
    await fetch.fetch_due(line.workspace_id)
    row = await row_of(line, entry.media.id)
    assert (row.state, row.attempts, tried) == ("pending", 1, [1])
    assert row.next_try_at > clock.now()
    await line.change(row, next_try_at=clock.now())
    await fetch.fetch_due(line.workspace_id)
    row = await row_of(line, entry.media.id)
    assert (row.state, row.error) == ("stored", "")
    assert row.width
    assert row.sha256
    answer = await http.get(f"/media/{entry.media.id}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == row.mime
    assert len(answer.content) == row.size


async def test_after_a_week_a_file_is_given_up_until_somebody_asks(line):
    async def broken(request, inner):
        return httpx.Response(500)

    entry = await receive_picture(line)
    row = await row_of(line, entry.media.id)
    await line.change(row, created_at=clock.now() - timedelta(days=8))
    line.wire.trick = broken
    await fetch.fetch_due(line.workspace_id)
    row = await row_of(line, entry.media.id)
    assert (row.state, row.error) == ("failed", fetch.GAVE_UP)
    line.wire.trick = None
    await line.do(fetch.try_message_again, message_id=entry.id)
    await fetch.fetch_due(line.workspace_id)
    assert (await row_of(line, entry.media.id)).state == "stored"
    with pytest.raises(Invalid):
        await line.do(fetch.try_again, media_id=row.id)


async def test_a_damaged_file_is_not_kept(line):
    async def other_bytes(request, inner):
        if "attachments" in request.url.path:
            return httpx.Response(200, content=b"something else")
        return None

    line.wire.trick = other_bytes
    entry = await receive_picture(line)
    await fetch.fetch_due(line.workspace_id)
    assert (await row_of(line, entry.media.id)).state == "pending"
    assert folder(line) == []


async def test_files_are_seen_by_those_who_see_the_thread(line, http):
    entry = await receive_picture(line)
    await fetch.fetch_due(line.workspace_id)
    url = f"/media/{entry.media.id}"
    agent = await make_member(line.world, "Agent")
    async with await browser(agent) as client:
        assert (await client.get(url)).status_code == 200
        await line.change(await line.thread(), assignee_id=line.world.owner.user_id)
        assert (await client.get(url)).status_code == 404
        with pytest.raises(NotFound):
            await line.do(fetch.try_message_again, message_id=entry.id, actor=agent)
    async with await browser((await make_world()).owner) as client:
        assert (await client.get(url)).status_code == 404
        for guess in (uuid4(), "..", "x"):
            assert (await client.get(f"/media/{guess}")).status_code == 404
    http.cookies.clear()
    assert (await http.get(url)).status_code == 401


async def test_an_upload_is_its_owners_until_it_is_sent(line, http):
    stored = (await upload(http, jpeg())).json()
    manager = await make_member(line.world, "Manager")
    async with await browser(manager) as client:
        assert (await client.get(f"/media/{stored['id']}")).status_code == 404
        with pytest.raises(NotFound):
            await line.do(send_media, line.order(), media_id=stored["id"], actor=manager)
        assert (await http.get(f"/media/{stored['id']}")).status_code == 200
        await line.do(send_media, line.order(), media_id=stored["id"])
        assert (await client.get(f"/media/{stored['id']}")).status_code == 200


async def test_files_are_shown_or_handed_over_but_never_run(line, http):
    picture = (await upload(http, jpeg())).json()
    answer = await http.get(f"/media/{picture['id']}")
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"].startswith("private")
    part = await http.get(f"/media/{picture['id']}", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, answer.content[2:6])
    saved = await http.get(f"/media/{picture['id']}?download=1")
    assert saved.headers["content-disposition"].startswith("attachment")
    document = (await upload(http, PDF, "o.pdf", "application/pdf")).json()
    answer = await http.get(f"/media/{document['id']}")
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_page_sent_as_a_picture_is_not_served_as_one(line):
    assert fetch.true_type("image/jpeg", b"<html><script>") == "application/octet-stream"
    assert fetch.true_type("text/html", b"<html>") not in files.SHOWN_INLINE
    assert fetch.true_type("image/png", jpeg()) == "image/jpeg"
    assert fetch.true_type("audio/mp4", b"\0\0\0\x20ftypM4A \0\0") == "audio/mp4"


async def test_what_was_never_sent_goes_after_a_day(line, http):
    stored = (await upload(http, jpeg())).json()
    kept = (await upload(http, jpeg())).json()
    await line.change(
        await row_of(line, stored["id"]), created_at=clock.now() - timedelta(hours=25)
    )
    assert await retention.drop_unsent(line.workspace_id) == 1
    assert folder(line) == [kept["id"]]
