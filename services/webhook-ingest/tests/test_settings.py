"""Settings as an operator writes them."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from webhook_ingest.endpoints import keys_of
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


def test_notice_may_be_none_as_in_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_INGEST_NOTICE", "0")
    assert Settings().notice == timedelta(0)


def test_further_endpoints_are_read_by_name_and_their_secrets_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_INGEST_ENDPOINTS", "connect=whsec_a|whsec_b, thin = whsec_c,")
    settings = Settings()
    assert keys_of(settings.endpoints) == {"connect": (b"whsec_a", b"whsec_b"), "thin": (b"whsec_c",)}
    assert "whsec_" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("whsec_a", "entry 1 has to be name=secret"),
        ("a=whsec_a,whsec_b", "entry 2"),
        ("Connect=whsec_a", "entry 1"),
        ("a/b=whsec_a", "entry 1"),
        ("=whsec_a", "entry 1"),
        ("x" * 33 + "=whsec_a", "entry 1"),
        ("a=", "a needs 1 to 8 secrets"),
        ("a=|", "a needs 1 to 8 secrets"),
        ("a=whsec_ü", "printable ASCII"),
        ("a=" + "|".join(["whsec_a"] * 9), "1 to 8"),
        ("a=whsec_a,a=whsec_b", "a is there twice"),
        ("default=whsec_a", "choose another name"),
        (",".join(f"e{number}=whsec_a" for number in range(33)), "more than 32"),
    ],
)
def test_a_wrong_endpoint_is_named_without_its_secret(monkeypatch: pytest.MonkeyPatch, text: str, problem: str) -> None:
    monkeypatch.setenv("WEBHOOK_INGEST_ENDPOINTS", text)
    with pytest.raises(ValidationError, match=problem) as raised:
        Settings()
    assert "whsec_" not in str(raised.value)


@pytest.mark.parametrize(("text", "livemode"), [("true", True), ("false", False), ("", None), (None, None)])
def test_the_mode_is_live_or_test_or_not_asked_for(
    monkeypatch: pytest.MonkeyPatch, text: str | None, livemode: bool | None
) -> None:
    if text is not None:
        monkeypatch.setenv("STRIPE_LIVEMODE", text)
    assert Settings().livemode is livemode


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
