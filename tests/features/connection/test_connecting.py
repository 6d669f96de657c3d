import json
from dataclasses import replace

import pytest
from sqlmodel import select

from tests.features.connection.meta import Meta, free_port, stored
from tests.fixtures import EmptyWorld, make_empty_world, make_member
from xobito_app.core.errors import Conflict, Forbidden, Invalid, Unavailable
from xobito_app.features.connection import connecting, service
from xobito_app.features.connection.schemas import GivenCredentials, Step
from xobito_app.features.ingest import drain, intake
from xobito_app.models.connection import EventState, InboundEvent, Template
from xobito_app.models.workspaces import Activity
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import signature


async def test_connecting_stores_numbers_templates_routes_and_seals_secrets(
    meta: Meta, empty: EmptyWorld
):
    given = await meta.given()
    steps: list[Step] = []

    async def note(step: Step) -> None:
        steps.append(step)

    view = await connecting.connect(empty.owner, given, progress=note)
    assert view.is_connected
    assert not view.is_simulated
    assert steps == list(Step)
    left = await stored(empty.workspace_id)
    (connection,) = left["connections"]
    assert given.access_token not in connection.token_sealed
    assert connection.scopes
    assert [number.is_primary for number in left["numbers"]] == [True]
    assert left["numbers"][0].messaging_limit == "TIER_2K"
    assert {route.external_id for route in left["routes"]} == {given.waba_id, given.phone_number_id}
    assert given.app_secret not in left["secrets"][0].app_secret_sealed
    async with unit_of_work(empty.workspace_id) as uow:
        assert len((await uow.session.exec(select(Template))).all()) == 6
        logged = (await uow.session.exec(select(Activity))).all()
    assert "connection.connected" in {entry.action for entry in logged}
    assert given.access_token not in json.dumps([entry.detail for entry in logged])
    seen = await meta.control("GET", f"/wabas/{given.waba_id}")
    assert seen["is_subscribed"]
    assert seen["callback_url"].endswith("/webhooks/whatsapp")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("access_token", "EAAwrong", "token is not valid"),
        ("app_secret", "0" * 32, "app secret is not the one of the app"),
        ("app_id", "123456789012345", "The token was made for the app"),
        ("waba_id", "999999999999999", "finds no WhatsApp Business Account"),
        ("phone_number_id", "888888888888888", "has no phone number id 888888888888888"),
    ],
)
async def test_the_wrong_credential_is_named_and_nothing_is_left(
    meta: Meta, empty: EmptyWorld, field, value, says
):
    given = replace(await meta.given(), **{field: value})
    with pytest.raises(Invalid, match=says) as caught:
        await connecting.connect(empty.owner, given)
    assert list(caught.value.fields) == [field]
    assert value not in caught.value.message or field not in {"access_token", "app_secret"}
    assert not any((await stored(empty.workspace_id)).values())


async def test_metas_own_words_stand_beside_ours(meta: Meta, empty: EmptyWorld):
    given = replace(await meta.given(), waba_id="999999999999999")
    with pytest.raises(Invalid, match="Meta says: “Unsupported get request"):
        await connecting.connect(empty.owner, given)


async def test_a_token_without_a_permission_is_refused(meta: Meta, empty: EmptyWorld, monkeypatch):
    monkeypatch.setattr("xobito_app.simulator.world.SCOPES", ["whatsapp_business_messaging"])
    given = await meta.given()
    with pytest.raises(Invalid, match="lacks the permission whatsapp_business_management"):
        await connecting.connect(empty.owner, given)
    assert not any((await stored(empty.workspace_id)).values())


async def test_an_unreachable_callback_is_told_and_nothing_is_left(
    meta: Meta, empty: EmptyWorld, setting
):
    given = await meta.given()
    setting(PORT=str(free_port()))
    with pytest.raises(Invalid, match=r"got no right answer.*Meta says: “\(#2200\)") as caught:
        await connecting.connect(empty.owner, given)
    assert list(caught.value.fields) == ["verify_token"]
    assert not any((await stored(empty.workspace_id)).values())
    assert not (await meta.control("GET", f"/wabas/{given.waba_id}"))["is_subscribed"]


