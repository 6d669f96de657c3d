import pytest

from xobito_app.core.text import (
    clean,
    defuse,
    file_name,
    initials,
    one_line,
    shorten,
    slugify,
)


@pytest.mark.parametrize(
    ("text", "line", "cleaned"),
    [
        ("", "", ""),
        ("  Ana  ", "Ana", "Ana"),
        ("Ana  Ruiz", "Ana Ruiz", "Ana  Ruiz"),
        ("Ana\tRuiz\n", "Ana Ruiz", "Ana\tRuiz"),
        ("Ana\x00Ruiz", "AnaRuiz", "AnaRuiz"),
        ("\x1bAna\x7f", "Ana", "Ana"),
        ("Ana Ruiz\x00", "Ana Ruiz", "Ana Ruiz"),
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
        ("a\u202fb.pdf", "a b.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("x" * 300 + "." + "y" * 16, "x" * 238 + "." + "y" * 16),
        ("x" * 300 + "." + "y" * 17, "x" * 255),
        ("y" * 300 + "no ending", "y" * 255),
    ],
)
def test_a_file_name_says_what_the_file_is(given, kept):
    assert file_name(given) == kept


DISGUISES = [
    *(0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E),
    *(0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF),
]


def test_every_mark_that_disguises_is_taken_out_and_its_neighbours_stay():
    assert [code for code in DISGUISES if file_name(f"a{chr(code)}b") != "ab"] == []
    around = {code + step for code in DISGUISES for step in (-1, 1)} - set(DISGUISES)
    kept = {code for code in around if chr(code) in file_name(f"a{chr(code)}b")}
    # These are spaces of some kind, or unassigned: folded or dropped with all others of theirs.
    assert around - kept <= {0x200A, 0x2028, 0x2029, 0x202F, 0x205F}


@pytest.mark.parametrize("code", [*range(0x20), 0x7F])
def test_control_characters_go_but_line_breaks_stay(code):
    assert clean(f"a{chr(code)}b") == (f"a{chr(code)}b" if chr(code) in "\t\n\r" else "ab")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("abc def", 5, "abc…"),
        ("  a\n b  ", 5, "a b"),
        ("", 5, ""),
    ],
)
def test_what_is_too_long_ends_in_an_ellipsis_within_its_limit(text, limit, short):
    assert shorten(text, limit) == short


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Ruiz", "AR"),
        ("ana maria ruiz", "AR"),
        ("Ana", "A"),
        ("élan vital", "ÉV"),
        ("+1 650 555 1234", "#"),
        ("7 Ana", "A"),
        ("Ana 7", "A"),
        ("", "#"),
        ("👋", "#"),
    ],
)
def test_a_name_is_known_by_its_first_and_last_letter(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme & Söhne", "acme-sohne"),
        ("--A--", "a"),
        ("a" * 41, "a" * 40),
        ("a" * 39 + " b", "a" * 39),
        ("日本", ""),
    ],
)
def test_a_slug_is_plain_and_at_most_forty_long(name, slug):
    assert slugify(name) == slug


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_like_a_formula(first):
    assert defuse(f"{first}SUM(A1)") == f"'{first}SUM(A1)"


@pytest.mark.parametrize("cell", ["", "Ana", "a=b", "'=", " =1", "1-2", "ana@example.com"])
def test_other_cells_stay_as_they_are(cell):
    assert defuse(cell) == cell
