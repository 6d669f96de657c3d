"""Templates as requests write them: the shape of Meta's create call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from xobito_app.api.rest.shapes import Change, In, NotNull, limited

Word = Annotated[str, limited(64)]
Text = Annotated[str, limited(4000)]
Category = Literal["MARKETING", "UTILITY", "AUTHENTICATION"]


class NamedExample(In):
    """The example of a variable with a name."""

    param_name: Word
    example: Text


class ExampleIn(In):
    """Examples of variables, or of a media header."""

    header_text: Annotated[list[Text], Field(max_length=10)] | None = None
    header_text_named_params: Annotated[list[NamedExample], Field(max_length=10)] | None = None
    body_text: (
        Annotated[list[Annotated[list[Text], Field(max_length=100)]], Field(max_length=10)] | None
    ) = None
    body_text_named_params: Annotated[list[NamedExample], Field(max_length=100)] | None = None
    media_url: Text | None = Field(default=None, description="Of a media header: it is fetched.")


class ButtonIn(In):
    """A button."""

    type: Word = Field(description="Like QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, FLOW.")
    text: Text | None = None
    url: Text | None = None
    phone_number: Word | None = None
    example: Text | Annotated[list[Text], Field(max_length=10)] | None = None
    flow_id: Word | None = None
    flow_name: Text | None = None
    flow_action: Word | None = None
    navigate_screen: Word | None = None


class OfferIn(In):
    """The line of a limited-time offer."""

    text: Text
    has_expiration: bool = False


class ComponentIn(In):
    """A component of a template, in Meta's own shape; carousels are made in WhatsApp Manager."""

    type: Word = Field(description="HEADER, BODY, FOOTER, BUTTONS, LIMITED_TIME_OFFER.")
    format: Word | None = Field(default=None, description="Of a header: TEXT, IMAGE …")
    text: Text | None = None
    example: ExampleIn | None = None
    media_url: Text | None = Field(default=None, description="Of a media header: it is fetched.")
    buttons: Annotated[list[ButtonIn], Field(max_length=20)] | None = None
    limited_time_offer: OfferIn | None = None


Components = Annotated[list[ComponentIn], Field(max_length=20)]


class TemplateNew(In):
    """A template in the shape of Meta's create call."""

    name: Annotated[str, limited(600)]
    language: Annotated[str, limited(16)] = Field(description="Like en_US.")
    category: Category
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    components: Components = Field(
        description="As Meta's guide has them. The example of a media header is given as "
        "`media_url` instead of a handle: the file is fetched and handed to Meta."
    )

    def body(self) -> dict[str, Any]:
        """Return it for the linter and for Meta."""
        return self.model_dump(exclude_none=True)


class TemplateChange(Change):
    """Another version of a template; its name and language stay."""

    category: NotNull[Category] = Field(
        default=None, description="Of an approved template it cannot change."
    )
    components: Components

    def body(self) -> dict[str, Any]:
        """Return what of the template's body is given anew."""
        return self.model_dump(exclude_none=True)


EXAMPLE: dict[str, Any] = {
    "name": "order_on_its_way",
    "language": "en_US",
    "category": "UTILITY",
    "components": [
        {
            "type": "BODY",
            "text": "Hi {{1}}, your order {{2}} is on its way to you now.",
            "example": {"body_text": [["Ana", "A-1042"]]},
        },
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thank you"}]},
    ],
}
"""A template Meta takes, for the documentation."""
CHANGED: dict[str, Any] = {
    "components": [{"type": "BODY", "text": "Your order is on its way to you now."}]
}
"""Another version of it."""
