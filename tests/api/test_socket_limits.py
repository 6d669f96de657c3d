"""What one address and one socket may ask of a web process."""

import asyncio

import pytest

from tests.ui.tabs import sign_in
from xobito_app.api import sockets
from xobito_app.api.callers import is_signed_in
from xobito_app.api.sockets import ANONYMOUS, SIGNED_IN, SocketLimits


class Socket:
    """One websocket into `SocketLimits`, whose application reads whatever comes."""

    def __init__(self, limits, address="203.0.113.1", *, signed_in=False):
        self.sent, self.read = [], []
        self.incoming = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": "/_event/",
            "client": (address, 1),
            "known": signed_in,
        }
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(limits(scope, self.incoming.get, self._send))

    async def _send(self, message):
        self.sent.append(message)

    async def say(self, text):
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})
        await settle()

    async def leave(self):
        self.incoming.put_nowait({"type": "websocket.disconnect"})
        await self.task

    @property
    def code(self):
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), None)


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def limits(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(sockets.time, "monotonic", lambda: now[0])

    async def reader(scope, receive, send):
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def known(scope):
        return scope["known"]

    made = SocketLimits(reader, is_signed_in=known, address_of=lambda scope: scope["client"][0])
    made.now = now
    return made


@pytest.mark.parametrize(
    ("signed_in", "rules"), [(False, ANONYMOUS), (True, SIGNED_IN)], ids=["anonymous", "signed in"]
)
async def test_one_address_opens_so_many_sockets_and_no_more(limits, signed_in, rules):
    opened = [Socket(limits, signed_in=signed_in) for _ in range(rules.sockets)]
    await settle()
    assert [socket.code for socket in opened] == [None] * rules.sockets
    over = Socket(limits, signed_in=signed_in)
    elsewhere = Socket(limits, "203.0.113.2", signed_in=signed_in)
    await settle()
    assert (over.code, elsewhere.code) == (sockets.TOO_MANY, None)
    await opened[0].leave()
    again = Socket(limits, signed_in=signed_in)
    await settle()
    assert again.code is None


async def test_strangers_leave_room_for_those_who_are_signed_in(limits):
    for _ in range(ANONYMOUS.sockets):
        Socket(limits)
    await settle()
    member = Socket(limits, signed_in=True)
    await settle()
    assert member.code is None


@pytest.mark.parametrize(
    ("signed_in", "length", "code"),
    [
        (False, ANONYMOUS.frame, None),
        (False, ANONYMOUS.frame + 1, sockets.TOO_BIG),
        (True, ANONYMOUS.frame + 1, None),
        (True, SIGNED_IN.frame + 1, sockets.TOO_BIG),
    ],
)
async def test_a_message_has_a_largest_size(limits, signed_in, length, code):
    socket = Socket(limits, signed_in=signed_in)
    await socket.say("x" * length)
    assert socket.code == code


async def test_strangers_of_one_address_share_their_messages(limits):
    first, second = Socket(limits), Socket(limits)
    for _ in range(ANONYMOUS.burst):
        await first.say("2")
    assert first.code is None
    await second.say("2")
    assert second.code == sockets.TOO_MANY
    limits.now[0] += 1 / ANONYMOUS.per_second
    third = Socket(limits)
    await third.say("2")
    assert third.code is None


async def test_a_signed_in_socket_has_its_own_count(limits):
    flooding, calm = Socket(limits, signed_in=True), Socket(limits, signed_in=True)
    for _ in range(SIGNED_IN.burst + 1):
        await flooding.say("2")
    await calm.say("2")
    assert (flooding.code, calm.code) == (sockets.TOO_MANY, None)


@pytest.mark.parametrize(
    "scope",
    [
        {"type": "http", "path": "/_event/"},
        {"type": "websocket", "path": "/elsewhere"},
        {"type": "lifespan"},
    ],
)
async def test_only_the_screens_socket_is_measured(scope):
    passed = []

    async def app(*given):
        passed.append(given)

    async def known(scope):
        raise AssertionError("nobody asks")

    limited = SocketLimits(app, is_signed_in=known, address_of=lambda scope: "203.0.113.1")
    await limited(scope, "receive", "send")
    assert passed == [(scope, "receive", "send")]


async def test_bytes_are_measured_like_text(limits):
    socket = Socket(limits)
    socket.incoming.put_nowait(
        {"type": "websocket.receive", "bytes": b"x" * (ANONYMOUS.frame + 1), "text": None}
    )
    await settle()
    assert socket.code == sockets.TOO_BIG


async def test_an_empty_message_is_a_message(limits):
    socket = Socket(limits)
    await socket.say("")
    assert (socket.code, socket.task.done()) == (None, False)


async def test_leaving_and_coming_back_gives_a_stranger_no_more_messages(limits):
    first = Socket(limits)
    for _ in range(ANONYMOUS.burst):
        await first.say("2")
    await first.leave()
    limits.now[0] += 1 / ANONYMOUS.per_second
    again = Socket(limits)
    await again.say("2")
    assert again.code is None
    await again.say("2")
    assert again.code == sockets.TOO_MANY


async def test_who_stays_has_no_second_count_when_others_leave(limits):
    first, passing = Socket(limits), Socket(limits, "203.0.113.2")
    await passing.leave()
    second = Socket(limits)
    for _ in range(ANONYMOUS.burst):
        await second.say("2")
    assert second.code is None
    await first.say("2")
    assert first.code == sockets.TOO_MANY


async def test_of_addresses_that_left_nothing_is_remembered_once_they_made_up(limits):
    here, there = Socket(limits), Socket(limits, "203.0.113.2")
    member = Socket(limits, "203.0.113.4", signed_in=True)
    await here.say("2")
    await there.say("2")
    await here.leave()
    await member.leave()
    assert limits.remembered == {"203.0.113.1", "203.0.113.2"}
    limits.now[0] += ANONYMOUS.burst / ANONYMOUS.per_second
    passing = Socket(limits, "203.0.113.3")
    await passing.say("2")
    await passing.leave()
    # Made up and gone; made up but still here; gone but not made up.
    assert limits.remembered == {"203.0.113.2", "203.0.113.3"}


async def test_what_ends_a_socket_is_told_to_the_application_as_its_end():
    told = []

    async def reader(scope, receive, send):
        while (message := await receive())["type"] != "websocket.disconnect":
            pass
        told.append(message["code"])

    async def known(scope):
        return False

    limits = SocketLimits(reader, is_signed_in=known, address_of=lambda scope: "203.0.113.1")
    await Socket(limits).say("x" * (ANONYMOUS.frame + 1))
    assert told == [sockets.TOO_BIG]


def test_what_visitors_are_promised():
    assert (sockets.TOO_BIG, sockets.TOO_MANY) == (1009, 1013)
    assert (ANONYMOUS.sockets, ANONYMOUS.frame) == (40, 16_384)
    assert (ANONYMOUS.burst, ANONYMOUS.per_second) == (60, 5)
    assert (SIGNED_IN.sockets, SIGNED_IN.frame) == (400, 1_000_000)
    assert (SIGNED_IN.burst, SIGNED_IN.per_second) == (300, 50)


async def test_a_cookie_counts_only_while_its_session_is_open(world):
    token = await sign_in(world.owner.user_id, world.workspace_id)

    def scope(value):
        cookie = f"xobito_session={value}".encode()
        return {"type": "websocket", "headers": [(b"cookie", cookie)]}

    assert await is_signed_in(scope(token))
    assert not await is_signed_in(scope("made-up"))
    assert not await is_signed_in({"type": "websocket", "headers": []})
