"""The environment as settings."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from notifier.settings import Settings

SECRET = "a secret of at least thirty-two characters"


def test_environment_is_read_by_the_houses_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shared names have no prefix, our own have one."""
    for name, value in {
        "TILLSTREAM_TOKEN_SECRET": SECRET,
        "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
        "KAFKA_TOPIC_PREFIX": "mine-",
        "NOTIFIER_PORT": "9000",
        "NOTIFIER_ALLOWED_ORIGINS": "https://a.example, https://b.example,",
        "NOTIFIER_HEARTBEAT_INTERVAL": "2.5",
        "NOTIFIER_DRAIN_TIMEOUT": "PT3S",
        "NOTIFIER_ORDER_SERVICE_URL": "http://orders:8003",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.token_secret.get_secret_value() == SECRET
    assert (settings.kafka_bootstrap_servers, settings.kafka_topic_prefix, settings.port) == (
        "kafka:9092",
        "mine-",
        9000,
    )
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.heartbeat_interval == timedelta(seconds=2.5)
    assert settings.drain_timeout == timedelta(seconds=3)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TILLSTREAM_TOKEN_SECRET", "short"),
        ("NOTIFIER_MAX_CONNECTIONS", "0"),
        ("NOTIFIER_HEARTBEAT_INTERVAL", "0"),
        ("NOTIFIER_MAX_FRAME_BYTES", "100"),
        ("NOTIFIER_ORDER_SERVICE_URL", "orders:8003"),
    ],
)
def test_setting_that_makes_no_sense_ends_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """With the name of what is wrong."""
    monkeypatch.setenv("TILLSTREAM_TOKEN_SECRET", SECRET)
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()
