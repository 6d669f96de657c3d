from xobito_app.core import job_names
from xobito_app.core.events import Departures, Lane, Nudge
from xobito_app.jobs import names, nudges
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.names import HEARTBEAT_BULK, HEARTBEAT_LIVE
from xobito_app.jobs.schedule import SCHEDULE


def test_every_name_has_a_task_and_every_task_a_name():
    celery.loader.import_default_modules()
    registered = {name for name in celery.tasks if not name.startswith("celery.")}
    named = {
        value
        for module in (names, job_names)
        for key, value in vars(module).items()
        if key.isupper() and key != "LANES"
    }
    assert registered == named


def test_what_is_repeated_has_a_task():
    celery.loader.import_default_modules()
    assert {repeated.job for repeated in SCHEDULE} <= set(celery.tasks)


def test_only_json_is_accepted():
    assert celery.conf.accept_content == ["json"]
    assert celery.conf.task_ignore_result


async def test_nudges_go_to_their_own_lane(monkeypatch):
    sent = []
    monkeypatch.setattr(
        celery, "send_task", lambda job, args, queue, countdown: sent.append((job, args, queue))
    )
    departures = Departures()
    departures.nudges[Nudge(HEARTBEAT_LIVE)] = None
    departures.nudges[Nudge(HEARTBEAT_BULK, Lane.BULK, ("7",))] = None
    await nudges.send_nudges(departures)
    assert sent == [(HEARTBEAT_LIVE, (), "live"), (HEARTBEAT_BULK, ("7",), "bulk")]


def test_a_nudge_lost_with_redis_harms_nobody(monkeypatch, caplog):
    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(celery, "send_task", fail)
    nudges.send(Nudge(HEARTBEAT_LIVE))
    assert "nudge.lost" in caplog.text
