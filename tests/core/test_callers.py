"""Where a request comes from, when proxies stand in front of us."""

import pytest

from xobito_app.core.net import find_caller, read_networks

PROXIES = read_networks("10.0.0.0/8, 127.0.0.1,::1, 2001:db8:ff::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        # Only a proxy's word counts, and of a chain only what proxies added.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "127.0.0.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.255.255.255", "198.51.100.1", "198.51.100.1"),
        ("11.0.0.0", "198.51.100.1", "11.0.0.0"),
        # All of them ours: the farthest one.
        ("127.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        # As proxies write them.
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"),
        ("127.0.0.1", "[2001:db8::5]", "2001:db8::5"),
        ("127.0.0.1", "2001:DB8::5", "2001:db8::5"),
        ("::1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:ff::2", " 198.51.100.1 ", "198.51.100.1"),
        # What cannot be read ends the walk at the last one that could.
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", ",,", "10.0.0.1"),
        ("testclient", "198.51.100.1", "testclient"),
    ],
)
def test_the_nearest_that_is_no_proxy_of_ours(peer, forwarded, caller):
    assert find_caller(peer, forwarded, PROXIES) == caller


def test_without_proxies_nothing_is_believed():
    assert read_networks(" , ") == ()
    assert find_caller("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


@pytest.mark.parametrize("line", ["10.0.0.1/8", "proxy.example", "10.0.0.0/33", "10.0.0.1;::1"])
def test_what_is_no_network_is_refused(line):
    with pytest.raises(ValueError):
        read_networks(line)
