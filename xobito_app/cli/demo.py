"""`xobito demo`: a workspace with believable data, all of it through the simulator's webhooks."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

if TYPE_CHECKING:
    from xobito_app.cli.demo_talk import Talk
    from xobito_app.core.permissions import Actor
    from xobito_app.features.connection.schemas import ConnectionView

NAME = "Oak & Linen"

_PATIENCE_SECONDS = 90.0


def demo(
    slug: Annotated[str, typer.Option(help="The new workspace's slug.")] = "demo",
) -> None:
    """Make a workspace with staff, contacts and talks on the simulator. Xobito must be running."""
    from xobito_app.cli.services import perform
    from xobito_app.settings import get_settings

    password = "-".join(secrets.token_hex(2) for _ in range(3))
    emails = perform(lambda: _make(slug, password))
    print(f"The demo is ready: {get_settings().public_url}")
    print(f"Sign in as {emails[0]} with {password}")
    print(f"The same password opens {', '.join(emails[1:])}.")


async def _make(slug: str, password: str) -> list[str]:
    from xobito_app.cli import demo_contacts
    from xobito_app.features.connection import connecting, service

    await _check_running()
    await service.require_simulator()
    actor, emails = await _make_people(slug, password)
    await demo_contacts.fill(actor)
    view = await connecting.start_simulator(actor)
    await _talk_of_the_past(view)
    await _talk_of_today(view)
    await _await_inbox(actor, view)
    await _work_on_it(actor)
    return emails


async def _check_running() -> None:
    """Raise: Unavailable: The web process does not answer, so no webhook would arrive."""
    import httpx

    from xobito_app.core.errors import Unavailable
    from xobito_app.settings import get_settings

    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            url = f"http://127.0.0.1:{get_settings().port}/health"
            (await client.get(url)).raise_for_status()
    except httpx.HTTPError:
        raise Unavailable(
            "Xobito is not running here; start it with `make run`, then call this in another "
            "terminal with the same PORT and XOBITO_DATA_DIR."
        ) from None


async def _make_people(slug: str, password: str) -> tuple[Actor, list[str]]:
    from xobito_app.cli import demo_talk
    from xobito_app.core.permissions import ALL, Actor
    from xobito_app.features.inbox.composing import canned
    from xobito_app.features.workspaces import service as workspaces, team
    from xobito_app.persistence.unit_of_work import unit_of_work

    owner = f"ana@{slug}.example"
    emails = [owner]
    async with unit_of_work() as uow:
        user_id, workspace_id = await workspaces.create_workspace(
            uow,
            slug=slug,
            name=NAME,
            owner_name="Ana Ruiz",
            owner_email=owner,
            owner_password=password,
        )
        actor = Actor(workspace_id, user_id, "Ana Ruiz", ALL, is_owner=True)
        roles = {role.name: role.id for role in await team.list_roles(uow.session, actor)}
        for name, local, role in demo_talk.STAFF:
            emails.append(f"{local}@{slug}.example")
            await team.create_member(
                uow.session,
                actor,
                name=name,
                email=emails[-1],
                password=password,
                role_id=roles[role],
                # Everybody who looks at the demonstration uses the one that is printed.
                must_change=False,
            )
        for shortcut, body in demo_talk.CANNED:
            await canned.save(uow.session, actor, reply_id=None, shortcut=shortcut, body=body)
    return actor, emails


async def _talk_of_the_past(view: ConnectionView) -> None:
    """Have the simulator deliver webhooks of long ago, each talk in its order."""
    from xobito_app.cli import demo_talk
    from xobito_app.features.connection import simulator

    account = await simulator.call("GET", f"/wabas/{view.waba_id}")
    for place, talk in enumerate(demo_talk.past_talks(demo_talk.PAST)):
        for line in talk.lines:
            if line.content["type"] == "image" and "id" not in line.content["image"]:
                line.content["image"] |= await _upload(view, "image", place)
        for field, value in _changes(account, talk):
            await simulator.call(
                "POST",
                f"/wabas/{view.waba_id}/raw",
                json={"field": field, "value": value, "lane": talk.phone},
            )


def _changes(account: dict[str, Any], talk: Talk) -> list[tuple[str, dict[str, Any]]]:
    number = "".join(c for c in account["display_phone_number"] if c.isdigit())
    metadata = {
        "display_phone_number": number,
        "phone_number_id": account["phone_number_id"],
    }
    changes: list[tuple[str, dict[str, Any]]] = []
    for line in talk.lines:
        item: dict[str, Any] = {
            "id": f"wamid.{uuid4().hex}",
            "timestamp": str(int(time.time() - line.before_now.total_seconds())),
            **line.content,
        }
        value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": metadata}
        if line.is_theirs:
            value["contacts"] = [{"profile": {"name": talk.name}, "wa_id": talk.phone}]
            value["messages"] = [{"from": talk.phone, **item}]
            changes.append(("messages", value))
        else:
            value["message_echoes"] = [{"from": number, "to": talk.phone, **item}]
            changes.append(("smb_message_echoes", value))
    return changes


async def _upload(view: ConnectionView, kind: str, seed: int) -> dict[str, str]:
    from xobito_app.cli import demo_talk
    from xobito_app.features.connection import simulator

    file = (
        ("picture.png", demo_talk.picture(seed), "image/png")
        if kind == "image"
        else ("floor plan.pdf", demo_talk.page(), "application/pdf")
    )
    kept = await simulator.call("POST", f"/wabas/{view.waba_id}/media", files={"file": file})
    return {"id": kept["media_id"], "mime_type": file[2]}


async def _talk_of_today(view: ConnectionView) -> None:
    """Let simulated customers write now, so that their chats stand on the simulator's phone too."""
    from xobito_app.cli import demo_talk
    from xobito_app.features.connection import simulator

    listed = await simulator.call("GET", f"/wabas/{view.waba_id}/customers?limit=200")
    known = {row["name"]: row["id"] for row in listed["data"]}
    for place, (name, phone, acts) in enumerate(demo_talk.RECENT):
        if name not in known:
            made = await simulator.call(
                "POST", f"/wabas/{view.waba_id}/customers", json={"name": name, "phone": phone}
            )
            known[name] = made["id"]
        for act in acts:
            whole = dict(act)
            if act["type"] in {"image", "document"}:
                whole["media_id"] = (await _upload(view, act["type"], place))["id"]
            await simulator.call("POST", f"/customers/{known[name]}/messages", json=whole)


