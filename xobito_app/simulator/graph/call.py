"""One call to the Graph API: its token, its parameters, and what the token may touch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from xobito_app.core.crypto import same
from xobito_app.simulator.errors import GraphError, no_such_object, parameter
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

_METHODS = {"GET": "get", "POST": "post", "DELETE": "delete"}


@dataclass
class Call:
    """What a handler works with.

    Attributes:
        node: The object the path names.
        token: The access token's document; an app token has no `waba_ids`.
        params: Query and body together, as Graph takes them.
        files: Uploaded parts of a multipart body.
        base: Scheme and host the caller used, for links back to here.
    """

    world: World
    method: str
    version: str
    node: str
    token: Doc
    base: str
    params: Doc = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    raw: bytes = b""

    @property
    def verb(self) -> str:
        """The method as Meta's errors write it."""
        return _METHODS.get(self.method, self.method.lower())

    @property
    def is_app_token(self) -> bool:
        """Whether the caller is the app itself rather than a system user."""
        return self.token.get("type") == "APP"

    def need(self, name: str) -> str:
        """Return a parameter as text.

        Raises:
            GraphError: 100 when it is absent.
        """
        value = self.params.get(name)
        if value in (None, ""):
            raise parameter(f"The parameter {name} is required.")
        return str(value)

    def fields(self) -> list[str]:
        """Return the asked fields, split at the commas outside brackets."""
        return split_fields(str(self.params.get("fields", "")))

    def check_waba(self, waba_id: str) -> Doc:
        """Return a WABA the token may touch.

        Raises:
            GraphError: 100/33, the same for missing and foreign.
        """
        waba = self.world.store.find("waba", waba_id)
        if waba is None or waba_id not in self.token.get("waba_ids", []):
            raise no_such_object(self.node, self.verb)
        return waba

    def waba(self) -> Doc:
        """Return the WABA the path names."""
        return self.check_waba(self.node)

    def number(self) -> Doc:
        """Return the number the path names."""
        return self._owned("number")

    def template(self) -> Doc:
        """Return the template the path names."""
        return self._owned("template")

    def media(self) -> Doc:
        """Return the media the path names."""
        return self._owned("media")

    def app(self) -> Doc:
        """Return the app the path names, which must be the caller's own."""
        app = self.world.store.find("app", self.node)
        if app is None or app["id"] != self.token["app_id"]:
            raise no_such_object(self.node, self.verb)
        return app

    def _owned(self, kind: str) -> Doc:
        doc = self.world.store.find(kind, self.node)
        if doc is None or doc["waba_id"] not in self.token.get("waba_ids", []):
            raise no_such_object(self.node, self.verb)
        return doc


def split_fields(text: str) -> list[str]:
    """Split `a,b{c,d},e.f([1,2])` at the outer commas."""
    parts, depth, current = [], 0, ""
    for c in text:
        depth += (c in "({[") - (c in ")}]")
        if c == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += c
    return [part.strip() for part in [*parts, current] if part.strip()]


def authenticate(world: World, request: Request) -> Doc:
    """Return the document of the caller's token.

    Raises:
        GraphError: 104 without a token, 190 with one that is unknown, revoked or expired.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    token = given.strip() if scheme.lower() in {"bearer", "oauth"} else ""
    token = token or request.query_params.get("access_token", "")
    if not token:
        raise GraphError(104)
    return find_token(world, token)


def find_token(world: World, token: str) -> Doc:
    """Return the document of a valid token; an `APPID|SECRET` is the app's own.

    Raises:
        GraphError: 190 when it is unknown, revoked or expired.
    """
    app_id, separator, secret = token.partition("|")
    if separator:
        app = world.store.find("app", app_id)
        if app and same(secret, app["app_secret"]):
            return {"type": "APP", "app_id": app_id, "waba_ids": [], "token": token}
        raise GraphError(190)
    found = world.store.find("token", token)
    if found is None:
        raise GraphError(190)
    expired = found["expires_at"] and found["expires_at"] < world.now()
    if not found["is_valid"] or expired:
        reason = "Session has expired" if expired else "The session has been invalidated"
        raise GraphError(190, message=f"Error validating access token: {reason}", subcode=460)
    return found


async def read_params(request: Request) -> tuple[Doc, dict[str, UploadFile]]:
    """Return query and body parameters together, and uploaded files.

    Raises:
        GraphError: 100 for JSON that cannot be read.
    """
    params: Doc = {k: _maybe_json(v) for k, v in request.query_params.items()}
    files: dict[str, UploadFile] = {}
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        async with request.form() as form:
            for key, value in form.items():
                if isinstance(value, UploadFile):
                    # The form closes its files; what it held is read before.
                    files[key] = value
                    params[f"_{key}_bytes"] = await value.read()
                else:
                    params[key] = _maybe_json(value)
    elif body := await request.body():
        try:
            parsed: Any = json.loads(body)
        except ValueError:
            raise parameter("The request body is not valid JSON.") from None
        if not isinstance(parsed, dict):
            raise parameter("The request body must be a JSON object.")
        params |= parsed
    params.pop("access_token", None)
    return params, files


def _maybe_json(value: str) -> Any:
    if value[:1] in "[{" and value:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
