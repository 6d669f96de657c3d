"""Calls about numbers, business accounts, subscriptions, tokens and figures.

Meta's OpenAPI file (v23.0): sections "Phone Numbers", "WhatsApp Business Account", "WhatsApp
Business Profile" and "Webhook Subscriptions". Figures
are the fields `pricing_analytics` and `conversation_analytics` of a WABA.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.graph import Credentials, Graph

PHONE_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,name_status,"
    "code_verification_status,platform_type,throughput,account_mode,is_on_biz_app,"
    "is_official_business_account,webhook_configuration,health_status,"
    "whatsapp_business_manager_messaging_limit,last_onboarded_time"
)
WABA_FIELDS = (
    "id,name,currency,timezone_id,account_review_status,business_verification_status,country,"
    "ownership_type,message_template_namespace"
)
PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"


class AccountCalls(Graph):
    """Calls around accounts, numbers and apps; answers as Meta gives them."""

    async def list_phone_numbers(
        self, credentials: Credentials, waba_id: str, *, fields: str = PHONE_FIELDS
    ) -> list[dict[str, Any]]:
        """Return all numbers of a business account."""
        pages = self.pages(f"{waba_id}/phone_numbers", credentials, {"fields": fields})
        return [number async for number in pages]

    async def phone_number(
        self, credentials: Credentials, phone_number_id: str, *, fields: str = PHONE_FIELDS
    ) -> dict[str, Any]:
        """Return one number."""
        return await self.call("GET", phone_number_id, credentials, params={"fields": fields})

    async def waba(
        self, credentials: Credentials, waba_id: str, *, fields: str = WABA_FIELDS
    ) -> dict[str, Any]:
        """Return a business account."""
        return await self.call("GET", waba_id, credentials, params={"fields": fields})

    async def profile(self, credentials: Credentials, phone_number_id: str) -> dict[str, Any]:
        """Return the public business profile of a number."""
        answer = await self.call(
            "GET",
            f"{phone_number_id}/whatsapp_business_profile",
            credentials,
            params={"fields": PROFILE_FIELDS},
        )
        return next(iter(coerce.mappings(answer.get("data"))), {})

    async def subscribed_apps(self, credentials: Credentials, waba_id: str) -> list[dict[str, Any]]:
        """Return the apps that receive a business account's webhooks."""
        answer = await self.call("GET", f"{waba_id}/subscribed_apps", credentials)
        return coerce.mappings(answer.get("data"))

    async def subscribe_app(
        self,
        credentials: Credentials,
        waba_id: str,
        *,
        callback_url: str | None = None,
        verify_token: str | None = None,
    ) -> None:
        """Subscribe the token's app; a callback of its own (200 characters) is optional."""
        body = {"override_callback_uri": callback_url, "verify_token": verify_token}
        await self.call(
            "POST",
            f"{waba_id}/subscribed_apps",
            credentials,
            body=body if callback_url else {},
        )

    async def unsubscribe_app(self, credentials: Credentials, waba_id: str) -> None:
        """Stop the webhooks of a business account for the token's app."""
        await self.call("DELETE", f"{waba_id}/subscribed_apps", credentials)

    async def app_subscriptions(
        self, app_credentials: Credentials, app_id: str
    ) -> list[dict[str, Any]]:
        """Return an app's webhook subscriptions; wants `Credentials.of_app`."""
        answer = await self.call("GET", f"{app_id}/subscriptions", app_credentials)
        return coerce.mappings(answer.get("data"))

    async def set_app_subscription(
        self,
        app_credentials: Credentials,
        app_id: str,
        *,
        callback_url: str,
        verify_token: str,
        fields: Sequence[str],
    ) -> None:
        """Point an app's webhooks at a callback; Meta verifies it during the call."""
        await self.call(
            "POST",
            f"{app_id}/subscriptions",
            app_credentials,
            data={
                "object": "whatsapp_business_account",
                "callback_url": callback_url,
                "verify_token": verify_token,
                "fields": ",".join(fields),
            },
        )

    async def debug_token(self, app_credentials: Credentials, token: str) -> dict[str, Any]:
        """Return what a token may do and until when (`expires_at` 0 is never)."""
        answer = await self.call(
            "GET", "debug_token", app_credentials, params={"input_token": token}
        )
        return coerce.mapping(answer.get("data"))

    async def exchange_code(self, app_id: str, app_secret: str, code: str) -> Credentials:
        """Turn the code of Embedded Signup, which lives about 30 seconds, into a token."""
        answer = await self.call(
            "GET",
            "oauth/access_token",
            None,
            params={"client_id": app_id, "client_secret": app_secret, "code": code},
        )
        return Credentials(access_token=coerce.text(answer.get("access_token")) or "")

    async def revoke(self, credentials: Credentials) -> None:
        """Take back every permission the token gives this app."""
        await self.call("DELETE", "me/permissions", credentials)

    async def pricing_analytics(
        self,
        credentials: Credentials,
        waba_id: str,
        *,
        start: datetime,
        end: datetime,
        granularity: str = "DAILY",
        dimensions: Sequence[str] = ("PRICING_CATEGORY", "PRICING_TYPE", "COUNTRY", "PHONE"),
    ) -> list[dict[str, Any]]:
        """Return volume and cost points; figures are approximate, invoices win."""
        return await self._analytics(
            "pricing_analytics", credentials, waba_id, start, end, granularity, dimensions
        )

    async def conversation_analytics(
        self,
        credentials: Credentials,
        waba_id: str,
        *,
        start: datetime,
        end: datetime,
        granularity: str = "DAILY",
        dimensions: Sequence[str] = ("CONVERSATION_CATEGORY", "CONVERSATION_TYPE", "PHONE"),
    ) -> list[dict[str, Any]]:
        """Return conversation points from the time before messages were priced singly."""
        return await self._analytics(
            "conversation_analytics", credentials, waba_id, start, end, granularity, dimensions
        )

    async def _analytics(
        self,
        name: str,
        credentials: Credentials,
        waba_id: str,
        start: datetime,
        end: datetime,
        granularity: str,
        dimensions: Sequence[str],
    ) -> list[dict[str, Any]]:
        wanted = ",".join(f'"{dimension}"' for dimension in dimensions)
        expression = (
            f"{name}.start({int(start.timestamp())}).end({int(end.timestamp())})"
            f".granularity({granularity})"
        ) + (f".dimensions([{wanted}])" if dimensions else "")
        answer = await self.call("GET", waba_id, credentials, params={"fields": expression})
        series = coerce.mappings(coerce.mapping(answer.get(name)).get("data"))
        return [point for item in series for point in coerce.mappings(item.get("data_points"))]
