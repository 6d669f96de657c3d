from dataclasses import replace
from datetime import UTC, datetime

import pytest

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.template_rules import check_components, check_identity
from xobito_app.whatsapp.drafting.draft import Button, Draft, Header, Offer, Part
from xobito_app.whatsapp.drafting.lint import RULES, explain_rejection, lint
from xobito_app.whatsapp.drafting.meta_shape import create_body
from xobito_app.whatsapp.drafting.problems import Surroundings

TEXT = "Hello {{1}}, your order {{2}} is on its way to you now."
GOOD = Draft(
    name="shipping_note",
    language="en_US",
    category="UTILITY",
    part=Part(body=TEXT),
    samples={"body.1": "Ana", "body.2": "A-1", "header.1": "A-1"},
)
REPLY = Button("QUICK_REPLY", "Thanks")
LINK = Button("URL", "Shop", url="https://shop.example.com")
TRACK = Button("URL", "Track", url="https://s.example/{{1}}", example="https://s.example/A-1")
CODE = Button("COPY_CODE", example="SAVE25")
PICTURE = Header("IMAGE", sample="4::x")
CARD = Part(header=PICTURE, body="Fresh today.", buttons=(REPLY,))


def _text(body: str, **samples: str) -> Draft:
    keyed = {f"body.{name.lstrip('_')}": sample for name, sample in samples.items()}
    return replace(GOOD, part=Part(body=body), samples=keyed)


def _header(text: str, form: str = "TEXT") -> Draft:
    return replace(GOOD, part=Part(header=Header(form, text), body=TEXT))


def _buttons(*buttons: Button) -> Draft:
    return replace(GOOD, part=Part(body=TEXT, buttons=buttons))


def _replies(count: int) -> Draft:
    return _buttons(*(Button("QUICK_REPLY", f"Answer {n}") for n in range(count)))


def _named(body: str, **samples: str) -> Draft:
    return replace(_text(body, **samples), named=True)


def _offer(text: str = "Ends soon!", **changes) -> Draft:
    given = {
        "category": "MARKETING",
        "offer": Offer(text, has_expiration=True),
        "part": Part(body="Use the code today.", buttons=(CODE, LINK)),
        "samples": {},
    }
    return replace(GOOD, **{**given, **changes})


def _cards(*cards: Part, **changes) -> Draft:
    given = {
        "category": "MARKETING",
        "part": Part(body="Our bread of this week."),
        "cards": cards,
        "samples": {},
    }
    return replace(GOOD, **{**given, **changes})


def _product(**changes) -> Draft:
    part = Part(header=Header("PRODUCT"), body="Back again.", buttons=(Button("SPM", "View"),))
    return replace(GOOD, category="MARKETING", part=replace(part, **changes), samples={})


