"""Mail over SMTP: what a real server receives, and what becomes of what it refuses."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import col, select

from tests.fixtures import PASSWORD
from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.features.accounts import security
from xobito_app.features.mail import dispatch, rules, service
from xobito_app.features.workspaces import invitations, team
from xobito_app.models.mail import MailState, OutgoingMail
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import Settings

ANYBODY = "newcomer@example.com"
# The test server tells every step it takes.
logging.getLogger("mail.log").setLevel(logging.WARNING)


class PostOffice:
    """A server that keeps what it takes, or answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.answer


@pytest.fixture
def post_office(setting) -> Iterator[PostOffice]:
    """A mail server on this machine that the installation is told of."""
    office = PostOffice()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    setting(SMTP_URL=f"smtp://127.0.0.1:{port}?from=Bloom <inbox@bloom.example>")
    yield office
    controller.stop()


@pytest.fixture(autouse=True)
async def empty_tray() -> None:
    """Mail belongs to no workspace: what other tests left lying goes first."""
    async with unit_of_work() as uow:
        for mail in await uow.session.exec(select(OutgoingMail)):
            await uow.session.delete(mail)


async def newest() -> OutgoingMail:
    async with unit_of_work() as uow:
        statement = select(OutgoingMail).order_by(col(OutgoingMail.id).desc()).limit(1)
        return (await uow.session.exec(statement)).one()


async def invite(world) -> str:
    async with unit_of_work(world.workspace_id) as uow:
        role = (await team.list_roles(uow.session, world.owner))[0]
        return await invitations.invite(uow.session, world.owner, email=ANYBODY, role_id=role.id)


async def test_an_invitation_goes_out_once_and_its_text_is_forgotten(world, post_office):
    token = await invite(world)
    stored = await newest()
    assert token not in stored.text_sealed
    await dispatch.send_due()
    await dispatch.send_due()
    (mail,) = post_office.taken
    assert (mail["To"], mail["From"]) == (ANYBODY, "Bloom <inbox@bloom.example>")
    assert mail["Message-ID"] == f"<{stored.id}@bloom.example>"
    assert f"/join#{token}" in mail.get_content()
    sent = await newest()
    assert (sent.state, sent.text_sealed) == (MailState.SENT, "")


async def test_a_reset_is_mailed_to_whom_it_concerns_and_to_nobody_else(world, post_office):
    async with unit_of_work() as uow:
        for email in (world.email.upper(), "nobody@example.com"):
            assert await security.request_reset(uow.session, email=email, address="10.1.1.1") == 0
    await dispatch.send_due()
    (mail,) = post_office.taken
    assert mail["To"] == world.email
    link = re.search(r"/reset#(\S+)", mail.get_content())
    assert link
    async with unit_of_work() as uow:
        assert await security.find_reset_email(uow, token=link[1]) == world.email


async def test_asking_again_and_again_slows_down(world, post_office):
    async with unit_of_work() as uow:
        waits = [
            await security.request_reset(uow.session, email=world.email, address=str(ids.new()))
            for _ in range(6)
        ]
    assert waits[0] == 0
    assert waits[-1] > 0


async def test_a_busy_server_is_asked_again_and_a_refusal_is_final(world, post_office, monkeypatch):
    await invite(world)
    post_office.answer = "451 later"
    await dispatch.send_due()
    waiting = await newest()
    assert (waiting.state, waiting.problem) == (MailState.QUEUED, "The mail server answered 451.")
    await dispatch.send_due()
    assert (await newest()).attempts == 1
    later = clock.now() + rules.pause_after(1) * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    post_office.answer = "550 no"
    await dispatch.send_due()
    failed = await newest()
    assert (failed.state, failed.attempts) == (MailState.FAILED, 2)
    async with unit_of_work() as uow:
        assert await service.last_problem(uow.session) == "The mail server answered 550."


async def test_a_worker_that_died_with_a_mail_lets_it_go_out_under_the_same_id(
    world, post_office, monkeypatch
):
    await invite(world)
    (claimed,) = await dispatch.claim(5)
    await dispatch.send_due()
    assert post_office.taken == []
    later = clock.now() + rules.LEASE * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    await dispatch.send_due()
    (mail,) = post_office.taken
    assert mail["Message-ID"].startswith(f"<{claimed.row.id}@")


async def test_without_a_server_nothing_is_queued_and_the_page_says_so(world, http):
    await invite(world)
    async with unit_of_work() as uow:
        assert (await uow.session.exec(select(OutgoingMail))).all() == []
    answer = await http.post(
        "/auth/forgot", data={"email": world.email}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert "sends no mail" in answer.json()["problem"]


async def test_the_door_says_the_same_to_everybody(world, http, post_office):
    for email in (world.email, "nobody@example.com"):
        answer = await http.post(
            "/auth/forgot", data={"email": email}, headers={"Accept": "application/json"}
        )
        assert answer.json() == {"location": "/sign-in?problem=mailed"}
    await dispatch.send_due()
    assert [mail["To"] for mail in post_office.taken] == [world.email]
    assert PASSWORD not in str(post_office.taken[0])


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "is_wrapped", "sender"),
    [
        ("smtp://mail.example", "mail.example", 25, "", False, "Xobito <xobito@inbox.example>"),
        ("smtp://a%40b.ex:p%20w@h:2525", "h", 2525, "a@b.ex", False, "Xobito <a@b.ex>"),
        ("smtps://u:p@h?from=x@y.example", "h", 465, "u", True, "Xobito <x@y.example>"),
        ("smtp://u:p@h?from=Bloom%20<x@y.example>", "h", 587, "u", False, "Bloom <x@y.example>"),
    ],
)  # fmt: skip
def test_smtp_urls(url, host, port, user, is_wrapped, sender):
    server = rules.read_smtp_url(url, fallback_host="inbox.example")
    assert (server.host, server.port, server.user) == (host, port, user)
    assert (server.is_wrapped, server.sender) == (is_wrapped, sender)
    assert "p w" not in repr(server)


@pytest.mark.parametrize("url", ["mail.example", "http://mail", "smtp://", "smtp://h:port"])
def test_what_is_no_smtp_url_is_said_without_repeating_it(url):
    with pytest.raises(Invalid) as refused:
        rules.read_smtp_url(url, fallback_host="h")
    assert refused.value.message == rules.SHAPE


def test_settings_do_not_show_the_password():
    assert "s3cret" not in repr(Settings(SMTP_URL="smtp://u:s3cret@h"))  # pyright: ignore
