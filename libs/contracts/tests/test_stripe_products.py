"""Products at Stripe and the SKUs that they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillstream_contracts.stripe_products import product_id_for, sku_of


def test_product_stays_what_it_was_in_the_first_release() -> None:
    """Subscriptions of years ago are of it: this value never changes."""
    assert product_id_for("default", "beans-monthly") == "tillstream.default.beans-monthly"


@given(
    st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True),
)
def test_sku_is_known_again_whatever_it_is(merchant_id: str, sku: str) -> None:
    """Also one with dots in it."""
    assert sku_of(product_id_for(merchant_id, sku)) == sku


@pytest.mark.parametrize("product_id", [None, "", "prod_QmZ4y", "tillstream.default", "tillstream..x", "a.b.c"])
def test_product_of_others_is_no_sku(product_id: str | None) -> None:
    """One Stripe account may sell other things too."""
    assert sku_of(product_id) is None
