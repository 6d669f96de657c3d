"""Windows of rows and the cursors between them, also those somebody made up."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from xobito_app.core.errors import Invalid
from xobito_app.core.paging import (
    WINDOW,
    Page,
    decode,
    decode_words,
    encode,
    encode_words,
    page_of,
)

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ROW = UUID("01890000-0000-7000-8000-000000000001")


def packed(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    ("rows", "limit", "shown", "goes_on"),
    [(0, 3, 0, False), (2, 3, 2, False), (3, 3, 3, False), (4, 3, 3, True), (1, 1, 1, False)],
)
def test_one_row_more_than_asked_for_means_there_is_another_window(rows, limit, shown, goes_on):
    page = page_of(range(rows), limit, lambda _: (AT, ROW))
    assert page.rows == tuple(range(shown))
    assert bool(page.cursor) is goes_on


def test_the_cursor_is_the_last_row_of_the_window():
    page = page_of([1, 2, 3], 2, lambda row: (AT, UUID(int=row)))
    assert decode(page.cursor) == (AT, UUID(int=2))


def test_a_converted_page_keeps_its_cursor():
    assert Page((1, 2), "next").map(str) == Page(("1", "2"), "next")


def test_a_screen_holds_fifty_rows():
    assert WINDOW == 50


def test_a_position_comes_back_as_it_was():
    assert decode(encode(AT, ROW)) == (AT, ROW)
    assert decode_words(encode_words("Ana", "", "é"), 3) == ("Ana", "", "é")


BROKEN = ["", "x", "====", packed(7), packed([]), packed({}), packed("ab"), "é", "\x00"]


@pytest.mark.parametrize(
    "cursor",
    [
        *BROKEN,
        packed([AT.isoformat()]),
        packed([AT.isoformat(), "no id"]),
        packed([AT.isoformat(), str(ROW), 1]),
        packed(["no time", str(ROW)]),
        packed([7, str(ROW)]),
        packed([AT.replace(tzinfo=None).isoformat(), str(ROW)]),
    ],
)
def test_a_made_up_position_is_refused_in_words(cursor):
    with pytest.raises(Invalid, match="page link is damaged"):
        decode(cursor)


@pytest.mark.parametrize("cursor", [*BROKEN, packed(["a"]), packed(["a", "b", "c"])])
def test_a_made_up_position_in_words_is_refused_too(cursor):
    with pytest.raises(Invalid, match="page link is damaged"):
        decode_words(cursor, 2)
