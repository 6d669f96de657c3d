import pytest

from xobito_app.core.text import clean, file_name, one_line


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


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("price list.pdf", "price list.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\photo.jpg", "photo.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u2066b\u2069\u200fc\u061c\u200b\ufeff.txt", "abc.txt"),
        ("inv\x00oice\r\n.pdf", "invoice .pdf"),
        ("فاتورة.pdf", "فاتورة.pdf"),
        ("👩\u200d💻.png", "👩\u200d💻.png"),
        ("...", ""),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("a." + "y" * 17, "a." + "y" * 17),
    ],
)
def test_a_file_name_says_what_the_file_is(given, kept):
    assert file_name(given) == kept
