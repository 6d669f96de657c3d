"""Only what looks like an event of our pages is taken in, kept or written down."""

import logging

import pytest

from xobito_app.core.buckets import Bucket
from xobito_app.ui import sockets
from xobito_app.ui.sockets import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    Events,
    is_event,
    kept_headers,
    note_page_error,
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
    monkeypatch.setattr(sockets, "_page_errors", Bucket(2, 0, lambda: 0.0))
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            note_page_error(Exception("B" * 900_000))
    assert len(caplog.records) == 2
    assert all(len(record.error) <= 1_000 for record in caplog.records)