async def test_meta_being_away_is_not_blamed_on_anyone(meta: Meta, empty: EmptyWorld, setting):
    given = await meta.given()
    setting(GRAPH_API_URL=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable, match="cannot be reached"):
        await connecting.connect(empty.owner, given)
    assert not any((await stored(empty.workspace_id)).values())


async def test_metas_host_wants_a_public_https_address(empty: EmptyWorld, meta: Meta, setting):
    given = await meta.given()
    setting(GRAPH_API_URL="https://graph.facebook.com")
    with pytest.raises(Invalid, match="PUBLIC_URL"):
        await connecting.connect(empty.owner, given)


async def test_an_account_of_another_workspace_is_refused(meta: Meta, empty: EmptyWorld):
    given = await meta.given()
    await connecting.connect(empty.owner, given)
    other = await make_empty_world()
    with pytest.raises(Conflict, match="another workspace"):
        await connecting.connect(other.owner, given)
    assert not any((await stored(other.workspace_id)).values())
    assert len((await stored(empty.workspace_id))["secrets"]) == 1


async def test_a_failed_reconnect_leaves_the_working_connection(
    meta: Meta, empty: EmptyWorld, setting
):
    given = await meta.given()
    await connecting.connect(empty.owner, given)
    before = (await stored(empty.workspace_id))["secrets"][0]
    setting(PORT=str(free_port()))
    with pytest.raises(Invalid):
        await connecting.connect(empty.owner, replace(given, verify_token="another"))
    left = await stored(empty.workspace_id)
    assert left["connections"][0].state == "connected"
    assert left["secrets"][0].verify_token_sealed == before.verify_token_sealed


async def test_agents_may_not_connect(meta: Meta, empty: EmptyWorld):
    agent = await make_member(empty, "Agent")
    with pytest.raises(Forbidden):
        await connecting.connect(agent, await meta.given())


async def test_fields_are_checked_before_anything_is_asked():
    with pytest.raises(Invalid) as caught:
        GivenCredentials.read(
            waba_id="", phone_number_id="12 34", access_token="a b", app_id="1", app_secret=""
        )
    assert set(caught.value.fields) == {"waba_id", "phone_number_id", "access_token", "app_secret"}


