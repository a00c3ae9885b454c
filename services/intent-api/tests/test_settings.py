"""Settings from the environment."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from intent_api.settings import Settings

REQUIRED = {
    "TILLSTREAM_SECRET_KEY": "sk_test_0123456789abcdef0123",
    "TILLSTREAM_PUBLISHABLE_KEY": "pk_test_0123456789abcdef0123",
    "TILLSTREAM_TOKEN_SECRET": "a secret that is long enough for a test",
    "STRIPE_SECRET_KEY": "sk_test_stripe",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_stripe",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that is complete and holds nothing else that counts."""
    for name in ("INTENT_API_ALLOWED_ORIGINS", "STRIPE_API_BASE", "TILLSTREAM_MERCHANT_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_house_wide_and_own_names_are_read(environment: pytest.MonkeyPatch) -> None:
    """House-wide names have no prefix; a plain number is seconds."""
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    environment.setenv("STRIPE_API_BASE", "http://localhost:8010")
    environment.setenv("INTENT_API_PORT", "9001")
    environment.setenv("INTENT_API_STRIPE_TIMEOUT", "2.5")
    environment.setenv("INTENT_API_PUBLISH_TIMEOUT", "PT1S")
    environment.setenv("INTENT_API_ALLOWED_ORIGINS", "https://shop.example, http://localhost:3000,")
    settings = Settings()
    assert (settings.kafka_bootstrap_servers, settings.port) == ("kafka:9092", 9001)
    assert str(settings.stripe_api_base) == "http://localhost:8010/"
    assert (settings.stripe_timeout, settings.publish_timeout) == (timedelta(seconds=2.5), timedelta(seconds=1))
    assert settings.allowed_origins == ("https://shop.example", "http://localhost:3000")


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_secret_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    """By the variable to set."""
    environment.delenv(name)
    with pytest.raises(ValidationError, match=name):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TILLSTREAM_SECRET_KEY", "pk_test_swapped_0123456789"),
        ("TILLSTREAM_PUBLISHABLE_KEY", "sk_test_swapped_0123456789"),
        ("TILLSTREAM_TOKEN_SECRET", "short-secret-value"),
        ("STRIPE_SECRET_KEY", "pk_test_swapped_0123456789"),
    ],
)
def test_wrong_secret_is_refused_and_never_shown(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    """An error message ends in a log."""
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=name) as refused:
        Settings()
    assert value not in str(refused.value)


@pytest.mark.parametrize("origins", ["*", "shop.example", "https://shop.example/", "https://shop.example/path"])
def test_allowed_origin_must_be_an_origin(environment: pytest.MonkeyPatch, origins: str) -> None:
    """A path or a star would look allowed and never match."""
    environment.setenv("INTENT_API_ALLOWED_ORIGINS", origins)
    with pytest.raises(ValidationError, match="not a web origin"):
        Settings()
