"""`/campaigns`: one template to many people."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, current_call, needs, not_found
from xobito_app.api.rest.shapes import In, Page, PageQuery, about, limited
from xobito_app.api.tables import CsvFile
from xobito_app.api.v1 import incoming
from xobito_app.api.v1.campaign_models import (
    AudienceIn,
    Campaign,
    CampaignChange,
    CampaignNew,
    DryRun,
    LaunchOrder,
    Recipient,
    Status,
    Variables,
    seconds_of,
    told_as_given,
)
from xobito_app.api.v1.incoming import Kept
from xobito_app.api.v1.selection import FilterQuery, narrow
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.permissions import Actor
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.schemas import Audience, AudienceFile, CampaignDraft
from xobito_app.features.connection import accounts
from xobito_app.features.contacts.labels import groups
from xobito_app.features.templates import service as templates
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.payloads import MediaKind

router = APIRouter(tags=["Campaigns"], route_class=RestRoute)
_THING = "Campaign"
_MISSING = not_found(_THING)
EXAMPLE = {
    "name": "Spring sale",
    "template_name": "order_update",
    "template_language": "en_US",
    "audience": {"recipients": [{"phone": "+16505550142", "columns": {"name": "Ana"}}]},
    "variables": {"body": {"1": {"column": "name", "fallback": "there"}}},
    "skip_contacted_within": "24h",
}
_New = Annotated[CampaignNew, json_body(EXAMPLE)]
_Change = Annotated[CampaignChange, json_body({"name": "Spring sale, second round"})]


class CampaignQuery(PageQuery):
    """Which campaigns are wanted."""

    status: Status | None = None
    search: Annotated[str, limited(200)] = ""


class RecipientQuery(In):
    """Which recipients are wanted."""

    state: Annotated[str, limited(20)] = Field(
        default="",
        description="One of the counts' names, `replied`, `tapped`, `opted_out`, or `any_sent`, "
        "`any_delivered`, `any_read` and `any_failed`: with those who came further.",
    )
    search: Annotated[str, limited(200)] = Field(default="", description="In name or number.")
    cursor: Annotated[str, limited(1000)] = Field(
        default="", description="`next_cursor` of the page before."
    )
    per_page: int = Field(default=15, ge=1, le=100)


@router.get("/campaigns")
async def list_campaigns(
    call: Annotated[Call, needs("campaigns.read")], query: Annotated[CampaignQuery, Query()]
) -> Page[Campaign]:
    """List campaigns, newest first."""
    found = await campaigns.page_campaigns(
        call.session,
        call.actor,
        status=query.status or "",
        search=query.search,
        page=query.page,
        per_page=query.per_page,
    )
    return Page[Campaign].shown(
        call, found.map(Campaign.of), page=query.page, per_page=query.per_page
    )


async def _fetched(
    call: Call, template: tuple[str, str, str], url: str, stack: AsyncExitStack
) -> Kept:
    """Fetch the file of a header as the kind the template wants."""
    async with unit_of_work(call.actor.workspace_id) as uow:
        number = await accounts.choose_number(uow.session, call.actor.workspace_id, template[0])
        row = await _find_template(uow.session, call.actor, number.id, template[1], template[2])
        wanted = (templates.read_template(row).header_format or "").lower()
    if wanted not in {kind.value for kind in MediaKind}:
        raise Invalid.field("header_media_url", "The header of this template takes no file.")
    return await stack.enter_async_context(
        incoming.fetched(call.actor.workspace_id, url, MediaKind(wanted), field="header_media_url")
    )


async def _find_template(
    session: Any, actor: Actor, number_id: UUID, name: str, language: str
) -> Any:
    try:
        return await templates.find_by_name(
            session, actor, number_id=number_id, name=name, language=language
        )
    except NotFound as error:
        raise Invalid.field("template_name", error.message) from None


async def _header_of_new(
    call: Annotated[Call, Depends(current_call)], body: _New
) -> AsyncGenerator[Kept | None]:
    """Fetch the file of a header before the transaction."""
    await call.require_first()
    async with AsyncExitStack() as stack:
        wanted = (body.from_phone_number_id or "", body.template_name, body.template_language)
        url = body.header_media_url
        yield await _fetched(call, wanted, url, stack) if url else None


async def _header_of_change(
    call: Annotated[Call, Depends(current_call)], body: _Change
) -> AsyncGenerator[Kept | None]:
    """Fetch the file of a header before the transaction."""
    await call.require_first()
    async with AsyncExitStack() as stack:
        url = body.header_media_url
        if url and not (body.template_name and body.template_language):
            raise Invalid.field(
                "header_media_url", "Give template_name and template_language with the file."
            )
        wanted = (
            body.from_phone_number_id or "",
            body.template_name or "",
            body.template_language or "",
        )
        yield await _fetched(call, wanted, url, stack) if url else None


@router.post("/campaigns", status_code=201, response_description="Campaign created")
async def create_campaign(
    call: Annotated[Call, needs("campaigns.create")],
    body: _New,
    header: Annotated[Kept | None, Depends(_header_of_new, scope="function")],
) -> Campaign:
    """Create a campaign, as a draft.

    Nothing is sent before it is launched.
    """
    draft = await _draft(call, body.given(), header)
    with told_as_given():
        view = await campaigns.create_campaign(call.session, call.actor, draft=draft)
        return Campaign.of(await _list_recipients(call, view.id, body.audience) or view)


@router.get("/campaigns/{campaign_id}", responses=_MISSING)
async def get_campaign(
    call: Annotated[Call, needs("campaigns.read")], campaign_id: UUID
) -> Campaign:
    """Get a campaign and how far it is."""
    return Campaign.of(
        await campaigns.get_campaign(call.session, call.actor, campaign_id=campaign_id)
    )


@router.put("/campaigns/{campaign_id}", response_description="Campaign updated", responses=_MISSING)
async def update_campaign(
    call: Annotated[Call, needs("campaigns.create")],
    campaign_id: UUID,
    body: _Change,
    header: Annotated[Kept | None, Depends(_header_of_change, scope="function")],
) -> Campaign:
    """Update a draft or a scheduled campaign.

    A scheduled one is fixed anew for its time. It becomes a draft again, and `reason` says why,
    where it cannot go out as it is then, or the token may not launch.
    """
    await campaigns.get_campaign(call.session, call.actor, campaign_id=campaign_id)
    given = body.given()
    if ("template_name" in given) != ("template_language" in given):
        raise Invalid.field("template_name", "Give template_name and template_language together.")
    draft = await _draft(call, given, header)
    with told_as_given():
        view = await campaigns.update_campaign(
            call.session, call.actor, campaign_id=campaign_id, draft=draft
        )
        return Campaign.of(await _list_recipients(call, campaign_id, body.audience) or view)


@router.delete(
    "/campaigns/{campaign_id}", response_description="Campaign deleted", responses=_MISSING
)
async def delete_campaign(
    call: Annotated[Call, needs("campaigns.create")], campaign_id: UUID
) -> None:
    """Delete a draft or a scheduled campaign."""
    await campaigns.delete_campaign(call.session, call.actor, campaign_id=campaign_id)


async def _draft(call: Call, given: dict[str, Any], header: Kept | None) -> CampaignDraft:
    """Return what a body says, as the service takes it."""
    draft: dict[str, Any] = {
        name: given[name] for name in ("name", "scheduled_at", "canary") if name in given
    }
    if "template_name" in given:
        number = await accounts.choose_number(
            call.session, call.actor.workspace_id, given.get("from_phone_number_id") or ""
        )
        row = await _find_template(
            call.session, call.actor, number.id, given["template_name"], given["template_language"]
        )
        draft |= {"number_id": number.id, "template_id": row.id}
    elif "from_phone_number_id" in given:
        number = await accounts.choose_number(
            call.session, call.actor.workspace_id, given["from_phone_number_id"]
        )
        draft["number_id"] = number.id
    if "skip_contacted_within" in given:
        draft["skip_seconds"] = seconds_of(given["skip_contacted_within"])
    variables: Variables | None = given.get("variables")
    if variables is not None:
        draft["variables"] = variables.values_by_key()
    audience: AudienceIn | None = given.get("audience")
    if audience is not None:
        draft["audience"] = await _audience(call, audience)
    if "header_media_url" in given:
        used = await header.use(call.session, call.actor) if header else None
        draft["header_media_id"] = used
    return CampaignDraft(**draft)


async def _audience(call: Call, given: AudienceIn) -> Audience:
    ways = (given.groups, given.segment_id, given.contact_ids, given.filter, given.recipients)
    if sum(way is not None for way in ways) != 1:
        raise Invalid.field(
            "audience", "Give one of groups, segment_id, contact_ids, filter and recipients."
        )
    contact_filter = None
    if given.filter is not None:
        contact_filter = await narrow(call, FilterQuery(**dict(given.filter)))
        if contact_filter is None:
            raise Invalid.field("audience.filter.group", "There is no such group.")
    return Audience(
        group_ids=await _group_ids(call, given.groups or [], "audience.groups"),
        segment_id=given.segment_id,
        contact_ids=tuple(given.contact_ids or ()),
        contact_filter=contact_filter,
        file=AudienceFile() if given.recipients is not None else None,
        except_group_ids=await _group_ids(call, given.except_groups, "audience.except_groups"),
    )


async def _group_ids(call: Call, names: list[str], field: str) -> tuple[UUID, ...]:
    if not names:
        return ()
    known = {one.name.lower(): one.id for one in await groups.list_groups(call.session, call.actor)}
    missing = [name for name in names if name.strip().lower() not in known]
    if missing:
        raise Invalid.field(field, f"There is no group “{missing[0]}”.")
    return tuple(known[name.strip().lower()] for name in names)


async def _list_recipients(call: Call, campaign_id: UUID, audience: AudienceIn | None) -> Any:
    """Store recipients who need not be contacts; None when none were given."""
    if audience is None or audience.recipients is None:
        return None
    lines = [(one.phone, one.columns) for one in audience.recipients]
    return await campaigns.take_list(
        call.session, call.actor, campaign_id=campaign_id, recipients=lines
    )


@router.post(
    "/campaigns/{campaign_id}/dry-run", response_description="Dry run done", responses=_MISSING
)
async def dry_run_campaign(
    call: Annotated[Call, needs("campaigns.create")], campaign_id: UUID
) -> DryRun:
    """Tell what a launch would do, without doing it.

    Every message is built; each person who would get nothing has one reason.
    """
    with told_as_given():
        return DryRun.of(await campaigns.dry_run(call.session, call.actor, campaign_id=campaign_id))


@router.post(
    "/campaigns/{campaign_id}/launch", response_description="Campaign launched", responses=_MISSING
)
async def launch_campaign(
    call: Annotated[Call, needs("campaigns.launch")],
    campaign_id: UUID,
    body: Annotated[LaunchOrder, json_body({"confirm": 1})],
) -> Campaign:
    """Launch a campaign: in five seconds, or at its scheduled time.

    Audience and words are fixed from then on. Above 1,000 people `confirm` must say how many.
    """
    with told_as_given():
        return Campaign.of(
            await campaigns.launch_campaign(
                call.session, call.actor, campaign_id=campaign_id, confirm=body.confirm
            )
        )


@router.post(
    "/campaigns/{campaign_id}/pause", response_description="Campaign paused", responses=_MISSING
)
async def pause_campaign(
    call: Annotated[Call, needs("campaigns.launch")], campaign_id: UUID
) -> Campaign:
    """Pause a campaign: no request begins any more."""
    return Campaign.of(
        await campaigns.pause_campaign(call.session, call.actor, campaign_id=campaign_id)
    )


@router.post(
    "/campaigns/{campaign_id}/resume", response_description="Campaign resumed", responses=_MISSING
)
async def resume_campaign(
    call: Annotated[Call, needs("campaigns.launch")], campaign_id: UUID
) -> Campaign:
    """Go on with a paused campaign."""
    return Campaign.of(
        await campaigns.resume_campaign(call.session, call.actor, campaign_id=campaign_id)
    )


@router.post(
    "/campaigns/{campaign_id}/cancel", response_description="Campaign cancelled", responses=_MISSING
)
async def cancel_campaign(
    call: Annotated[Call, needs("campaigns.launch")], campaign_id: UUID
) -> Campaign:
    """End a campaign: who waits gets nothing."""
    return Campaign.of(
        await campaigns.cancel_campaign(call.session, call.actor, campaign_id=campaign_id)
    )


@router.post(
    "/campaigns/{campaign_id}/retry", response_description="Campaign retried", responses=_MISSING
)
async def retry_campaign(
    call: Annotated[Call, needs("campaigns.launch")],
    campaign_id: UUID,
    splits_days: Annotated[
        bool, Query(description="Who is over Meta's limit of 24 hours is tried on a later day.")
    ] = False,
) -> Campaign:
    """Try those again that failed, expired or were cancelled, as far as Meta allows."""
    return Campaign.of(
        await campaigns.retry_campaign(
            call.session, call.actor, campaign_id=campaign_id, splits_days=splits_days
        )
    )


@router.get("/campaigns/{campaign_id}/recipients", responses=_MISSING)
async def list_recipients(
    call: Annotated[Call, needs("campaigns.read")],
    campaign_id: UUID,
    query: Annotated[RecipientQuery, Query()],
) -> Page[Recipient]:
    """List recipients, in the order of the audience."""
    wanted = {"state": query.state, "search": query.search, "cursor": query.cursor}
    with about("cursor"):
        found = await campaigns.list_recipients(
            call.session, call.actor, campaign_id=campaign_id, limit=query.per_page, **wanted
        )
    return Page[Recipient].shown(call, found.map(Recipient.of), per_page=query.per_page)


@router.get("/campaigns/{campaign_id}/export", responses=_MISSING, response_class=CsvFile)
async def export_campaign(
    call: Annotated[Call, needs("campaigns.read")], campaign_id: UUID
) -> CsvFile:
    """Get all recipients as CSV."""
    await campaigns.get_campaign(call.session, call.actor, campaign_id=campaign_id)
    lines = campaigns.export_recipients(call.actor, campaign_id=campaign_id)
    return CsvFile(f"campaign-{campaign_id}", lines)
