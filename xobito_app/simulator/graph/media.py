"""Media and resumable uploads: keep files, hand out links for five minutes, check kind and size.

Meta: Cloud API, "Media", and the Resumable Upload API for the samples of templates.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from starlette.responses import Response

from xobito_app.core.crypto import new_token
from xobito_app.simulator.errors import GraphError, no_such_object, parameter
from xobito_app.simulator.graph.call import Call
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World, new_id

KB, MB = 1024, 1024 * 1024
URL_LIFE = 300.0
"""Seconds a media URL works."""
KEPT = 30 * 24 * 3600.0
"""Seconds uploaded media are kept."""
KEPT_INBOUND = 7 * 24 * 3600.0
"""Seconds media of incoming messages are kept."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_LIMITS: dict[str, int] = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
        100 * MB,
    ),
    "image/jpeg": 5 * MB,
    "image/png": 5 * MB,
    "image/webp": 500 * KB,
    "video/mp4": 16 * MB,
    "video/3gpp": 16 * MB,
}
_HANDLE_TYPES = {"image/jpeg", "image/jpg", "image/png", "video/mp4", "application/pdf"}


def keep_media(
    world: World, waba_id: str, content: bytes, mime_type: str, filename: str, *, inbound: bool
) -> Doc:
    """Write a file and return its document."""
    media: Doc = {
        "id": new_id(16),
        "waba_id": waba_id,
        "mime_type": mime_type,
        "filename": filename,
        "sha256": hashlib.sha256(content).hexdigest(),
        "file_size": len(content),
        "at": world.now(),
        "inbound": inbound,
    }
    (world.media_dir / media["id"]).write_bytes(content)
    world.store.put("media", media["id"], media, waba_id)
    return media


async def upload(call: Call) -> Doc:
    """POST /{phone_id}/media."""
    number = call.number()
    if call.params.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    if "file" not in call.files:
        raise parameter("The parameter file is required.")
    part = call.files["file"]
    content: bytes = call.params["_file_bytes"]
    mime_type = part.content_type or str(call.params.get("type", ""))
    bare = mime_type.partition(";")[0].strip().lower()
    if bare not in _LIMITS:
        raise parameter(
            "Param file must be a file with one of the following types: "
            f"{', '.join(sorted(_LIMITS))}. Received file of type '{bare}'."
        )
    if not content:
        raise GraphError(131053, "The uploaded file is empty.")
    if len(content) > _LIMITS[bare]:
        raise GraphError(
            131053, f"File size {len(content)} is over the limit of {_LIMITS[bare]} bytes."
        )
    media = keep_media(
        call.world, number["waba_id"], content, mime_type, part.filename or "", inbound=False
    )
    return {"id": media["id"]}


async def read(call: Call) -> Doc:
    """GET /{media_id}."""
    media = call.media()
    age = call.world.now() - media["at"]
    if age > (KEPT_INBOUND if media["inbound"] else KEPT):
        raise no_such_object(call.node, call.verb)
    wanted = call.params.get("phone_number_id")
    number = call.world.store.find("number", str(wanted)) if wanted else None
    if wanted and (number is None or number["waba_id"] != media["waba_id"]):
        raise parameter("Param phone_number_id does not own this media.")
    return {
        "messaging_product": "whatsapp",
        "url": new_url(call.world, media, call.base),
        "mime_type": media["mime_type"],
        "sha256": media["sha256"],
        "file_size": media["file_size"],
        "id": media["id"],
    }


def new_url(world: World, media: Doc, base: str) -> str:
    """Return a link to a file that works for five simulated minutes."""
    ext = new_token(12)
    world.store.put(
        "media_url",
        ext,
        {"media_id": media["id"], "until": world.now() + URL_LIFE},
        media["waba_id"],
    )
    return f"{base}/whatsapp_business/attachments/?mid={media['id']}&ext={ext}"


def download(world: World, token: Doc, media_id: str, ext: str) -> Response:
    """Answer a media URL; 404 when it is stale or not the token's."""
    link = world.store.find("media_url", ext)
    media = world.store.find("media", media_id)
    is_fresh = link and link["media_id"] == media_id and link["until"] >= world.now()
    if not media or not is_fresh or media["waba_id"] not in token["waba_ids"]:
        return Response("Not Found", status_code=404, media_type="text/plain")
    content = (world.media_dir / media_id).read_bytes()
    return Response(content, media_type=media["mime_type"])


async def delete(call: Call) -> Doc:
    """DELETE /{media_id}."""
    media = call.media()
    call.world.store.delete("media", media["id"])
    (call.world.media_dir / media["id"]).unlink(missing_ok=True)
    return {"success": True}


async def start_session(call: Call) -> Doc:
    """POST /{app_id}/uploads."""
    app = call.app()
    length = call.need("file_length")
    mime_type = call.need("file_type")
    if not length.isdigit() or int(length) > 100 * MB:
        raise parameter("Param file_length must be a number of bytes up to 104857600.")
    if mime_type not in _HANDLE_TYPES:
        raise parameter(f"Param file_type must be one of {', '.join(sorted(_HANDLE_TYPES))}.")
    token = base64.urlsafe_b64encode(secrets.token_bytes(24)).decode()
    session = f"upload:{token}"
    call.world.store.put(
        "upload",
        session,
        {"app_id": app["id"], "length": int(length), "mime_type": mime_type, "offset": 0},
        call.token["waba_ids"][0] if call.token["waba_ids"] else "",
    )
    return {"id": session}


async def continue_session(call: Call) -> Doc:
    """POST /upload:…."""
    session = _session(call)
    try:
        offset = int(call.params.get("file_offset", 0))
    except ValueError:
        raise parameter("Header file_offset must be a number.") from None
    if offset != session["offset"]:
        raise parameter(f"Expected file_offset {session['offset']}.")
    path = call.world.media_dir / f"handle-{hashlib.sha256(call.node.encode()).hexdigest()[:24]}"
    with path.open("ab" if offset else "wb") as file:
        file.write(call.raw)
    session["offset"] = offset + len(call.raw)
    if session["offset"] > session["length"]:
        raise parameter("More bytes were sent than file_length announced.")
    call.world.store.put("upload", call.node, session)
    if session["offset"] < session["length"]:
        return {"id": call.node, "file_offset": session["offset"]}
    handle = f"4::{base64.b64encode(session['mime_type'].encode()).decode()}:{new_token(40)}"
    call.world.store.put("handle", handle, {"file": path.name, "mime_type": session["mime_type"]})
    return {"h": handle}


async def session_state(call: Call) -> Doc:
    """GET /upload:…."""
    return {"id": call.node, "file_offset": _session(call)["offset"]}


def _session(call: Call) -> Doc:
    session = call.world.store.find("upload", call.node)
    if session is None or session["app_id"] != call.token["app_id"]:
        raise no_such_object(call.node, call.verb)
    return session
