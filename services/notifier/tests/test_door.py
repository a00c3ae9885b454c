"""Who may open a socket, and for whom it is counted."""

import pytest

from notifier.door import Door
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
