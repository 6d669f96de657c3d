import pytest

from tests.whatsapp.golden_templates import GOLDEN
from xobito_app.core.errors import Invalid
from xobito_app.whatsapp.payloads_template import send_components
from xobito_app.whatsapp.template_text import encode_suffix, fill_url, names_of
from xobito_app.whatsapp.template_values import read_expiry, read_sections
from xobito_app.whatsapp.templates import Template


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("plain-1_2.3~4", "plain-1_2.3~4"),
        ("a b", "a%20b"),
        ("a%20b", "a%20b"),
        ("50%", "50%25"),
        ("50%25", "50%25"),
        ("100%zz", "100%25zz"),
        ("ü/é?q=ñ&x=1#top", "%C3%BC/%C3%A9?q=%C3%B1&x=1#top"),
        ("a%2Fb", "a%2Fb"),
        ('"<{}>|\\^`', "%22%3C%7B%7D%3E%7C%5C%5E%60"),
        ("🎉", "%F0%9F%8E%89"),
    ],
)
def test_the_end_of_a_link_is_encoded_exactly_once(written, sent):
    assert encode_suffix(written) == sent
    assert encode_suffix(sent) == sent
    assert fill_url("https://a.example/{{1}}", written) == f"https://a.example/{sent}"


def test_a_link_without_its_value_shows_the_blank():
    assert fill_url("https://a.example/{{1}}", "") == "https://a.example/{{1}}"


def test_numbers_are_counted_and_names_are_read():
    assert names_of("{{2}} {{10}} {{1}} {{2}}") == ["1", "2", "10"]
    assert names_of("{{b}} {{a}} {{b}}") == ["b", "a"]


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("2026-12-24T18:00:00Z", 1798135200000),
        ("2026-12-24T19:00:00+01:00", 1798135200000),
        ("2026-12-24T18:00", 1798135200000),
        ("1798135200000", 1798135200000),
        ("1798135200", 1798135200000),
    ],
)
def test_the_end_of_an_offer_is_read_in_any_writing(written, milliseconds):
    assert read_expiry("offer.expires", written) == milliseconds


@pytest.mark.parametrize("odd", ["soon", "", "-5", "2026-13-01"])
def test_what_is_no_end_of_an_offer_is_told(odd):
    with pytest.raises(Invalid, match="when the offer ends"):
        read_expiry("offer.expires", odd)


def _products(count: int) -> str:
    return ", ".join(f"sku-{number}" for number in range(count))


def test_products_are_read_by_section():
    read = read_sections("k", " Bread : rye,spelt \n\nCake: lemon;Tea: green")
    assert [(section["title"], len(section["product_items"])) for section in read] == [
        ("Bread", 2),
        ("Cake", 1),
        ("Tea", 1),
    ]
    assert read_sections("k", f"{'x' * 24}: {_products(30)}")
    assert read_sections("k", "\n".join(f"S{number}: a" for number in range(10)))


@pytest.mark.parametrize(
    "odd",
    [
        "rye, spelt",
        "Bread:",
        ": rye",
        "",
        f"{'x' * 25}: rye",
        f"Bread: {_products(31)}",
        "\n".join(f"S{number}: a" for number in range(11)),
    ],
)
def test_products_meta_would_refuse_are_told(odd):
    with pytest.raises(Invalid) as told:
        read_sections("k", odd)
    assert list(told.value.fields) == ["k"]


RICH = [
    ("carousel", "card.0.header.media", ""),
    ("carousel", "card.1.body.1", ""),
    ("carousel", "card.1.body.1", "x" * 150),
    ("carousel", "card.0.body.1", "two\nlines"),
    ("carousel", "card.0.button.1", "x" * 2000),
    ("limited_time_offer", "offer.expires", "soon"),
    ("limited_time_offer", "button.0", "x" * 16),
    ("multi_product", "button.0.sections", "rye"),
    ("multi_product", "button.0.thumbnail", ""),
    ("catalog", "button.0", "x" * 101),
    ("single_product", "header.catalog", ""),
]


@pytest.mark.parametrize(("name", "key", "value"), RICH)
def test_values_of_rich_templates_are_judged_at_their_place(name, key, value):
    golden = next(golden for golden in GOLDEN if golden.name == name)
    template = Template.of({**golden.create, "status": "APPROVED"})
    with pytest.raises(Invalid) as told:
        send_components(template, {**golden.values, key: value})
    assert list(told.value.fields) == [key]


def test_labels_say_which_card():
    golden = next(golden for golden in GOLDEN if golden.name == "carousel")
    labels = {v.key: v.label for v in Template.of(golden.create).variables}
    assert labels["card.1.header.media"] == "Card 2, header: image"
    assert labels["card.0.button.1"] == "Card 1, button “Shop”: end of the link"
    assert labels["body.1"] == "Text: 1"
