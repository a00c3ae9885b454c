"""Whom a request is counted for."""

import pytest

from tillstream_operations import client_address


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("192.0.2.1", [], 0, "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], 0, "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], 1, "198.51.100.7"),
        ("192.0.2.1", ["6.6.6.6, 198.51.100.7"], 1, "198.51.100.7"),
        ("192.0.2.1", ["6.6.6.6", "198.51.100.7, 10.0.0.1"], 2, "198.51.100.7"),
        ("192.0.2.1", ["198.51.100.7"], 2, "192.0.2.1"),
        ("192.0.2.1", ["nonsense"], 1, "192.0.2.1"),
        ("2001:db8:1:2:3::4", [], 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", [], 0, "192.0.2.1"),
    ],
)
def test_request_is_counted_for_the_address_that_our_own_proxies_saw(
    peer: str, forwarded: list[str], proxies: int, address: str
) -> None:
    """What a client writes into the header itself is not believed; an IPv6 site counts as one."""
    assert client_address(peer, forwarded, proxies) == address
