"""Reading forms that browsers post, and refusing those of foreign pages."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from xobito_app.api.bodies import read_body
from xobito_app.core.errors import Forbidden, Invalid
from xobito_app.settings import get_settings

FORM_LIMIT = 64 * 1024
"""Bytes of a posted form."""
_PATH = re.compile(r"[^\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]*")


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form sent as `application/x-www-form-urlencoded`.

    Raises:
        Forbidden: The form was posted from a foreign page.
        Invalid: It is no such form.
        TooLarge: It is longer than `FORM_LIMIT`.
    """
    require_own_origin(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Invalid("Send the form as application/x-www-form-urlencoded.")
    body = await read_body(request, FORM_LIMIT, "This form is too long.")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Invalid("This form cannot be read.") from None
    return {name: value.replace("\0", "") for name, value in fields}


def require_own_origin(request: Request) -> None:
    """Refuse what a foreign page makes a browser post.

    Browsers name the posting page's origin in every such request, so a request that names
    none does not come from a page and carries nobody's cookies unasked.

    Raises:
        Forbidden: The page is of another origin.
    """
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("This request comes from a foreign page.")
    origin = headers.get("origin") or headers.get("referer")
    if origin is None:
        return
    parts = urlsplit(origin)
    given = f"{parts.scheme}://{parts.netloc}"
    if given.lower() not in get_settings().own_origins:
        raise Forbidden("This request comes from a foreign page.")


def safe_path(wanted: str, default: str = "/inbox") -> str:
    """Return a path inside this application to go to, whatever was asked for."""
    # Browsers drop some control characters and read backslashes as slashes: none of them passes.
    is_path = wanted.startswith("/") and not wanted.startswith("//")
    if not is_path or not _PATH.fullmatch(wanted):
        return default
    return wanted[:500]


def wants_json(request: Request) -> bool:
    """Tell whether a page's own script asks, which shows the answer in place."""
    return "application/json" in request.headers.get("accept", "")
