"""Reading requests: the token, the query, a JSON body or a form with a file, all within limits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import from_json
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from xobito_app.api.v1.answers import Malformed, WrongType, fields_of
from xobito_app.api.v1.declare import Endpoint, FilePart
from xobito_app.core.errors import Invalid, TooLarge

Model = TypeVar("Model", bound=BaseModel)

JSON_LIMIT = 1024 * 1024
"""Bytes of a JSON body."""
FIELD_LIMIT = 64 * 1024
KEY_PATTERN = "[A-Za-z0-9_.:-]{1,255}"
"""What an `Idempotency-Key` is made of."""
_JSON = "application/json"
_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Given:
    """What a request brought.

    Attributes:
        body: Checked against the endpoint's declaration; None when it takes none.
        raw: The bytes of the JSON body, or a digest of the form; what tells two requests apart.
    """

    body: Any = None
    file: UploadFile | None = None
    raw: bytes = b""


def read_token(request: Request) -> str:
    """Return the bearer token; empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def read_query(request: Request, model: type[Model]) -> Model:
    """Return the query parameters as declared; others are ignored.

    Raises:
        Invalid: With each parameter that breaks its rule.
    """
    return _check(lambda: model.model_validate(dict(request.query_params)))


@asynccontextmanager
async def reading(request: Request, endpoint: Endpoint) -> AsyncGenerator[Given]:
    """Give what came in the body, and close its file in the end.

    Raises:
        Malformed: It is not JSON, or no form.
        WrongType: It is of another kind.
        TooLarge: It is over the limit.
        Invalid: With each field that breaks its rule.
    """
    if endpoint.body is None:
        yield Given()
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    takes_json = endpoint.file is None or not endpoint.file.is_alone
    if kind == _JSON and takes_json:
        raw = await _read(request, JSON_LIMIT)
        yield Given(_check_json(raw, endpoint.body), None, raw)
    elif kind == _FORM and endpoint.file is not None:
        form = await _read_form(request, endpoint.file)
        try:
            yield await _check_form(form, endpoint.file)
        finally:
            await form.close()
    else:
        kinds = [_JSON] * takes_json + [_FORM] * (endpoint.file is not None)
        raise WrongType(f"Send the body as {' or '.join(kinds)}.")


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise TooLarge(f"The body is over {most // 1024} KB.")
    except ClientDisconnect:
        raise Malformed("The body broke off.") from None
    return bytes(body)


def _check_json(raw: bytes, model: type[Model]) -> Model:
    try:
        from_json(raw)
    except ValueError:
        raise Malformed("The body is not valid JSON.") from None
    return _check(
        lambda: model.model_validate_json(raw, strict=True), is_union=issubclass(model, RootModel)
    )


async def _read_form(request: Request, file: FilePart) -> Any:
    most = file.most + FIELD_LIMIT
    received = 0

    async def limited() -> AsyncGenerator[bytes]:
        nonlocal received
        async for chunk in request.stream():
            received += len(chunk)
            if received > most:
                raise _too_large(file)
            yield chunk

    try:
        return await MultiPartParser(
            request.headers, limited(), max_files=1, max_fields=30, max_part_size=FIELD_LIMIT
        ).parse()
    except (MultiPartException, ClientDisconnect, KeyError, ValueError):
        raise Malformed("The form cannot be read.") from None


def _too_large(file: FilePart) -> TooLarge:
    return TooLarge(f"The file is over {file.most // (1024 * 1024)} MB.")


async def _check_form(form: Mapping[str, Any], part: FilePart) -> Given:
    file = form.get(part.name)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    body = _check(lambda: part.form.model_validate(fields))
    if not isinstance(file, UploadFile):
        raise Invalid.field(part.name, "Attach a file.")
    if (file.size or 0) > part.most:
        raise _too_large(part)
    seen = hashlib.sha256(repr((file.filename, sorted(fields.items()))).encode())
    while piece := await file.read(1 << 18):
        seen.update(piece)
    await file.seek(0)
    return Given(body, file, seen.digest())


def _check(read: Callable[[], Any], *, is_union: bool = False) -> Any:
    try:
        return read()
    except ValidationError as error:
        fields = fields_of(error, is_union=is_union)
        raise Invalid(next(iter(fields.values()))[0], fields) from None


def read_key(request: Request) -> str:
    """Return the `Idempotency-Key`; empty when there is none.

    Raises:
        Invalid: It is too long or made of other characters.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return ""
    if not re.fullmatch(KEY_PATTERN, key):
        raise Invalid.field(
            "Idempotency-Key", "Use 1 to 255 of these: letters, digits, `_`, `.`, `:` and `-`."
        )
    return key
