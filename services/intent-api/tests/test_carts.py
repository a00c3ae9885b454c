"""What a request's body may say."""

from intent_api.carts import OrderBody


def test_a_currency_is_the_same_in_upper_case() -> None:
    assert OrderBody.model_validate({"currency": "EUR"}).currency == "eur"
