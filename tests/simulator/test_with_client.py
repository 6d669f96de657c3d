"""The app's own client and parser, which know nothing of the simulator, must get on with it."""

import io
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.simulator.conftest import CALLBACK, VERIFY_TOKEN, Simulator, eventually
from xobito_app.whatsapp import inbound, payloads, signature
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.errors import GraphError

TO = payloads.Recipient(phone="+16505550121")


@pytest.fixture
async def client(sim: Simulator):
    app = sim.app
    transport = httpx.ASGITransport(app=app)
    async with Client("http://sim.test", "v26.0", transport=transport) as opened:
        yield opened


@pytest.fixture
def credentials(sim: Simulator) -> Credentials:
    return Credentials(sim.waba["access_token"], sim.waba["app_secret"])


async def test_connecting(sim: Simulator, client: Client, credentials: Credentials):
    app = Credentials.of_app(sim.waba["app_id"], sim.waba["app_secret"])
    seen = await client.debug_token(app, sim.waba["access_token"])
    assert seen["is_valid"]
    (number,) = await client.list_phone_numbers(credentials, sim.waba["waba_id"])
    assert number["id"] == sim.phone_id
    await client.set_app_subscription(
        app,
        sim.waba["app_id"],
        callback_url=CALLBACK,
        verify_token=VERIFY_TOKEN,
        fields=["messages"],
    )
    await client.subscribe_app(credentials, sim.waba["waba_id"])
    assert await client.subscribed_apps(credentials, sim.waba["waba_id"])
    templates = await client.list_templates(credentials, sim.waba["waba_id"])
    assert len(templates) == 6
    now = datetime.now(UTC)
    await client.pricing_analytics(
        credentials, sim.waba["waba_id"], start=now - timedelta(days=1), end=now
    )
    await client.profile(credentials, sim.phone_id)
    await client.waba(credentials, sim.waba["waba_id"])
    await client.revoke(credentials)
    with pytest.raises(GraphError):
        await client.waba(credentials, sim.waba["waba_id"])


async def test_talking(sim: Simulator, client: Client, credentials: Credentials):
    message_id = await sim.write(type="text", body="Olá 👋")
    await client.mark_read(credentials, sim.phone_id, message_id, typing=True)
    receipt = await client.send(credentials, sim.phone_id, payloads.text(TO, "Hi"))
    await eventually(lambda: len(sim.receiver.statuses()) == 2)
    for body, header in sim.receiver.posts:
        assert signature.verify([sim.waba["app_secret"]], body, header)
    parsed = [inbound.parse(payload) for payload in sim.receiver.payloads()]
    assert [m.text for p in parsed for m in p.messages] == ["Olá 👋"]
    assert [s.wamid for p in parsed for s in p.statuses] == [receipt.wamid] * 2


async def test_files(sim: Simulator, client: Client, credentials: Credentials):
    media_id = await client.upload_media(credentials, sim.phone_id, b"abc", "image/png", "a.png")
    into = io.BytesIO()
    await client.download_media(credentials, media_id, into)
    assert into.getvalue() == b"abc"
    await client.delete_media(credentials, media_id)


async def test_errors_keep_metas_code(sim: Simulator, client: Client, credentials: Credentials):
    with pytest.raises(GraphError) as caught:
        await client.send(credentials, sim.phone_id, payloads.text(TO, "Hi"))
    assert caught.value.code == 131047
