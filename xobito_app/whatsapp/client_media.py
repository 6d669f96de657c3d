"""Uploading files to Meta and fetching the ones people sent.

Meta's OpenAPI file (v23.0), section "Media": "Retrieve Media URL" (an address is valid for five
minutes), "Download Media" (only with the access token), "Delete Media".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import BinaryIO

import httpx

from xobito_app.core.errors import TooLarge
from xobito_app.whatsapp import coerce, limits
from xobito_app.whatsapp.errors import (
    NETWORK_ERRORS,
    DamagedMedia,
    GraphError,
    OutcomeUnknown,
    UntrustedUrl,
    of_network,
    of_response,
)
from xobito_app.whatsapp.graph import UPLOAD_SECONDS, Credentials, Graph

# The domains Meta serves files from; a subdomain counts too.
MEDIA_DOMAINS = ("facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net", "whatsapp.com")


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Where a file is: the url is good for five minutes and only with our token."""

    media_id: str
    url: str
    mime_type: str | None
    sha256: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """A file that was fetched whole; size in bytes, checksum in hex."""

    mime_type: str | None
    size: int
    sha256: str


class MediaCalls(Graph):
    """Calls around `/{media_id}` and the files themselves."""

    async def upload_media(
        self,
        credentials: Credentials,
        phone_number_id: str,
        content: bytes | BinaryIO,
        mime_type: str,
        filename: str,
    ) -> str:
        """Upload a file and return its media id, which Meta keeps for 30 days."""
        answer = await self.call(
            "POST",
            f"{phone_number_id}/media",
            credentials,
            seconds=UPLOAD_SECONDS,
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, content, mime_type)},
        )
        media_id = coerce.identifier(answer.get("id"))
        if not media_id:
            raise OutcomeUnknown("WhatsApp took the file but did not say under which id.")
        return media_id

    async def media_info(
        self, credentials: Credentials, media_id: str, *, phone_number_id: str | None = None
    ) -> MediaInfo:
        """Ask for a fresh address of a file."""
        answer = await self.call(
            "GET", media_id, credentials, params={"phone_number_id": phone_number_id}
        )
        return MediaInfo(
            media_id=coerce.identifier(answer.get("id")) or media_id,
            url=coerce.text(answer.get("url")) or "",
            mime_type=coerce.text(answer.get("mime_type")),
            sha256=coerce.text(answer.get("sha256")),
            size=coerce.integer(answer.get("file_size")),
        )

    async def download_media(
        self,
        credentials: Credentials,
        media_id: str,
        into: BinaryIO,
        *,
        phone_number_id: str | None = None,
        sha256: str | None = None,
        max_bytes: int = limits.INBOUND_MEDIA_BYTES,
    ) -> FetchedMedia:
        """Fetch a file piece by piece into an empty binary file.

        Args:
            credentials: The same that own the number.
            media_id: From a webhook or an upload.
            into: Written to from its current position.
            phone_number_id: Makes Meta check that the file belongs to this number.
            sha256: What the webhook announced, hex or base64; Meta's own answer otherwise.
            max_bytes: Where to stop.

        Raises:
            UntrustedUrl: Meta named a host that is not Meta's; the token stays here.
            TooLarge: It is over `max_bytes`.
            DamagedMedia: Its checksum is another one.
            GraphError: Meta refused, also with a fresh address.
            Unavailable: The network failed; fetching again is safe.
        """
        info = await self.media_info(credentials, media_id, phone_number_id=phone_number_id)
        try:
            fetched = await self._fetch(credentials, info, into, max_bytes)
        except GraphError as error:
            if error.http_status != httpx.codes.NOT_FOUND:
                raise
            # Addresses live five minutes; one more is asked for, once.
            info = await self.media_info(credentials, media_id, phone_number_id=phone_number_id)
            fetched = await self._fetch(credentials, info, into, max_bytes)
        for announced in (sha256, info.sha256):
            if announced and not same_sha256(announced, fetched.sha256):
                raise DamagedMedia("The file arrived damaged.")
        return fetched

    async def delete_media(
        self, credentials: Credentials, media_id: str, *, phone_number_id: str | None = None
    ) -> None:
        """Delete a file at Meta."""
        params = {"phone_number_id": phone_number_id}
        await self.call("DELETE", media_id, credentials, params=params)

    def is_trusted(self, url: str) -> bool:
        """Tell whether our token may go to this address: Meta over TLS, or the configured host."""
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError, TypeError):
            return False
        if target.userinfo:
            return False
        ours = (self.base_url.scheme, self.base_url.host, self.base_url.port)
        if (target.scheme, target.host, target.port) == ours:
            return True
        host = target.host.lower()
        return (
            target.scheme == "https"
            and target.port is None
            and any(host == name or host.endswith(f".{name}") for name in MEDIA_DOMAINS)
        )

    async def _fetch(
        self, credentials: Credentials, info: MediaInfo, into: BinaryIO, max_bytes: int
    ) -> FetchedMedia:
        if not self.is_trusted(info.url):
            raise UntrustedUrl("WhatsApp named a file address that is not its own.")
        too_large = TooLarge(f"This file is over {max_bytes // limits.MEGABYTE} MB.")
        if (info.size or 0) > max_bytes:
            raise too_large
        checksum, size = hashlib.sha256(), 0
        try:
            async with self.http.stream("GET", info.url, headers=credentials.headers()) as response:
                if response.status_code != httpx.codes.OK:
                    raise of_response(response.status_code, None)
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > max_bytes:
                        raise too_large
                    checksum.update(chunk)
                    into.write(chunk)
                served_type = response.headers.get("content-type")
        except NETWORK_ERRORS as error:
            raise of_network(error) from error
        return FetchedMedia(info.mime_type or served_type, size, checksum.hexdigest())


def same_sha256(announced: str, actual_hex: str) -> bool:
    """Compare a checksum Meta wrote in hex (REST) or base64 (webhooks) with ours in hex.

    What is neither is not a checksum and proves nothing, so it does not count against the file.
    """
    written = announced.strip()
    if len(written) == 64:
        return hmac.compare_digest(written.lower().encode(), actual_hex.encode())
    try:
        plain = base64.b64decode(
            written.replace("-", "+").replace("_", "/") + "=" * (-len(written) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        return True
    return len(plain) != hashlib.sha256().digest_size or plain.hex() == actual_hex