async def test_what_came_before_connecting_is_read_after_it(meta: Meta, empty: EmptyWorld):
    given = await meta.given()
    body = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": given.waba_id,
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "15550001111",
                                "phone_number_id": given.phone_number_id,
                            },
                            "contacts": [{"profile": {"name": "Early"}, "wa_id": "16505550999"}],
                            "messages": [
                                {
                                    "from": "16505550999",
                                    "id": f"wamid.early{given.waba_id}",
                                    "timestamp": "1760000000",
                                    "type": "text",
                                    "text": {"body": "Anybody there?"},
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    }
    raw = json.dumps(body).encode()
    # Another connection of the same Meta app let it in.
    proof = signature.digest_of(signature.sign(given.app_secret, raw))
    async with unit_of_work() as uow:
        await intake.store_deliveries(uow.session, [intake.Delivery(raw, proof, ())])
    await drain.drain()
    assert await _state_of(given.waba_id) == EventState.UNCLAIMED
    await connecting.connect(empty.owner, given)
    await drain.drain()
    assert await _state_of(given.waba_id) == EventState.DONE


async def _state_of(waba_id: str) -> str:
    async with unit_of_work() as uow:
        rows = await uow.session.exec(select(InboundEvent))
        return next(row.state for row in rows if f"early{waba_id}".encode() in row.body)


async def test_the_simulator_is_connected_in_the_same_way(meta: Meta, empty: EmptyWorld):
    view = await connecting.start_simulator(empty.owner)
    assert view.is_simulated
    assert view.is_connected
    assert (await connecting.start_simulator(empty.owner)).id == view.id
    assert len((await stored(empty.workspace_id))["connections"]) == 1


async def test_a_switched_off_simulator_is_refused(meta: Meta, empty: EmptyWorld, setting):
    setting(XOBITO_SIMULATOR="0")
    with pytest.raises(Forbidden, match="switched off"):
        await connecting.start_simulator(empty.owner)


async def test_a_real_number_closes_the_simulator_unless_switched_on(
    meta: Meta, empty: EmptyWorld, setting
):
    setting(XOBITO_SIMULATOR="")
    await connecting.connect(empty.owner, await meta.given())
    other = await make_empty_world()
    with pytest.raises(Forbidden, match="real number is connected"):
        await connecting.start_simulator(other.owner)
    setting(XOBITO_SIMULATOR="1")
    assert (await connecting.start_simulator(other.owner)).is_simulated


async def test_a_real_number_takes_the_simulator_s_place(meta: Meta, empty: EmptyWorld, setting):
    simulated = await connecting.start_simulator(empty.owner)
    setting(XOBITO_SIMULATOR="")
    await connecting.connect(empty.owner, await meta.given())
    left = await stored(empty.workspace_id)
    states = {c.id: c.state for c in left["connections"]}
    assert states.pop(simulated.id) == "disconnected"
    assert set(states.values()) == {"connected"}


async def test_a_sign_up_code_connects_like_hand_typed_credentials(
    meta: Meta, empty: EmptyWorld, setting
):
    made = await meta.make_account("Signed up")
    setting(FACEBOOK_APP_ID=made["app_id"], FACEBOOK_APP_SECRET=made["app_secret"])
    code = (await meta.control("POST", f"/wabas/{made['waba_id']}/codes"))["code"]
    view = await connecting.connect_with_code(empty.owner, code=code)
    assert view.waba_id == made["waba_id"]
    with pytest.raises(Invalid, match="did not take the sign-up code"):
        await connecting.connect_with_code(empty.owner, code=code)


async def test_disconnecting_forgets_secrets_and_keeps_everything_else(
    meta: Meta, empty: EmptyWorld
):
    given = await meta.given()
    view = await connecting.connect(empty.owner, given)
    await service.disconnect(empty.owner, connection_id=view.id)
    left = await stored(empty.workspace_id)
    (connection,) = left["connections"]
    assert connection.state == "disconnected"
    assert connection.token_sealed == ""
    assert connection.reason == "Disconnected by Olga Owner."
    assert left["numbers"]
    assert left["routes"] == left["secrets"] == []
    seen = await meta.control("GET", f"/wabas/{given.waba_id}")
    assert not seen["is_subscribed"]
    assert seen["access_token"] == "", "the token was revoked"
    async with unit_of_work(empty.workspace_id) as uow:
        assert (await uow.session.exec(select(Template))).all()


async def test_disconnecting_works_with_a_dead_token(meta: Meta, empty: EmptyWorld):
    view = await connecting.start_simulator(empty.owner)
    await meta.control("DELETE", f"/wabas/{view.waba_id}")
    await service.disconnect(empty.owner, connection_id=view.id)
    assert (await stored(empty.workspace_id))["connections"][0].state == "disconnected"


async def test_one_may_connect_again_after_disconnecting(meta: Meta, empty: EmptyWorld):
    given = await meta.given()
    view = await connecting.connect(empty.owner, given)
    await service.disconnect(empty.owner, connection_id=view.id)
    made = await meta.control("POST", f"/wabas/{given.waba_id}/tokens", json={})
    again = await connecting.connect(empty.owner, replace(given, access_token=made["access_token"]))
    assert again.id == view.id
    assert len((await stored(empty.workspace_id))["numbers"]) == 1
