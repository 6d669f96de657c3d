"""What the simulator counts of templates, as Meta tells it."""

from __future__ import annotations

import pytest

from tests.simulator.conftest import Simulator, eventually

SPAN = {"start": "0", "end": "9999999999", "granularity": "DAILY"}
ORDER = {
    "name": "order_confirmation",
    "language": {"code": "en_US"},
    "components": [
        {
            "type": "header",
            "parameters": [{"type": "text", "parameter_name": "order_number", "text": "A-1"}],
        },
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": name, "text": "Ana"}
                for name in ("first_name", "ship_date")
            ],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": "A-1"}],
        },
    ],
}


async def template_id(sim: Simulator) -> str:
    path = f"{sim.waba['waba_id']}/message_templates"
    listed = (await sim.graph("GET", path, params={"name": ORDER["name"]})).json()["data"]
    return listed[0]["id"]


async def analytics(sim: Simulator, **given: str):
    path = f"{sim.waba['waba_id']}/template_analytics"
    return (await sim.graph("GET", path, params={**SPAN, **given})).json()


async def switch_on(sim: Simulator) -> None:
    params = {"is_enabled_for_insights": "true"}
    assert (await sim.graph("POST", sim.waba["waba_id"], params=params)).json() == {"success": True}


async def test_clicks_are_counted_by_button_and_by_people(sim: Simulator):
    wanted = f"[{await template_id(sim)}]"
    answer = await analytics(sim, template_ids=wanted)
    assert answer["error"]["code"] == 200005
    await switch_on(sim)
    sent = (await sim.send(type="template", template=ORDER)).json()["messages"][0]["id"]
    await eventually(lambda: len(sim.receiver.statuses()) == 2)
    customer = (await sim.customers())["Sheena Nelson"]
    act = {"type": "click", "text": "Track order", "reply_to": sent}
    path = f"/customers/{customer['id']}/messages"
    for _ in range(2):
        assert (await sim.control("POST", path, json=act)).status_code == 201
    nothing = await sim.control("POST", path, json={**act, "text": "Another"})
    assert nothing.status_code == 422
    (series,) = (await analytics(sim, template_ids=wanted))["data"]
    (point,) = series["data_points"]
    assert (point["sent"], point["delivered"], point["read"]) == (1, 1, 0)
    assert {one["type"]: one["count"] for one in point["clicked"]} == {
        "url_button": 2,
        "unique_url_button": 1,
    }
    # A pressed link is between the customer and Meta.
    assert sim.receiver.messages() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"template_ids": "[]"},
        {"template_ids": ",".join(map(str, range(11)))},
        {"template_ids": "[1]", "start": "yesterday"},
        {"template_ids": "[1]", "granularity": "MONTHLY"},
    ],
)
async def test_what_meta_would_refuse_is_refused(sim: Simulator, wrong):
    await switch_on(sim)
    assert (await analytics(sim, **wrong))["error"]["code"] == 100
