"""Rules for a template's name and texts.

Meta's guide "Message Templates" and the subcodes of template creation (2388xxx).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xobito_app.core.text import slugify
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.problems import Hit, RuleTable
from xobito_app.whatsapp.languages import is_language
from xobito_app.whatsapp.template_text import VARIABLE, names_of

TABLE = RuleTable()
rule = TABLE.rule

NAME = re.compile(rf"[a-z0-9_]{{1,{limits.TEMPLATE_NAME}}}")
CATEGORIES = ("MARKETING", "UTILITY")
WORDS_PER_VARIABLE = 2
"""Meta names no figure for 2388293; with fewer words for each variable it has refused templates."""

_HEADERS = {"", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "PRODUCT"}
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")
_BRACES = re.compile(r"\{\{[^{}]*\}\}")
_STARTS = re.compile(r"^\s*\{\{")
_ENDS = re.compile(r"\}\}\s*$")
_ADJACENT = re.compile(r"\}\}\s*\{\{")
_MARKUP = re.compile(r"[*_~`]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]")
_SELLING = re.compile(
    r"\b(sale|discounts?|offers?|promo(?:tion)?s?|coupons?|deals?|free gift|buy now|shop now|"
    r"limited time|rebaja|descuento|oferta|promoción|promoção|desconto|angebot|rabatt)\b|\d ?% off",
    re.IGNORECASE,
)


def plain_of(text: str) -> str:
    """Return a text without its variables."""
    return VARIABLE.sub(" ", text)


@rule("name.form", "Invalid parameter: name", "100")
def _name(draft: Draft) -> Iterator[Hit]:
    if not draft.name:
        yield "name", "Give the template a name: lower-case letters, digits and underscores."
    elif not NAME.fullmatch(draft.name):
        better = slugify(draft.name).replace("-", "_")
        hint = f", like {better}" if better else ""
        yield (
            "name",
            f"A name has up to {limits.TEMPLATE_NAME} lower-case letters, digits and "
            f"underscores{hint}.",
        )


@rule("language.form", "Invalid parameter: language", "100")
def _language(draft: Draft) -> Iterator[Hit]:
    if not is_language(draft.language):
        yield "language", "Choose one of WhatsApp’s languages, like en_US."


@rule("category.choice", "Invalid parameter: category", "100")
def _category(draft: Draft) -> Iterator[Hit]:
    if draft.category == "AUTHENTICATION":
        yield "category", "Templates for login codes are made in WhatsApp Manager. Make it there."
    elif draft.category not in CATEGORIES:
        yield "category", "Choose Marketing or Utility."


@rule("components.known", "Invalid parameter: components", "100")
def _odd(draft: Draft) -> Iterator[Hit]:
    for kind in draft.odd:
        yield "components", f"Take out the part {kind.lower()}: it cannot be made from here."


@rule("header.known", "Invalid parameter: header", "100")
def _header_format(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        if part.header.format not in _HEADERS:
            yield (
                f"{place.prefix}header",
                "A header is a text, an image, a video, a document or a location. Choose one.",
            )


@rule("header.empty", "Invalid parameter: header", "100")
def _header_empty(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        if part.header.format == "TEXT" and not part.header.text.strip():
            yield f"{place.prefix}header", "Write the header’s text, or choose no header."


@rule("header.length", "Character limit exceeded", "2388040")
def _header_length(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        over = len(part.header.text) - limits.TEMPLATE_HEADER
        if part.header.format == "TEXT" and over > 0:
            yield (
                f"{place.prefix}header",
                f"A header has up to {limits.TEMPLATE_HEADER} characters; take out {over}.",
            )


@rule("header.format", "Header format is incorrect", "2388047")
def _header_markup(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        plain = plain_of(part.header.text)
        if part.header.format != "TEXT":
            continue
        if _MARKUP.search(plain) or _EMOJI.search(plain) or "\n" in plain:
            yield (
                f"{place.prefix}header",
                "Take line breaks, emoji and the signs * _ ~ ` out of the header.",
            )


@rule("header.variables", "Header format is incorrect", "2388047")
def _header_variables(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        if part.header.format == "TEXT" and len(names_of(part.header.text)) > 1:
            yield f"{place.prefix}header", "A header takes one variable; move others to the body."


@rule("body.empty", "Invalid parameter: body", "100")
def _body_empty(draft: Draft) -> Iterator[Hit]:
    if not draft.part.body.strip():
        yield "body", "Write the message’s text."


@rule("body.length", "Character limit exceeded", "2388040")
def _body_length(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        most = draft.most_in_body if place.card is None else limits.CARD_BODY
        if (over := len(part.body) - most) > 0:
            yield f"{place.prefix}body", f"This text has up to {most} characters; take out {over}."


@rule("body.line_breaks", "Body format is incorrect", "2388072")
def _body_line_breaks(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        if "\n\n\n" in part.body.replace("\r\n", "\n"):
            yield f"{place.prefix}body", "At most one empty line in a row; take out the others."


@rule("body.edge", "Template has leading or trailing params", "2388299")
def _body_edge(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        text = part.body
        if not names_of(text):
            continue
        starts, ends = _STARTS.search(text), _ENDS.search(text)
        if starts or ends:
            where = "before the first" if starts else "behind the last"
            yield f"{place.prefix}body", f"Write at least one word {where} variable."


@rule("body.adjacent", "Body format is incorrect", "2388072")
def _body_adjacent(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        if _ADJACENT.search(part.body):
            yield f"{place.prefix}body", "Two variables stand side by side: write a word between."


@rule("body.ratio", "Parameters words ratio exceeds limit", "2388293")
def _body_ratio(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        count = len(names_of(part.body))
        wanted = WORDS_PER_VARIABLE * count + 1
        if count and len(plain_of(part.body).split()) < wanted:
            yield (
                f"{place.prefix}body",
                f"Too many variables for so few words: write at least {wanted} words, or use "
                "fewer variables.",
            )


@rule("footer.length", "Character limit exceeded", "2388040")
def _footer_length(draft: Draft) -> Iterator[Hit]:
    if (over := len(draft.footer) - limits.TEMPLATE_FOOTER) > 0:
        yield (
            "footer",
            f"A footer has up to {limits.TEMPLATE_FOOTER} characters; take out {over}.",
        )


@rule("footer.format", "Footer format is incorrect", "2388073")
def _footer_format(draft: Draft) -> Iterator[Hit]:
    if names_of(draft.footer) or "\n" in draft.footer:
        yield "footer", "A footer is one line without variables; move them to the body."


@rule("variables.form", "Invalid variable", "2388072")
def _variables(draft: Draft) -> Iterator[Hit]:
    for place, text in draft.texts:
        names = names_of(text)
        rest = _BRACES.sub("", text)
        broken = "{{" in rest or "}}" in rest
        odd = next((f for f in _BRACES.findall(text) if not VARIABLE.fullmatch(f)), "")
        if broken or odd:
            form = "{{first_name}}" if draft.named else "{{1}}"
            yield place, f"Write a variable in double braces, like {form}."
        elif draft.named:
            for name in names:
                if not _PARAMETER.fullmatch(name):
                    yield (
                        place,
                        f"Rename {{{{{name}}}}}: lower-case letters, digits and underscores, a "
                        "letter first.",
                    )
        elif names != [str(number) for number in range(1, len(names) + 1)]:
            yield place, "Number the variables {{1}}, {{2}} and so on without a gap."


@rule("samples.text", "Message template is missing a sample", "2388043")
def _samples(draft: Draft) -> Iterator[Hit]:
    for key in draft.blanks:
        if not draft.samples.get(key, "").strip():
            name = key.rpartition(".")[2]
            yield f"sample.{key}", f"Give an example of what {{{{{name}}}}} will say."


@rule("samples.media", "Message template is missing a sample", "2388273")
def _media_sample(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        if part.header.is_media and not part.header.sample:
            kind = part.header.format.lower()
            article = "an" if kind == "image" else "a"
            yield f"sample.{place.prefix}header.media", f"Attach {article} {kind} as an example."


@rule("category.words", "Category likely to be changed", is_warning=True)
def _selling(draft: Draft) -> Iterator[Hit]:
    if draft.category != "UTILITY":
        return
    for place, text in (*draft.texts, ("footer", draft.footer)):
        if found := _SELLING.search(text):
            yield (
                place,
                f"“{found[0]}” sells: Meta will likely make this a marketing template or reject "
                "it. Choose Marketing, or leave it out.",
            )
