import inspect

import pytest

from xobito_app.core.events import PostCommit, WakeUp
from xobito_app.core.jobs import JobType, Lane
from xobito_app.jobs import wake_ups
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.own import HEARTBEATS, all_jobs


def test_every_job_is_a_task_and_every_task_a_job():
    celery.loader.import_default_modules()
    registered = sorted(name for name in celery.tasks if not name.startswith("celery."))
    assert registered == sorted(job.type.name for job in all_jobs())


def test_beat_wakes_each_job_in_its_lane_as_often_as_it_wants():
    wanted = {job.type.name: (job.every, job.type.lane.value) for job in all_jobs() if job.every}
    scheduled = celery.conf.beat_schedule
    assert {
        name: (entry["schedule"], entry["options"]["queue"]) for name, entry in scheduled.items()
    } == wanted
    assert all(name == entry["task"] for name, entry in scheduled.items())


@pytest.mark.parametrize("job", all_jobs(), ids=lambda job: job.type.name)
def test_beats_wake_up_carries_nothing_and_finds_work_that_needs_nothing(job):
    if job.every and not job.sweep:
        inspect.signature(job.work).bind()
    if job.sweep:
        inspect.signature(job.sweep).bind("workspace_id")


def test_only_json_is_accepted():
    assert celery.conf.accept_content == ["json"]
    assert celery.conf.task_ignore_result


async def test_wake_ups_go_to_their_own_lane(monkeypatch):
    sent = []
    monkeypatch.setattr(
        celery, "send_task", lambda job, args, queue, countdown: sent.append((job, args, queue))
    )
    post_commit = PostCommit()
    post_commit.wake_ups[WakeUp(JobType("a.live", Lane.LIVE))] = None
    post_commit.wake_ups[WakeUp(JobType("a.bulk", Lane.BULK), ("7",))] = None
    await wake_ups.send_wake_ups(post_commit)
    assert sent == [("a.live", (), "live"), ("a.bulk", ("7",), "bulk")]


def test_a_nudge_lost_with_redis_harms_nobody(monkeypatch, caplog):
    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(celery, "send_task", fail)
    wake_ups.send(WakeUp(HEARTBEATS[Lane.LIVE]))
    assert "wake_up.lost" in caplog.text
