"""`/api/docs`: the REST API for people, written from its own OpenAPI document.

A plain page: no script of others, nothing from another host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from xobito_app.api.rest.openapi import build
from xobito_app.settings import get_settings

_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
WORKSPACE = "your-workspace"
FILE = "contacts.csv"
TOKEN = "$XOBITO_TOKEN"  # noqa: S105 (a variable's name)


async def page(_request: Request) -> Response:
    """GET /api/docs: the page."""
    told = build(get_settings().public_url, WORKSPACE)
    return HTMLResponse(
        "".join(_page(told)),
        headers={"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"},
    )


def curl(told: Mapping[str, Any], path: str, method: str) -> str:
    """Return a command that works, once workspace and token are filled in."""
    operation = told["paths"][path][method]
    base = told["servers"][0]["url"].replace("{workspace}", WORKSPACE)
    address = base + re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", path)
    lines = [f'curl -X {method.upper()} "{address}"', f'  -H "Authorization: Bearer {TOKEN}"']
    contents = operation.get("requestBody", {}).get("content", {})
    if contents and method == "post":
        lines.append('  -H "Idempotency-Key: $(uuidgen)"')
    content = contents.get("application/json", {})
    if contents and not content:
        lines.append(f'  -F "file=@{FILE}"')
    if "examples" in content:
        lines.append("  -H 'Content-Type: application/json'")
        example = content["examples"]["example"]["value"]
        body = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
        lines.append(f"  -d '{body}'")
    return " \\\n".join(lines)


def _page(told: Mapping[str, Any]) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>REST API · Xobito</title>'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">'
        '<script src="/xobito.js"></script>'
        '<link rel="stylesheet" href="/tokens.css"><link rel="stylesheet" href="/docs.css">'
        "</head><body>"
    )
    yield from _contents(told)
    yield "<main><h1>REST API</h1>"
    yield _prose(told["info"]["description"])
    yield (
        "<p>Make a token under <b>Settings → API tokens</b>, and find the short name of your "
        "workspace under <b>Settings</b>. The same as a file for machines: "
        '<a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
    )
    for tag in told["tags"]:
        yield f'<h2 id="{_slug(tag["name"])}">{escape(tag["name"])}</h2>'
        for path, method, operation in _operations(told, tag["name"]):
            yield from _operation(told, path, method, operation)
    yield "</main></body></html>"


def _contents(told: Mapping[str, Any]) -> Iterator[str]:
    yield '<nav aria-label="Contents"><a class="brand" href="/">Xobito</a>'
    for tag in told["tags"]:
        name = tag["name"]
        yield f'<a class="tag" href="#{_slug(name)}">{escape(name)}</a>'
        for _, _, operation in _operations(told, name):
            yield f'<a href="#{operation["operationId"]}">{escape(operation["summary"])}</a>'
    yield "</nav>"


def _operations(told: Mapping[str, Any], tag: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield path, method, operation


def _operation(
    told: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Iterator[str]:
    yield (
        f'<section id="{operation["operationId"]}"><h3>{escape(operation["summary"])}</h3>'
        f'<p class="address"><b class="{method}">{method.upper()}</b> '
        f"<code>{escape(path)}</code></p>"
    )
    yield _prose(operation["description"])
    rows = [
        (p["name"], p["in"], p["schema"], p["required"], p.get("description", ""))
        for p in operation["parameters"]
    ]
    yield from _table("Parameters", rows)
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        for name, schema in _kinds(told, content["schema"]):
            title = f"Body, {kind}" + (f": {name}" if name else "")
            yield from _table(title, list(_fields(told, schema)))
            for field, inner in _inside(told, schema):
                yield from _table(f"In {field}", list(_fields(told, inner)))
    yield f"<pre><code>{escape(curl(told, path, method))}</code></pre>"
    yield from _success(told, next(iter(operation["responses"].values()))["content"])
    yield "<p class='codes'>" + " · ".join(
        f"<span title='{escape(answer['description'], quote=True)}'>{code}</span>"
        for code, answer in operation["responses"].items()
    )
    yield "</p></section>"


def _success(told: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[str]:
    if "application/json" not in content:
        yield f"<h4>Answer: a file, {escape(', '.join(content))}</h4>"
        return
    data = _at(told, content["application/json"]["schema"])["properties"]["data"]
    fields = list(_fields(told, _listed(told, _at(told, data))))
    is_list = "next_page_url" in _at(told, data).get("properties", {})
    yield from _table("Answer: each of the page's data" if is_list else "Answer: data", fields)


def _kinds(
    told: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each kind a body may be, with a name when there are several."""
    found = _at(told, schema)
    kinds = found.get("oneOf") or found.get("anyOf")
    if not kinds:
        yield "", found
        return
    for kind in kinds:
        one = _at(told, kind)
        yield str(one["properties"]["type"].get("const", "")), one


def _at(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = told["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _listed(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a page is a list of; anything else as it is."""
    rows = schema.get("properties", {}).get("data", {})
    return _at(told, rows["items"]) if "items" in rows else schema


Row = tuple[str, str, Mapping[str, Any], bool, str]


def _fields(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield name, "", field, name in required, field.get("description", "")


def _inside(
    told: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the fields that have fields themselves, alone, as a choice or in a list."""
    for name, field in schema.get("properties", {}).items():
        for choice in (field, *field.get("anyOf", ())):
            inner = _at(told, choice.get("items", choice))
            if "$ref" in choice.get("items", choice) and "properties" in inner:
                yield name, inner
                yield from _inside(told, inner)


def _table(title: str, rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f"<h4>{escape(title)}</h4><table><tbody>"
    for name, where, schema, is_required, words in rows:
        needed = " <em>required</em>" if is_required and where != "path" else ""
        place = f" <small>{where}</small>" if where else ""
        yield (
            f"<tr><td><code>{escape(name)}</code>{place}{needed}</td>"
            f"<td><small>{escape(_type(schema))}</small></td><td>{_inline(words)}</td></tr>"
        )
    yield "</tbody></table>"


def _type(schema: Mapping[str, Any]) -> str:
    """Say a schema in a few words."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(choice) for choice in choices)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = [str(schema.get("format") or schema.get("type") or "anything")]
    for rule, said in (("minLength", "≥"), ("maxLength", "≤"), ("minimum", "≥"), ("maximum", "≤")):
        if rule in schema:
            words.append(f"{said} {schema[rule]}")
    if schema.get("default") not in (None, ""):
        words.append(f"default {schema['default']}")
    return ", ".join(words)


def _prose(words: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in words.strip().split("\n\n"))


def _inline(words: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words))


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
