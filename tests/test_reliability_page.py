"""docs/reliability.md promises what the tests try, and nothing else."""

from __future__ import annotations

from tools import reliability


def test_the_page_is_current():
    assert reliability.PAGE.read_text() == reliability.page(), "Run `python tools/reliability.py`."


def test_every_topic_has_tests_and_every_listed_module_exists():
    found = reliability.trials()
    assert {trial.topic for trial in found} == set(reliability.TOPICS)
    for path in reliability.MODULES:
        assert (reliability.ROOT / path).exists()
