"""Reading requests within limits: JSON exactly as it is written, or a form with a file."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, TypeVar

from fastapi import Body
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request

from xobito_app.api.bodies import limited
from xobito_app.api.rest.answers import Malformed, WrongType
from xobito_app.core.errors import TooLarge

Model = TypeVar("Model", bound=BaseModel)

JSON = "application/json"
FORM = "multipart/form-data"
JSON_LIMIT = 1024 * 1024
"""Bytes of a JSON body."""
FIELD_LIMIT = 64 * 1024
"""Bytes of one field of a form, and of what surrounds its file."""
FORM_LIMITS = {"max_files": 1, "max_fields": 30, "max_part_size": FIELD_LIMIT}


class RestRequest(Request):
    """A request whose body is refused as soon as it is of a wrong kind or too long."""

    def __init__(self, request: Request, takes: tuple[str, ...], most_file: int) -> None:
        super().__init__(request.scope, request.receive)
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if takes and given not in takes:
            raise WrongType(f"Send the body as {' or '.join(takes)}.")
        self.kind = given if takes else ""
        self._most_file = most_file

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body.

        Raises:
            TooLarge: It is over the limit of its kind.
        """
        most, sentence = JSON_LIMIT, f"The body is over {JSON_LIMIT // 1024} KB."
        if self.kind == FORM:
            most, sentence = self._most_file + FIELD_LIMIT, _file_sentence(self._most_file)
        async for chunk in limited(self, most, sentence, super().stream()):
            yield chunk

    async def json(self) -> bytes:
        """Return the body as it came: `json_body` reads it, where strict rules can be told."""
        return await self.body()

    async def fields(self) -> FormData:
        """Return the form.

        Raises:
            Malformed: It cannot be read.
        """
        try:
            return await self.form(**FORM_LIMITS)
        except (ClientDisconnect, KeyError, ValueError):
            raise Malformed("The form cannot be read.") from None

    async def fingerprint(self) -> str:
        """Tell two requests apart: by their address, their fields and their file."""
        seen = hashlib.sha256(f"{self.method} {self.url.path}\n".encode())
        if self.kind == JSON:
            seen.update(await self.body())
        elif self.kind == FORM:
            for name, part in sorted((await self.fields()).items()):
                if isinstance(part, UploadFile):
                    seen.update(repr((name, part.filename)).encode())
                    await part.seek(0)
                    while piece := await part.read(1 << 18):
                        seen.update(piece)
                    await part.seek(0)
                else:
                    seen.update(repr((name, part)).encode())
        return seen.hexdigest()


def _file_sentence(most: int) -> str:
    return f"The file is over {most // (1024 * 1024)} MB."


def checked(read: Callable[[], Model], *, is_union: bool = False) -> Model:
    """Return what a body says.

    Args:
        read: Validates it.
        is_union: It is one of several kinds, whose name stands before the path of each problem.

    Raises:
        RequestValidationError: It breaks its rules.
    """
    try:
        return read()
    except ValidationError as error:
        raise RequestValidationError(
            [
                {**problem, "loc": ("body", *problem["loc"][is_union:])}
                for problem in error.errors(include_url=False, include_input=False)
            ]
        ) from None


class _ExactJson:
    """Has a model read from JSON text itself: `"1"` is no number then, and `1` no text."""

    def __get_pydantic_core_schema__(
        self, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        adapter = TypeAdapter(source)
        schema = handler(source)
        is_union = "root" in source.model_fields

        def read(raw: bytes, _: object) -> BaseModel:
            return checked(lambda: adapter.validate_json(raw, strict=True), is_union=is_union)

        return core_schema.no_info_wrap_validator_function(read, schema)


def json_body(example: Mapping[str, Any] | None = None) -> Any:
    """Return what marks an argument as the JSON body.

    Args:
        example: A body that works, for the documentation; a test sends it.
    """
    body = Body(openapi_examples={"example": {"value": example}} if example else None)
    body.metadata.append(_ExactJson())
    return body


def attached(most: int) -> Any:
    """Return what marks a field of a form as a file of at most so many bytes.

    Its check raises `TooLarge`.
    """

    def check(file: UploadFile) -> UploadFile:
        if (file.size or 0) > most:
            raise TooLarge(_file_sentence(most))
        return file

    return AfterValidator(check)
