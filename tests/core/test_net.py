"""Addresses other people gave us, and where a request came from."""

import pytest

from xobito_app.core.errors import Invalid
from xobito_app.core.net import (
    URL_LIMIT,
    came_straight_from_here,
    is_loopback,
    is_public,
    read_url,
)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("4000::1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("2002:5db8:d822::", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::93.184.216.34", True),
        ("64:ff9b:1::1", False),
        ("2001:0:1::1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_what_belongs_to_the_open_internet(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://example.com/hook?a=1", "https://example.com/hook?a=1"),
        ("  http://example.com:8080  ", "http://example.com:8080"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/" + "a" * (URL_LIMIT - 20), "https://example.com/" + "a" * 1980),
    ],
)
def test_a_web_address_is_kept(given, kept):
    assert read_url(given) == kept


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "begins with https"),
        ("example.com", "begins with https"),
        ("ftp://example.com", "begins with https"),
        ("javascript:alert(1)", "begins with https"),
        ("https://", "names no host"),
        ("https://:80/", "names no host"),
        ("https://example.com:99999/", "begins with https"),
        ("https://a:b@example.com/", "user name or password"),
        ("https://@example.com/", "user name or password"),
        ("https://example.com/a b", "begins with https"),
        ("https://example.com/\x00", "begins with https"),
        ("https://example.com\\@evil.org/", "begins with https"),
        ("https://example.com/" + "a" * (URL_LIMIT - 19), "longer than 2000"),
    ],
)
def test_what_is_no_web_address_is_refused_in_words(given, says):
    with pytest.raises(Invalid) as refused:
        read_url(given, field="hook")
    assert says in refused.value.fields["hook"][0]


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("app.localhost", True),
        ("128.0.0.1", False),
        ("0.0.0.0", False),
        ("localhost.evil.org", False),
        ("evillocalhost", False),
        ("", False),
    ],
)
def test_what_means_this_machine(host, local):
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    ("address", "headers", "straight"),
    [
        ("127.0.0.1", {"host": "localhost"}, True),
        ("127.0.0.1", {"x-forwarded-host": "a"}, False),
        ("127.0.0.1", {"forwarded": ""}, False),
        ("127.0.0.1", {"x-forward": "a"}, True),
        ("192.168.0.2", {}, False),
    ],
)
def test_a_request_from_here_passed_through_nobody(address, headers, straight):
    assert came_straight_from_here(address, headers) is straight
