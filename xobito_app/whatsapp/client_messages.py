"""Sending and read receipts.

Meta's OpenAPI file (v23.0), section "Messages": `MessageResponsePayload` answers a send,
`MarkMessageRequestPayload` is a read receipt.
"""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.core.phone import E164
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.errors import GraphError, OutcomeUnknown
from xobito_app.whatsapp.graph import Credentials, Graph
from xobito_app.whatsapp.inbound_keys import phone_of
from xobito_app.whatsapp.payloads import Payload, read_receipt

_GATEWAY_TIMEOUT = 504


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """Meta's promise to process a message; delivery is told by status webhooks.

    Attributes:
        message_status: `accepted`, `held_for_quality_assessment` or `paused`; only for templates.
        phone: The receiver's number as WhatsApp knows it, which may differ from the one asked for.
    """

    wamid: str
    message_status: str | None = None
    phone: E164 | None = None
    user_id: str | None = None


class MessageCalls(Graph):
    """Calls to `/{phone_number_id}/messages`."""

    async def send(
        self, credentials: Credentials, phone_number_id: str, payload: Payload
    ) -> SendReceipt:
        """Send a message built by `payloads`.

        The API has no idempotency key, so nothing here ever sends twice.

        Raises:
            GraphError: Meta refused it.
            NotSent: It did not leave; sending again is safe.
            OutcomeUnknown: Meta may have taken it; wait for a status or ask a person.
        """
        try:
            answer = await self.call(
                "POST", f"{phone_number_id}/messages", credentials, body=payload
            )
        except GraphError as error:
            if error.code is None and error.http_status == _GATEWAY_TIMEOUT:
                # A gateway gave up waiting; what stands behind it may have taken the message.
                raise OutcomeUnknown("The connection broke before WhatsApp answered.") from error
            raise
        sent = next(iter(coerce.mappings(answer.get("messages"))), {})
        contact = next(iter(coerce.mappings(answer.get("contacts"))), {})
        wamid = coerce.identifier(sent.get("id"))
        if not wamid:
            raise OutcomeUnknown("WhatsApp took the message but did not say under which id.")
        return SendReceipt(
            wamid=wamid,
            message_status=coerce.text(sent.get("message_status")),
            phone=phone_of(contact.get("wa_id")),
            user_id=coerce.identifier(contact.get("user_id")),
        )

    async def mark_read(
        self,
        credentials: Credentials,
        phone_number_id: str,
        message_id: str,
        *,
        typing: bool = False,
    ) -> None:
        """Mark a message and those before it read; `typing` shows a bubble for up to 25 seconds."""
        await self.call(
            "POST",
            f"{phone_number_id}/messages",
            credentials,
            body=read_receipt(message_id, typing=typing),
        )
