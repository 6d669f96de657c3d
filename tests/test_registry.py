"""A feature is one folder and one line: everything is built from its manifest."""

from __future__ import annotations

import ast
import re
import sys
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

import xobito_app.features
from tests.api.v1.operations import OPERATIONS
from xobito_app import registry
from xobito_app.core import events
from xobito_app.core.events import MessageReceived
from xobito_app.jobs import own, runtime
from xobito_app.jobs.celery_app import celery

SOURCES = Path(xobito_app.features.__file__).parent

WEATHER = """
    from datetime import timedelta

    from xobito_app.core.events import MessageReceived
    from xobito_app.core.feature import Feature, Job, Subscription
    from xobito_app.core.jobs import JobType, Lane
    from xobito_app.core.permissions import Permission

    done = []


    async def hear(session, event):
        done.append(("heard", event))


    async def measure(*carried):
        done.append(("measured", *carried))


    async def delete_old():
        done.append(("deleted",))


    FEATURE = Feature(
        "weather",
        listeners=(Subscription(MessageReceived, hear),),
        jobs=(Job(JobType("weather.measure", Lane.BULK), measure, every=timedelta(hours=1)),),
        global_retention=(delete_old,),
        log_areas={"weather": "Weather"},
        log_words={"weather.changed": "changed the weather in {name}"},
        abilities={"weather.read": (Permission.CONTACTS_VIEW,)},
    )
"""


@pytest.fixture
def weather(tmp_path, monkeypatch):
    """A feature in a folder of its own, named in one line."""
    folder = tmp_path / "weather"
    folder.mkdir()
    (folder / "feature.py").write_text(dedent(WEATHER))
    monkeypatch.setattr(
        xobito_app.features, "__path__", [*xobito_app.features.__path__, str(tmp_path)]
    )
    monkeypatch.setattr(registry, "FEATURES", [*registry.FEATURES, "weather"])
    before = {kind: list(those) for kind, those in events.listeners.items()}
    registry.features()
    yield sys.modules["xobito_app.features.weather.feature"]
    events.listeners.clear()
    events.listeners.update(before)
    celery.tasks.pop("weather.measure", None)
    for name in [name for name in sys.modules if name.startswith("xobito_app.features.weather")]:
        del sys.modules[name]
    registry.forget()


async def test_a_new_feature_hears_works_and_deletes(weather, monkeypatch):
    from xobito_app.jobs import tasks

    registry.register_listeners()
    registry.register_listeners()
    heard = MessageReceived.__new__(MessageReceived)
    listening = events.listeners[MessageReceived]
    assert listening.count(weather.hear) == 1
    monkeypatch.setitem(events.listeners, MessageReceived, [weather.hear])
    await events.publish(None, heard)

    job = next(job for job in own.all_jobs() if job.type.name == "weather.measure")
    assert job.every == timedelta(hours=1)
    begun = []
    monkeypatch.setattr(runtime, "start", lambda work, name: begun.append((work, name)))
    tasks.register(job)
    celery.tasks["weather.measure"]("a")
    (work, name), *_ = begun
    await work()
    assert name == "weather.measure a"

    monkeypatch.setattr(registry, "features", lambda: [weather.FEATURE])
    await own.delete_old()
    assert weather.done == [("heard", heard), ("measured", "a"), ("deleted",)]


def test_a_new_feature_brings_its_abilities_and_words(weather):
    assert "weather.read" in registry.abilities()
    assert registry.log_words()["weather.changed"].startswith("changed the weather")
    assert registry.log_areas()["weather"] == "Weather"


async def test_what_fails_to_delete_keeps_no_other_from_it(weather, monkeypatch, caplog):
    async def fail() -> None:
        raise RuntimeError("disk")

    broken = registry.Feature("broken", global_retention=(fail,))
    monkeypatch.setattr(registry, "features", lambda: [broken, weather.FEATURE])
    await own.delete_old()
    assert weather.done == [("deleted",)]
    assert "sweep.failed" in caplog.text


def test_every_folder_with_a_manifest_is_in_the_list():
    assert sorted(path.parent.name for path in SOURCES.glob("*/feature.py")) == sorted(
        registry.FEATURES
    )


def test_no_two_features_declare_the_same():
    features = registry.features()
    for declared in (
        [job.type.name for one in features for job in one.jobs],
        [name for one in features for name in one.abilities],
        [name for one in features for name in one.log_words],
        [name for one in features for name in one.log_areas],
    ):
        assert len(declared) == len(set(declared))


def test_every_endpoint_asks_for_an_ability_some_feature_declares():
    asked = {ability for one in OPERATIONS for ability in one.abilities}
    assert asked
    assert asked <= set(registry.abilities())


def test_every_action_of_the_log_belongs_to_an_area():
    areas = set(registry.log_areas())
    assert {action for action in registry.log_words() if action.split(".")[0] not in areas} == set()


def _recorded() -> set[str]:
    """Return every action the source names, as a whole, in a call that takes who acts."""
    found: set[str] = set()
    for path in [*SOURCES.rglob("*.py"), *(SOURCES.parent / "api").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and re.search(
                r"record|_note|_tell|_changed", ast.unparse(node.func)
            ):
                found |= {
                    inner.value
                    for argument in node.args
                    for inner in ast.walk(argument)
                    if isinstance(inner, ast.Constant)
                    and isinstance(inner.value, str)
                    and re.fullmatch(r"[a-z_]+\.[a-z_]+", inner.value)
                }
    return found


def test_every_recorded_action_has_its_words():
    recorded = _recorded()
    assert len(recorded) > 60
    assert recorded - set(registry.log_words()) == set()
