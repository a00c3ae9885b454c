import pytest

from order_service.settings import Settings
from tillstream_operations import read_settings

KEY = "sk_test_0123456789abcdefghijklmnop"


def test_the_secret_key_is_taken_from_the_environment_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """pydantic-settings would read it as JSON, as it does with whatever is kept in a class of its own."""
    monkeypatch.setenv("ORDER_SERVICE_DATABASE_URL", "postgresql://shop@127.0.0.1/shop")
    monkeypatch.setenv("TILLSTREAM_SECRET_KEY", KEY)
    monkeypatch.setenv("TILLSTREAM_TOKEN_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    assert read_settings(Settings).secret_key.matches(KEY)
