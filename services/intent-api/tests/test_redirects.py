"""Where a buyer may be sent back to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_api.redirects import is_allowed, origin_of

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example/",
        "https://shop.example:443/thanks?session={CHECKOUT_SESSION_ID}#done",
        "HTTPS://SHOP.example/thanks",
    ],
)
def test_page_of_the_shop_is_allowed(url: str) -> None:
    """In whatever spelling means the same origin."""
    assert is_allowed(url, {SHOP})


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "https://shop.example:8443/",
        "https://shop.example.evil.test/",
        "https://evil.test/https://shop.example/",
        "https://shop.example@evil.test/",
        "https://shop.example\\@evil.test/",
        "https://evil.test\\.shop.example/",
        "https:/\\shop.example/",
        "//shop.example/",
        "/thanks",
        "https:shop.example",
        "javascript:alert(1)//https://shop.example/",
        "data:text/html,https://shop.example",
        "https://shop.example\t.evil.test/",
        " https://shop.example/",
        "https://shop.example/\r\nLocation: https://evil.test",
        "https://shop.exаmple/",
        "https://shop.example:x/",
        "https://[shop.example/",
        "https://shop.example/" + "x" * 2048,
        "",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    """Among it what browsers and parsers read in two ways."""
    assert not is_allowed(url, {SHOP})


@given(st.text())
def test_any_text_is_decided_without_an_error(text: str) -> None:
    """It is an origin or it is none."""
    assert origin_of(text) is None or "://" in text


def test_port_and_ipv6_are_part_of_the_origin() -> None:
    """As in a browser's Origin header."""
    assert origin_of("http://localhost:8000/x") == "http://localhost:8000"
    assert origin_of("http://[::1]:8000/x") == "http://[::1]:8000"