async def _await_inbox(actor: Actor, view: ConnectionView) -> None:
    """Return when everything delivered stands in the inbox.

    Raises:
        Unavailable: The workers do not read what arrives.
    """
    from xobito_app.cli import demo_talk
    from xobito_app.core.errors import Unavailable
    from xobito_app.features.connection import simulator
    from xobito_app.features.inbox.threads import threads
    from xobito_app.persistence.unit_of_work import unit_of_work

    wanted = demo_talk.PAST + len(demo_talk.RECENT)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        state = await simulator.call("GET", f"/state?waba_id={view.waba_id}")
        async with unit_of_work(actor.workspace_id) as uow:
            counts = await threads.count_threads(uow.session, actor)
        if not state["undelivered"] and counts.all >= min(wanted, threads.COUNT_CAP):
            return
        await asyncio.sleep(0.3)
    raise Unavailable("The talks were sent, but the workers do not read them; see `xobito doctor`.")


async def _work_on_it(actor: Actor) -> None:
    """Assign, note and close some of it, as a team would have."""
    from xobito_app.cli import demo_talk
    from xobito_app.features.inbox.schemas import ThreadFilter
    from xobito_app.features.inbox.threads import thread_actions, threads
    from xobito_app.features.workspaces import team
    from xobito_app.persistence.unit_of_work import unit_of_work

    async with unit_of_work(actor.workspace_id) as uow:
        members = await team.list_members(uow.session, actor)
        hands = [m.user_id for m in members if m.role != "Viewer"]
        lines = (await threads.list_threads(uow.session, actor, ThreadFilter())).rows
        for place, line in enumerate(lines):
            if place % 3 == 0:
                await thread_actions.assign(
                    uow.session,
                    actor,
                    conversation_id=line.id,
                    assignee_id=hands[place // 3 % len(hands)],
                )
            if place % 9 == 2:
                await thread_actions.add_note(
                    uow.session,
                    actor,
                    conversation_id=line.id,
                    body=demo_talk.NOTES[place // 9 % len(demo_talk.NOTES)],
                    key=uuid4().hex,
                )
            if place >= len(demo_talk.RECENT):
                await thread_actions.mark_read(
                    uow.session, actor, conversation_id=line.id, shown=None
                )
            if place > 25 and place % 2:
                await thread_actions.close(uow.session, actor, conversation_id=line.id)
