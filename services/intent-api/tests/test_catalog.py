"""The catalogue file."""

import json
from pathlib import Path
from typing import Any

import pytest

from intent_api.catalog import CatalogUnusable, read_catalog
from intent_api.currencies import MINIMUM

MUG = {"sku": "mug", "name": "Mug", "prices": {"usd": 2400}}


def test_sample_is_a_small_shop_in_four_currencies() -> None:
    """And the cheapest product can be bought alone in each of them."""
    catalog = read_catalog(None)
    assert catalog.currencies == {"usd", "eur", "gbp", "jpy"}
    assert len([product for product in catalog.products if product.plan is None]) == 6
    assert [product.sku for product in catalog.products if product.plan] == ["beans-monthly", "tasting-club"]
    assert all(price >= MINIMUM[currency] for each in catalog.products for currency, price in each.prices.items())


def test_own_file_is_read(tmp_path: Path) -> None:
    """By its path."""
    (tmp_path / "shop.json").write_text(json.dumps({"products": [MUG]}))
    assert [product.sku for product in read_catalog(tmp_path / "shop.json").products] == ["mug"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"products": []}, "products: Tuple should have at least 1 item"),
        ({"products": [MUG, MUG]}, "these SKUs appear more than once: mug"),
        ({"products": [{**MUG, "prices": {"usd": 24.0}}]}, "products.0.prices.usd: Input should be a valid integer"),
        ({"products": [{**MUG, "prices": {"usd": 0}}]}, "products.0.prices.usd: Input should be greater than"),
        ({"products": [{**MUG, "prices": {}}]}, "products.0.prices: Dictionary should have at least 1 item"),
        ({"products": [{**MUG, "prices": {"xau": 100}}]}, "these currencies are not supported: xau"),
        ({"products": [{**MUG, "price": 5}]}, "products.0.price: Extra inputs are not permitted"),
        ({"products": [{**MUG, "plan": {"interval": "fortnight"}}]}, "products.0.plan.interval: Input should be 'day'"),
        ({"products": [{**MUG, "plan": {"interval": "year", "interval_count": 4}}]}, "at least every three years"),
        ({"products": [{**MUG, "sku": "a mug"}]}, "products.0.sku: String should match pattern"),
        ([], "the file: Input should be an object"),
    ],
)
def test_faulty_file_is_refused_with_what_to_correct(tmp_path: Path, content: Any, said: str) -> None:
    """The service does not start on it."""
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(content))
    with pytest.raises(CatalogUnusable, match=r"shop\.json") as refused:
        read_catalog(path)
    assert said in str(refused.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """With the system's reason."""
    with pytest.raises(CatalogUnusable, match=r"none\.json: No such file"):
        read_catalog(tmp_path / "none.json")
