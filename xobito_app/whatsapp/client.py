"""The client of Meta's Graph API: one object with every call Xobito makes."""

from __future__ import annotations

from xobito_app.whatsapp.client_accounts import AccountCalls
from xobito_app.whatsapp.client_media import FetchedMedia, MediaCalls, MediaInfo
from xobito_app.whatsapp.client_messages import MessageCalls, SendReceipt
from xobito_app.whatsapp.client_templates import TemplateCalls
from xobito_app.whatsapp.graph import Credentials

__all__ = ["Client", "Credentials", "FetchedMedia", "MediaInfo", "SendReceipt"]


class Client(MessageCalls, MediaCalls, AccountCalls, TemplateCalls):
    """All calls over one connection pool; open one per process and close it at the end.

    Example:
        async with Client("https://graph.facebook.com", "v26.0") as client:
            receipt = await client.send(credentials, phone_number_id, payload)
    """
