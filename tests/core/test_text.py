import pytest

from xobito_app.core.text import clean, one_line


@pytest.mark.parametrize(
    ("text", "line", "cleaned"),
    [
        ("", "", ""),
        ("  Ana  ", "Ana", "Ana"),
        ("Ana  Ruiz", "Ana Ruiz", "Ana  Ruiz"),
        ("Ana\tRuiz\n", "Ana Ruiz", "Ana\tRuiz"),
        ("Ana\x00Ruiz", "AnaRuiz", "AnaRuiz"),
        ("\x1bAna\x7f", "Ana", "Ana"),
        ("Ana\u00a0Ruiz", "Ana Ruiz", "Ana\u00a0Ruiz"),
        ("\u2003Ana\u2028Ruiz", "Ana Ruiz", "Ana\u2028Ruiz"),
        ("Zoë 👋🏽", "Zoë 👋🏽", "Zoë 👋🏽"),
    ],
)
def test_text_of_people_loses_what_no_table_takes_and_nothing_else(text, line, cleaned):
    assert one_line(text) == line
    assert clean(text) == cleaned
