import pytest

from xobito_app.whatsapp.drafting import changes
from xobito_app.whatsapp.drafting.draft import Button, Draft, Header, Part

DRAFT = Draft(
    name="note",
    part=Part(Header("TEXT", "Hi"), "Hello {{1}}", (Button("QUICK_REPLY", "Yes"), Button("URL"))),
)


@pytest.mark.parametrize(
    ("place", "value", "read"),
    [
        ("name", "other", lambda d: d.name),
        ("language", "de", lambda d: d.language),
        ("category", "UTILITY", lambda d: d.category),
        ("footer", "Acme", lambda d: d.footer),
        ("header", "Hello", lambda d: d.part.header.text),
        ("header_format", "IMAGE", lambda d: d.part.header.format),
        ("body", "Bye", lambda d: d.part.body),
        ("button.0.text", "No", lambda d: d.part.buttons[0].text),
        ("button.1.url", "https://a.b", lambda d: d.part.buttons[1].url),
        ("button.1.phone_number", "+1", lambda d: d.part.buttons[1].phone_number),
        ("button.1.example", "x", lambda d: d.part.buttons[1].example),
        ("sample.button.1", "x", lambda d: d.part.buttons[1].example),
        ("button.1.flow_id", "7", lambda d: d.part.buttons[1].more["flow_id"]),
        ("sample.body.1", "Ana", lambda d: d.samples["body.1"]),
        ("sample.header.media", "4::x", lambda d: d.part.header.sample),
    ],
)
def test_each_field_has_its_place(place, value, read):
    assert read(changes.change(DRAFT, place, value)) == value


def test_kinds_of_variables_change():
    assert changes.change(DRAFT, "named", "NAMED").named
    assert not changes.change(DRAFT, "named", "POSITIONAL").named


@pytest.mark.parametrize("place", ["odd", "button.7.text", "button.x.text", "button.0.odd", ""])
def test_unknown_places_change_nothing(place):
    assert changes.change(DRAFT, place, "x") == DRAFT


def test_fields_end_somewhere():
    assert len(changes.change(DRAFT, "body", "x" * 9000).part.body) == changes.LONGEST


def test_another_header_forgets_the_text():
    changed = changes.change(DRAFT, "header_format", "VIDEO")
    assert changed.part.header == Header("VIDEO")


def _kinds(draft: Draft) -> list[str]:
    return [button.type for button in draft.part.buttons]


def test_a_new_button_stands_with_its_kind():
    more = changes.add_button(DRAFT, "QUICK_REPLY")
    assert _kinds(more) == ["QUICK_REPLY", "QUICK_REPLY", "URL"]
    assert _kinds(changes.add_button(more, "PHONE_NUMBER"))[-1] == "PHONE_NUMBER"
    full = DRAFT
    for _ in range(20):
        full = changes.add_button(full, "QUICK_REPLY")
    assert len(full.part.buttons) == 10


def test_buttons_move_within_their_row():
    assert _kinds(changes.move_button(DRAFT, 1, -1)) == ["URL", "QUICK_REPLY"]
    for index, by in ((0, -1), (1, 1), (7, 1), (-1, 1)):
        assert changes.move_button(DRAFT, index, by) == DRAFT
    assert _kinds(changes.remove_button(DRAFT, 0)) == ["URL"]


def test_the_next_variable_is_counted_or_named():
    assert changes.add_variable(DRAFT).part.body == "Hello {{1}} {{2}}"
    named = changes.change(DRAFT, "named", "NAMED")
    assert changes.add_variable(named).part.body == "Hello {{1}} {{variable_2}}"
    assert changes.add_variable(Draft()).part.body == "{{1}}"
