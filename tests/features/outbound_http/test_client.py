import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.receivers import never, receiving
from xobito_app.core.errors import Invalid, TooLarge
from xobito_app.core.net import is_public, read_url
from xobito_app.features.outbound_http import service as client

PUBLIC = "93.184.215.14"


def answers(monkeypatch, *rounds: list[str]):
    """Let names resolve to these addresses, another list each time they are asked."""
    asked = []
    loop = asyncio.get_running_loop()

    async def look_up(host, port, **_options):
        found = rounds[min(len(asked), len(rounds) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(type(loop), "getaddrinfo", lambda _self, *a, **k: look_up(*a, **k))
    return asked


async def post(url: str, seconds: float = 3.0):
    return await client.call("POST", url, headers={}, content=b"{}", seconds=seconds, most=100)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0
    224.0.0.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1
    fd12::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::7f00:1 2002:7f00:1:: 2002:a00:1::
    64:ff9b::a00:1 64:ff9b::7f00:1 64:ff9b:1::1 2001:0:4136::1 2001:db8::1 nonsense""".split(),
)
def test_private_addresses_in_every_disguise(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "https://example.com:port/",
        "https://example.com/a b",
        "https://exa\nmple.com/",
        "https://example.com\\@10.0.0.1/",
        "https://[::1/",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_what_is_no_address_is_explained(url):
    with pytest.raises(Invalid) as refused:
        read_url(url)
    assert refused.value.fields["url"][0].endswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://2130706433:9/",
        "http://0x7f.1:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0:9/",
    ],
)
async def test_loopback_in_every_spelling_is_refused_at_connect_time(url):
    with pytest.raises(client.ForbiddenAddress, match="private network"):
        await post(url)


async def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    answers(monkeypatch, [PUBLIC, "10.0.0.7"])
    with pytest.raises(client.ForbiddenAddress):
        await post("http://mixed.example/")


async def test_a_name_that_answers_differently_the_second_time_gains_nothing(monkeypatch):
    """Judged and connected to are the very same addresses: the name is asked once a connection."""
    tried = []

    async def connect(self, host, *_args, **_options):
        tried.append(host)
        raise client.httpcore.ConnectError("no route in this test")

    monkeypatch.setattr(client.httpcore.AnyIOBackend, "connect_tcp", connect)
    asked = answers(monkeypatch, [PUBLIC], ["127.0.0.1"])
    with pytest.raises(client.Unreachable):
        await post("http://rebinding.example/")
    assert (asked, tried) == (["rebinding.example"], [PUBLIC])
    with pytest.raises(client.ForbiddenAddress):
        await post("http://rebinding.example/")
    assert tried == [PUBLIC]


async def test_a_name_saved_as_public_is_judged_anew_when_it_is_called(monkeypatch):
    answers(monkeypatch, [PUBLIC], ["127.0.0.1"])
    await client.resolve("moved.example", 80)
    with pytest.raises(client.ForbiddenAddress):
        await post("http://moved.example/")


async def test_redirects_are_not_followed(setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    async with receiving() as target, receiving() as first:
        first.status, first.headers = 307, {"Location": target.url}
        assert (await post(first.url)).status == 307
        assert target.requests == []


async def test_proxies_of_the_environment_are_not_asked(setting, monkeypatch):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    async with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert (await post(receiver.url)).status == 200
        assert proxy.requests == []


async def test_the_time_covers_everything_from_name_to_last_byte(setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")

    async def drip(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b".")
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(client.Unreachable, match=r"0\.5 seconds"):
        await client.call("GET", f"http://127.0.0.1:{port}/", headers={}, seconds=0.5, most=10_000)
    # Each byte came in time, and the last would have: it is the whole that was too long.
    server.close()


async def test_no_more_of_an_endless_answer_is_read_than_wanted(setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    async with receiving() as receiver:
        receiver.body = b"x" * 5_000_000
        assert len((await post(receiver.url)).body) == 100


async def test_a_download_over_its_limit_breaks_off(setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    async with receiving() as receiver:
        receiver.body = b"x" * 3_000_000
        kept = bytearray()
        with pytest.raises(TooLarge, match="over 1 MB"):
            await client.download(receiver.url, kept.extend, seconds=5, most=1024 * 1024)
        assert len(kept) <= 1024 * 1024
        receiver.status = 404
        with pytest.raises(Invalid, match="answers 404"):
            await client.download(receiver.url, kept.extend, seconds=5, most=1024)


async def test_why_nothing_came_is_said(setting, monkeypatch):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    async with receiving() as receiver:
        url = receiver.url
        receiver.before = never
        with pytest.raises(client.Unreachable, match="No whole answer within 1 seconds"):
            await post(url, seconds=1)
    with pytest.raises(client.Unreachable, match="refused"):
        await post(url)
    assert await client.try_address(url) == "The connection was refused: nothing listens there."
    with pytest.raises(client.Unreachable, match="cannot be resolved"):
        await post("http://no-such-name.invalid/")
    with pytest.raises(Invalid, match="cannot be resolved"):
        await client.try_address("http://no-such-name.invalid/")


async def test_tls_is_verified_against_the_name_not_the_address(setting, tmp_path, monkeypatch):
    """The connection goes to a judged address, and the certificate must still be the name's."""
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    pem = _certificate(tmp_path, "good.example")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(pem)

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=served)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr(client, "trusted_authorities", lambda: trusting)
    answers(monkeypatch, ["127.0.0.1"])
    assert (await post(f"https://good.example:{port}/")).status == 204
    with pytest.raises(client.Unreachable, match="certificate is not trusted"):
        await post(f"https://bad.example:{port}/")
    server.close()


def _certificate(folder, name: str):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "pair.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return pem
