import pytest

from xobito_app.core.errors import Findings, Invalid


def read_number(text: str) -> int:
    if not text.isdigit():
        raise Invalid.field("number", "Write a number.")
    return int(text)


def refuse(text: str) -> str:
    raise Invalid("Not today.")


@pytest.mark.parametrize(
    ("number", "name", "fields"),
    [
        ("12", "Ana", {}),
        ("x", "Ana", {"number": ["Write a number."]}),
        ("12", "", {"name": ["Write a name."]}),
        ("x", "", {"number": ["Write a number."], "name": ["Write a name."]}),
    ],
)
def test_all_that_is_wrong_is_told_together(number, name, fields):
    found = Findings()
    read = found.read(read_number, number)
    found.expect(name, "name", "Write a name.")
    if not fields:
        found.check()
        assert read == 12
        return
    with pytest.raises(Invalid) as raised:
        found.check()
    assert raised.value.fields == fields
    assert raised.value.message == next(iter(fields.values()))[0]


def test_what_is_about_no_field_stands_under_the_form():
    found = Findings()
    found.read(refuse, "x")
    with pytest.raises(Invalid) as raised:
        found.check()
    assert raised.value.fields == {"form": ["Not today."]}
