"""Who may open a socket, and for whom it is counted."""

import pytest

from notifier.door import Door, client_address
from tillstream_operations import Problem

SHOP = "https://shop.example"


def door(most: int = 10, most_per_address: int = 10) -> Door:
    """A door that the shop's pages may use."""
    return Door(allowed_origins=frozenset({SHOP}), most=most, most_per_address=most_per_address)


def refusal(at: Door, address: str = "a", origins: tuple[str, ...] = (), *, is_open: bool = True) -> str | None:
    """The code of the refusal, None if let in."""
    try:
        at.check(address, origins, is_open=is_open)
    except Problem as problem:
        return problem.code
    return None


@pytest.mark.parametrize(
    ("origins", "code"),
    [
        ((SHOP,), None),
        ((), None),
        (("https://evil.example",), "origin_not_allowed"),
        ((SHOP, SHOP), "origin_not_allowed"),
        ((SHOP, "https://evil.example"), "origin_not_allowed"),
        (("",), "origin_not_allowed"),
    ],
)
def test_only_known_pages_and_callers_that_are_no_page_come_in(origins: tuple[str, ...], code: str | None) -> None:
    """A browser sends exactly one Origin."""
    assert refusal(door(), origins=origins) == code


def test_nobody_comes_in_while_it_is_closed() -> None:
    """Starting, or stopping."""
    assert refusal(door(), is_open=False) == "not_ready"


def test_caps_hold_per_address_and_for_all() -> None:
    """Who leaves makes room."""
    at = door(most=3, most_per_address=2)
    at.enter("a")
    at.enter("a")
    assert refusal(at, "a") == "too_many_connections_from_address"
    assert refusal(at, "b") is None
    at.enter("b")
    assert refusal(at, "c") == "too_many_connections"
    at.leave("a")
    assert refusal(at, "a") is None


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
def test_connection_is_counted_for_the_address_that_our_own_proxies_saw(
    peer: str, forwarded: list[str], proxies: int, address: str
) -> None:
    """What a client writes into the header itself is not believed; an IPv6 site counts as one."""
    assert client_address(peer, forwarded, proxies) == address
