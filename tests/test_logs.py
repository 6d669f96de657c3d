"""A line of the log is one JSON object, whatever is said in it, and tells no secret."""

import json
import logging

import pytest

from xobito_app.logs import JsonFormatter


def written(message="something.happened", **extra):
    record = logging.LogRecord("xobito", logging.INFO, __file__, 1, message, None, None)
    vars(record).update(extra)
    return JsonFormatter().format(record)


@pytest.mark.parametrize("text", ["plain", "a\nb", "half \ud83d of one", "NUL \x00", "é 👋"])
def test_a_line_can_be_written_whatever_it_says(text):
    line = written(reason=text)
    assert line.encode("utf-8")
    assert "\n" not in line
    assert json.loads(line)["event"] == "something.happened"


@pytest.mark.parametrize(
    "name", ["token", "app_secret", "password", "cookie", "authorization", "phone", "body"]
)
def test_what_smells_of_a_secret_is_masked(name):
    assert "hunter2" not in written(**{name: "hunter2"})
