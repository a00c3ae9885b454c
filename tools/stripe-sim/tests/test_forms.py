"""Stripe's form encoding."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_sim.http.errors import StripeError
from stripe_sim.http.forms import decode


def test_brackets_become_objects_and_lists() -> None:
    assert decode("a[b]=1&c[0][d]=2&c[1][d]=3&e[]=4&e[]=5&f=") == {
        "a": {"b": "1"},
        "c": [{"d": "2"}, {"d": "3"}],
        "e": ["4", "5"],
        "f": "",
    }


def test_metadata_with_only_numbers_for_names_in_gaps_stays_in_their_order() -> None:
    assert decode("list[10]=b&list[2]=a") == {"list": ["a", "b"]}


@pytest.mark.parametrize("encoded", ["[a]=1", "a[=1", "a]b=1", "a=1&a[b]=2", "a" + "[x]" * 20 + "=1", "=1", "a[b]c=1"])
def test_unreadable_names_are_refused(encoded: str) -> None:
    with pytest.raises(StripeError) as refused:
        decode(encoded)
    assert refused.value.status == 400


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(StripeError):
        decode("&".join(f"a{number}=1" for number in range(2000)))


@given(st.text(alphabet="ab01[]=&%é+", max_size=60))
def test_any_text_is_read_or_refused(encoded: str) -> None:
    with contextlib.suppress(StripeError):
        decode(encoded)