# The rule, what it finds nothing in, what it finds something in, and where.
LIMITS = [
    ("name.form", replace(GOOD, name="a" * 512), replace(GOOD, name="a" * 513), "name"),
    ("name.form", replace(GOOD, name="order_1"), replace(GOOD, name="Order 1"), "name"),
    ("name.form", GOOD, replace(GOOD, name=""), "name"),
    ("language.form", replace(GOOD, language="fil"), replace(GOOD, language="English"), "language"),
    ("category.choice", GOOD, replace(GOOD, category=""), "category"),
    ("category.choice", GOOD, replace(GOOD, category="AUTHENTICATION"), "category"),
    ("components.known", GOOD, replace(GOOD, odd=("POLL",)), "components"),
    ("header.known", _header("", "LOCATION"), _header("", "HOLOGRAM"), "header"),
    ("header.empty", _header("Hi"), _header(" "), "header"),
    ("header.length", _header("x" * 60), _header("x" * 61), "header"),
    ("header.format", _header("Order now"), _header("*Order* now"), "header"),
    ("header.format", _header("Order {{a_b_c}}"), _header("Order 🎉"), "header"),
    ("header.variables", _header("Order {{1}}"), _header("Order {{1}} of {{2}}"), "header"),
    ("body.empty", _text("Hi"), _text(" \n"), "body"),
    ("body.length", _text("x" * 1024), _text("x" * 1025), "body"),
    ("body.line_breaks", _text("Hi\n\nthere"), _text("Hi\n\n\nthere"), "body"),
    ("body.edge", _text("Your code {{1}} is here"), _text("{{1}} is your code today"), "body"),
    ("body.edge", _text("Your code is {{1}}!"), _text("Your code is {{1}} "), "body"),
    ("body.adjacent", _text("Hi {{1}}, {{2}} there"), _text("Hi {{1}} {{2}} there"), "body"),
    ("body.ratio", _text("So hi {{1}} there"), _text("Hi {{1}} there"), "body"),
    ("body.ratio", _text("One two {{1}} four {{2}} six seven"), _text("a {{1}} b {{2}} c"), "body"),
    ("footer.length", replace(GOOD, footer="x" * 60), replace(GOOD, footer="x" * 61), "footer"),
    ("footer.format", replace(GOOD, footer="Acme"), replace(GOOD, footer="For {{1}}"), "footer"),
    ("variables.form", _text("Hi {{1}} or {{2}} yes"), _text("Hi {{2}} yes"), "body"),
    ("variables.form", _text("Hi {{1}} yes"), _text("Hi {{1} yes"), "body"),
    ("variables.form", _text("Hi {{1}} yes"), _text("Hi {{first name}} yes"), "body"),
    ("variables.form", _named("Hi {{first_name}} yes"), _named("Hi {{First}} yes"), "body"),
    ("variables.form", _named("Hi {{a1}} yes"), _named("Hi {{1}} yes"), "body"),
    ("samples.text", _text("Hi {{1}} yes", _1="Ana"), _text("Hi {{1}} yes"), "sample.body.1"),
    (
        "samples.media",
        replace(GOOD, part=Part(header=PICTURE, body=TEXT)),
        _header("", "VIDEO"),
        "sample.header.media",
    ),
    (
        "category.words",
        replace(_text("Our sale is on"), category="MARKETING"),
        _text("Our sale is on"),
        "body",
    ),
    ("category.words", _text("It is for sales people"), _text("Get 20 % off"), "body"),
    ("buttons.count", _replies(10), _replies(11), "buttons"),
    ("buttons.type", _buttons(REPLY), _buttons(Button("SING", "La")), "button.0"),
    (
        "buttons.of_type",
        _buttons(LINK, replace(LINK, text="B")),
        _buttons(LINK, replace(LINK, text="B"), replace(LINK, text="C")),
        "button.2",
    ),
    ("buttons.of_type", _buttons(CODE), _buttons(CODE, CODE), "button.1"),
    (
        "buttons.order",
        _buttons(REPLY, Button("QUICK_REPLY", "No"), LINK),
        _buttons(REPLY, LINK, Button("QUICK_REPLY", "No")),
        "buttons",
    ),
    (
        "button.text",
        _buttons(Button("QUICK_REPLY", "x" * 25)),
        _buttons(Button("QUICK_REPLY", "x" * 26)),
        "button.0",
    ),
    ("button.text", _buttons(CODE), _buttons(Button("QUICK_REPLY")), "button.0"),
    ("button.plain", _buttons(REPLY), _buttons(Button("QUICK_REPLY", "Hi {{1}}")), "button.0"),
    ("button.twice", _buttons(REPLY), _buttons(REPLY, replace(REPLY, text="thanks ")), "button.1"),
    ("url.form", _buttons(LINK), _buttons(replace(LINK, url="shop.example.com")), "button.0"),
    (
        "url.form",
        _buttons(replace(LINK, url="https://a.b/".ljust(2000, "x"))),
        _buttons(replace(LINK, url="https://a.b/".ljust(2001, "x"))),
        "button.0",
    ),
    (
        "url.variable",
        _buttons(TRACK),
        _buttons(replace(TRACK, url="https://s.example/{{1}}/x")),
        "button.0",
    ),
    (
        "url.variable",
        _buttons(TRACK),
        _buttons(replace(TRACK, url="https://s.example/{{2}}")),
        "button.0",
    ),
    ("url.sample", _buttons(TRACK), _buttons(replace(TRACK, example="")), "sample.button.0"),
    (
        "url.sample",
        _buttons(TRACK),
        _buttons(replace(TRACK, example="https://s.example/")),
        "sample.button.0",
    ),
    (
        "url.whatsapp",
        _buttons(replace(LINK, url="https://wa.me.example.com/1")),
        _buttons(replace(LINK, url="https://wa.me/1650")),
        "button.0",
    ),
    (
        "phone.form",
        _buttons(Button("PHONE_NUMBER", "Call", phone_number="+1234567890123456789")),
        _buttons(Button("PHONE_NUMBER", "Call", phone_number="+12345678901234567890")),
        "button.0",
    ),
    (
        "code.form",
        _buttons(Button("COPY_CODE", example="x" * 15)),
        _buttons(Button("COPY_CODE", example="x" * 16)),
        "button.0",
    ),
    ("code.form", _buttons(CODE), _buttons(Button("COPY_CODE", example="25 %")), "button.0"),
    (
        "flow.id",
        _buttons(Button("FLOW", "Book", more={"flow_id": "1"})),
        _buttons(Button("FLOW", "Book")),
        "button.0",
    ),
    ("offer.text", _offer("x" * 16), _offer("x" * 17), "offer"),
    ("offer.text", _offer(), _offer(" "), "offer"),
    ("offer.around", _offer(), _offer(footer="Acme"), "footer"),
    ("offer.around", _offer(), _offer(category="UTILITY"), "category"),
    (
        "offer.around",
        _offer(),
        _offer(part=Part(body="Use the code.", buttons=(LINK, CODE))),
        "buttons",
    ),
    (
        "offer.around",
        _offer(),
        _offer(part=Part(header=Header("TEXT", "Hi"), body="Hi.", buttons=(LINK,))),
        "header",
    ),
    (
        "body.length",
        _offer(part=Part(body="x" * 600, buttons=(LINK,))),
        _offer(part=Part(body="x" * 601, buttons=(LINK,))),
        "body",
    ),
    ("cards.count", _cards(CARD, CARD), _cards(CARD), "cards"),
    ("cards.count", _cards(*[CARD] * 10), _cards(*[CARD] * 11), "cards"),
    ("cards.around", _cards(CARD, CARD), _cards(CARD, CARD, category="UTILITY"), "category"),
    ("cards.around", _cards(CARD, CARD), _cards(CARD, CARD, footer="Acme"), "footer"),
    (
        "cards.around",
        _cards(CARD, CARD),
        _cards(CARD, CARD, part=Part(body="Hi.", header=PICTURE)),
        "header",
    ),
    (
        "cards.around",
        _cards(CARD, CARD),
        _cards(CARD, CARD, part=Part(body="Hi.", buttons=(REPLY,))),
        "buttons",
    ),
    (
        "cards.form",
        _cards(CARD, CARD),
        _cards(CARD, replace(CARD, header=Header("TEXT", "Hi"))),
        "card.1.header",
    ),
    (
        "cards.form",
        _cards(CARD, CARD),
        _cards(CARD, replace(CARD, buttons=(REPLY, LINK, TRACK))),
        "card.1.buttons",
    ),
    ("cards.alike", _cards(CARD, CARD), _cards(CARD, replace(CARD, buttons=(LINK,))), "card.1"),
    (
        "body.length",
        _cards(CARD, replace(CARD, body="x" * 160)),
        _cards(CARD, replace(CARD, body="x" * 161)),
        "card.1.body",
    ),
    ("products.header", _product(), _product(buttons=(REPLY,)), "buttons"),
    ("products.header", _product(), _product(header=Header()), "header"),
    ("body.length", _product(body="x" * 160), _product(body="x" * 161), "body"),
    (
        "products.alone",
        _buttons(Button("CATALOG", "View catalog")),
        _buttons(Button("CATALOG", "View catalog"), LINK),
        "buttons",
    ),
    (
        "products.alone",
        _buttons(Button("MPM", "View items")),
        _buttons(Button("MPM", "View items"), REPLY),
        "buttons",
    ),
]


