"""One press of Send: words and files become messages in order, all of them or none, once."""

from __future__ import annotations

import shutil
from uuid import UUID

import pytest

from tests.fixtures import make_member
from tests.lines import Line
from tests.pictures import PDF, jpeg, recording
from xobito_app.core import ids
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.features.inbox.composing.bundle import Attachment, send_bundle
from xobito_app.features.inbox.media import files


async def upload(line: Line, content: bytes, mime: str, name: str) -> UUID:
    """Put a file where the upload endpoint would."""
    media_id = ids.new()
    with files.draft(line.workspace_id) as path:
        path.write_bytes(content)
        facts = files.examine(path)
        files.keep(path, line.workspace_id, media_id)
    await line.do(files.add_upload, media_id=media_id, facts=facts, mime=mime, filename=name)
    return media_id


async def picture(line: Line) -> UUID:
    return await upload(line, jpeg(), "image/jpeg", "kitchen.jpg")


def said(entries) -> list[tuple[str, str]]:
    return [(entry.kind, entry.body) for entry in entries]


async def test_words_become_the_caption_of_the_first_file_that_can_have_one(line):
    first, second = await picture(line), await upload(line, PDF, "application/pdf", "plan.pdf")
    entries = await line.do(
        send_bundle,
        line.order(),
        body="Our offer",
        attachments=[Attachment(first), Attachment(second, "The plan")],
    )
    assert said(entries) == [("image", "Our offer"), ("document", "The plan")]


async def test_words_go_first_where_there_is_no_room_for_them(line, tmp_path):
    recording(tmp_path / "voice.ogg", "ogg", "libopus")
    sound = await upload(line, (tmp_path / "voice.ogg").read_bytes(), "audio/ogg", "note.ogg")
    own = await picture(line)
    entries = await line.do(
        send_bundle, line.order(), body="Listen", attachments=[Attachment(sound)]
    )
    assert said(entries) == [("text", "Listen"), ("audio", "")]
    entries = await line.do(
        send_bundle, line.order(), body="Look", attachments=[Attachment(own, "Mine")]
    )
    assert said(entries) == [("text", "Look"), ("image", "Mine")]


async def test_words_too_long_for_a_caption_are_a_message_of_their_own(line):
    entries = await line.do(
        send_bundle, line.order(), body="x" * 1025, attachments=[Attachment(await picture(line))]
    )
    assert [entry.kind for entry in entries] == ["text", "image"]


async def test_pressing_twice_sends_once(line):
    order, photo = line.order(), Attachment(await picture(line))
    first = await line.do(send_bundle, order, body="Hi", attachments=[photo])
    again = await line.do(send_bundle, order, body="Hi", attachments=[photo])
    assert [entry.id for entry in again] == [entry.id for entry in first]
    assert len(await line.outgoing()) == 1


async def test_one_bad_file_holds_all_back(line):
    good, gone = await picture(line), ids.new()
    with pytest.raises(NotFound):
        await line.do(
            send_bundle,
            line.order(),
            body="Two",
            attachments=[Attachment(good), Attachment(gone)],
        )
    assert await line.outgoing() == []


async def test_only_the_first_message_answers_the_quoted_one(line):
    first = (await line.do(send_bundle, line.order(), body="One"))[0]
    await line.dispatch()
    photo, other = await picture(line), await picture(line)
    entries = await line.do(
        send_bundle,
        line.order(reply_to_id=first.id),
        body="",
        attachments=[Attachment(photo), Attachment(other)],
    )
    assert [entry.quote is not None for entry in entries] == [True, False]


async def test_too_many_files_and_nothing_at_all_are_refused(line):
    with pytest.raises(Invalid, match="10 files"):
        await line.do(
            send_bundle,
            line.order(),
            body="",
            attachments=[Attachment(ids.new()) for _ in range(11)],
        )
    with pytest.raises(Invalid, match="empty"):
        await line.do(send_bundle, line.order(), body="  ")


async def test_nobody_sends_what_a_colleague_attached(line):
    agent = await make_member(line.world, "Agent")
    photo = await picture(line)
    with pytest.raises(NotFound):
        await line.do(
            send_bundle, line.order(), body="", attachments=[Attachment(photo)], actor=agent
        )
    shutil.rmtree(files.folder_of(line.workspace_id))
