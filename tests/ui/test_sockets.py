"""Only what looks like an event of our pages is taken in, kept or written down."""

import logging
from types import SimpleNamespace

import pytest

from xobito_app.core.buckets import Bucket
from xobito_app.ui import sockets
from xobito_app.ui.sockets import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    Events,
    guard_sockets,
    is_event,
    kept_headers,
    note_page_error,
    without_fragment,
)
from xobito_app.xobito_app import app


def event(**changes):
    router = {"pathname": "/inbox", "asPath": "/inbox?view=all", "query": {"view": "all"}}
    return {"name": "state.handler", "payload": {"a": 1}, "router_data": router, **changes}


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        (event(), True),
        ({"name": "state.handler"}, True),
        (event(payload={"text": "x" * 100_000}), True),
        (event(name="x" * LONGEST_NAME), True),
        (event(name="x" * (LONGEST_NAME + 1)), False),
        (event(name=7), False),
        (event(payload=[1]), False),
        (event(router_data="/inbox"), False),
        (event(router_data={"asPath": "x" * (LONGEST_ADDRESS - len("asPath"))}), True),
        (event(router_data={"asPath": "x" * LONGEST_ADDRESS}), False),
        (event(router_data={"x" * LONGEST_ADDRESS: "/"}), False),
        (event(router_data={"query": {"a": ["x" * LONGEST_ADDRESS]}}), False),
        (event(router_data={"query": {"a": [0] * LONGEST_ADDRESS}}), False),
        (event(router_data={"a": "x" * 8_191}), True),
        (event(router_data={"a": "x" * 8_192}), False),
        (event(router_data={"a": ["x" * 8_190]}), True),
        (event(router_data={"a": ["x" * 8_191]}), False),
        (event(router_data={"a": [""] * 8_191}), True),
        (event(router_data={"a": [""] * 8_192}), False),
        (event(router_data={"x" * 8_184: 7}), True),
        (event(router_data={"x" * 8_185: None}), False),
        (event(router_data=[]), False),
        (event(payload=None), False),
        (event(name="x" * 300), True),
        (event(name="x" * 301), False),
        ({"payload": {}}, False),
        ({}, False),
        ("state.handler", False),
        (["state.handler"], False),
        (None, False),
    ],
)
def test_the_shape_of_an_event(data, fits):
    assert is_event(data) is fits


def test_a_tab_keeps_few_headers_and_little_of_each():
    kept = kept_headers({"user-agent": "x" * 100_000, "x-mine": "y", "cookie": "a=b; c=d"})
    assert kept == {"user-agent": "x" * 1_024, "cookie": ""}


@pytest.mark.parametrize(
    ("router", "kept"),
    [
        ({"asPath": "/join#token", "a": 1}, {"asPath": "/join", "a": 1}),
        ({"asPath": "/join?a=1#b#c"}, {"asPath": "/join?a=1"}),
        ({"asPath": "/join"}, {"asPath": "/join"}),
        ({"pathname": "/join#token"}, {"pathname": "/join#token"}),
        ({}, {}),
    ],
)
def test_what_stands_behind_the_mark_of_an_address_is_not_kept(router, kept):
    assert without_fragment(event(router_data=router)) == event(router_data=kept)
    assert without_fragment({"name": "state.handler"}) == {"name": "state.handler"}


def test_an_application_without_sockets_cannot_be_guarded():
    for sockets_, namespace in ((None, None), (None, object()), (object(), None)):
        with pytest.raises(RuntimeError):
            guard_sockets(SimpleNamespace(sio=sockets_, event_namespace=namespace))


def test_the_guarded_sockets_are_where_the_pages_look_for_them():
    assert app.event_namespace.namespace == "/_event"
    assert app.sio.namespace_handlers["/_event"] is app.event_namespace


async def test_what_is_no_event_ends_the_socket_and_is_not_written_down(monkeypatch, caplog):
    ended = []

    async def disconnect(sid, **_):
        ended.append(sid)

    monkeypatch.setattr(app.event_namespace, "disconnect", disconnect)
    with caplog.at_level(logging.DEBUG):
        await app.event_namespace.on_event("socket", "A" * 1000)
    assert isinstance(app.event_namespace, Events)
    assert ended == ["socket"]
    assert "AAAA" not in caplog.text


def test_errors_of_pages_do_not_fill_the_log(monkeypatch, caplog):
    now, kept = [0.0], sockets.page_errors
    bucket = Bucket(kept.burst, kept.per_second, lambda: now[0])
    monkeypatch.setattr(sockets, "page_errors", bucket)
    for later, noted in ((0, 20), (4.9, 0), (0.2, 1), (5, 1)):
        now[0] += later
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            for _ in range(30):
                note_page_error(Exception("B" * 900_000))
        assert len(caplog.records) == noted
        assert all(len(record.error) <= 1_000 for record in caplog.records)