@pytest.mark.parametrize(("rule", "within", "beyond", "place"), LIMITS)
def test_each_rule_on_both_sides_of_its_limit(rule, within, beyond, place):
    assert rule not in {problem.rule for problem in lint(within)}
    found = [problem for problem in lint(beyond) if problem.rule == rule]
    assert [problem.place for problem in found] == [place]
    assert found[0].sentence.endswith((".", "…"))
    assert found[0].title


def test_every_rule_has_both_sides_in_the_table():
    assert {rule.name for rule in RULES} == {case[0] for case in LIMITS}


def test_a_good_draft_is_silent():
    assert lint(GOOD) == ()


def _create(body: dict) -> None:
    check_identity(body)
    check_components(body["components"], body["parameter_format"], body["category"])


@pytest.mark.parametrize(
    ("rule", "draft"),
    # Meta has rules its simulator does not play: those without a number, and warnings.
    [
        (case[0], case[2])
        for case in LIMITS
        if next(rule.code for rule in RULES if rule.name == case[0]) not in {"", "100"}
    ],
)
def test_what_has_a_number_of_metas_is_refused_with_it_by_the_simulator(rule, draft):
    with pytest.raises(GraphError) as refused:
        _create(create_body(draft))
    codes = {problem.code for problem in lint(draft) if problem.code != "100"}
    assert str(refused.value.subcode) in codes


def test_warnings_come_last_and_are_marked():
    found = lint(replace(_text("Our sale is on"), name=""))
    assert [(problem.rule, problem.is_warning) for problem in found] == [
        ("name.form", False),
        ("category.words", True),
    ]


def test_what_only_the_account_knows():
    until = datetime(2026, 5, 3, tzinfo=UTC)
    found = lint(GOOD, Surroundings(taken=True, blocked_until=until))
    assert [problem.code for problem in found] == ["2388024", "2388023"]
    assert "03 May 2026" in found[1].sentence
    assert lint(GOOD, Surroundings()) == ()


@pytest.mark.parametrize(
    ("reason", "draft", "words", "rules"),
    [
        ("INCORRECT_CATEGORY", _text("Our sale is on"), "category is wrong", ["category.words"]),
        ("INCORRECT_CATEGORY", GOOD, "category is wrong", []),
        ("INVALID_FORMAT", _text("{{1}} is your code today", _1="1"), "samples", ["body.edge"]),
        ("SCAM: reword it", GOOD, "fraud", []),
        ("NONE", GOOD, "without saying why", []),
        ("", GOOD, "without saying why", []),
        ("NEW_REASON", GOOD, "NEW_REASON", []),
    ],
)
def test_a_rejection_is_explained_with_the_likely_rule(reason, draft, words, rules):
    sentence, likely = explain_rejection(reason, draft)
    assert words in sentence
    assert [problem.rule for problem in likely] == rules
