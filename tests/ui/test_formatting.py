"""WhatsApp's marks become styles, links become links, and nothing becomes HTML."""

from __future__ import annotations

import pytest

from xobito_app.ui.pages.inbox.formatting import Piece, pieces_of


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain 2*3*4 and snake_case_name", []),
        ("a *bold* word", [Piece("a "), Piece("bold", "bold"), Piece(" word")]),
        ("_so_ ~not~", [Piece("so", "italic"), Piece(" "), Piece("not", "strike")]),
        ("`x` ```y\nz```", [Piece("x", "code"), Piece(" "), Piece("y\nz", "code")]),
        (
            "see https://a.example/x?y=1.",
            [
                Piece("see "),
                Piece("https://a.example/x?y=1", "link", "https://a.example/x?y=1"),
                Piece("."),
            ],
        ),
        (
            "javascript:alert(1) <b>*x*</b>",
            [Piece("javascript:alert(1) <b>"), Piece("x", "bold"), Piece("</b>")],
        ),
        ("* not * bold", []),
    ],
)
def test_pieces(text, pieces):
    assert pieces_of(text) == pieces


def test_nothing_of_a_text_is_lost():
    text = "*a* b _c_ https://d.example e " * 10
    assert "".join(p.text for p in pieces_of(text)) == text.replace("*", "").replace("_", "")


def test_a_text_made_of_marks_stays_as_it_is():
    assert pieces_of("*a* " * 500) == []
