"""Settings as an operator writes them."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from webhook_ingest.settings import Settings


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new, whsec_old,")


def test_secrets_are_a_comma_separated_list_and_never_shown() -> None:
    settings = Settings()
    assert [secret.get_secret_value() for secret in settings.stripe_webhook_secret] == ["whsec_new", "whsec_old"]
    assert "whsec_" not in repr(settings)


@pytest.mark.parametrize("value", ["", " , "])
def test_no_secret_is_an_error_that_names_the_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", value)
    with pytest.raises(ValidationError, match="STRIPE_WEBHOOK_SECRET"):
        Settings()


@pytest.mark.parametrize(("text", "seconds"), [("3", 3), ("0.5", 0.5), ("PT2S", 2)])
def test_durations_are_seconds_or_iso_8601(monkeypatch: pytest.MonkeyPatch, text: str, seconds: float) -> None:
    monkeypatch.setenv("WEBHOOK_INGEST_WRITE_TIMEOUT", text)
    assert Settings().write_timeout == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_BODY_BYTES", "2000000"), ("WRITE_TIMEOUT", "0"), ("PORT", "70000"), ("MAX_IN_FLIGHT", "0")],
)
def test_a_senseless_value_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"WEBHOOK_INGEST_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
