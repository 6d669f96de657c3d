"""Notices between processes: when it is said that some may have been missed."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from xobito_app.core.events import Notice, PostCommit, Topic
from xobito_app.persistence.redis import redis_client
from xobito_app.realtime import notices


def departing() -> tuple[PostCommit, list[Notice]]:
    notice = Notice(str(uuid4()), Topic.MESSAGE, str(uuid4()), str(uuid4()))
    return PostCommit(notices={notice: None}), [notice]


@pytest.fixture
async def heard(monkeypatch):
    monkeypatch.setattr(notices, "RECONNECT_SECONDS", 0.01)
    listening = notices.listen()
    yield lambda: asyncio.wait_for(anext(listening), 5)
    await listening.aclose()


async def test_what_is_sent_once_the_subscription_stands_is_heard(heard):
    for _ in range(20):
        post_commit, sent = departing()
        if _ == 0:
            assert await heard() is None
        # At once: the word that it stands must not come before it does.
        await notices.send_notices(post_commit)
        assert await heard() == sent


async def test_a_cut_connection_is_told_and_heard_again_after(heard):
    assert await heard() is None
    await redis_client().execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    assert await heard() is None
    post_commit, sent = departing()
    await notices.send_notices(post_commit)
    assert await heard() == sent


async def test_topics_of_a_newer_version_are_passed_over(heard):
    assert await heard() is None
    await redis_client().publish(notices.CHANNEL, '[{"topic": "moonlight", "about": "x"}]')
    post_commit, sent = departing()
    await notices.send_notices(post_commit)
    assert await heard() == sent
