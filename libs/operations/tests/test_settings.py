from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tillstream_operations import Duration, Words, read_settings


class _Settings(BaseSettings):
    patience: Duration = timedelta(seconds=1)
    origins: Words = ()


@pytest.mark.parametrize(("text", "seconds"), [("5", 5), ("0.25", 0.25), ("PT5S", 5), ("PT1M", 60)])
def test_a_duration_is_seconds_or_iso_8601(text: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATIENCE", text)
    assert _Settings().patience == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["0", "-1", "soon", "1e999", "nan", ""])
def test_a_duration_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATIENCE", text)
    with pytest.raises(ValidationError, match="patience"):
        _Settings()


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINS", " https://a.example, https://b.example,,")
    assert _Settings().origins == ("https://a.example", "https://b.example")


class _Secretive(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")

    token: Annotated[SecretStr, Field(min_length=32, validation_alias="TOKEN_SECRET")]
    port: int = 80


def test_what_is_wrong_with_a_setting_is_told_by_its_variable_and_never_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN_SECRET", "hunter7")
    monkeypatch.setenv("SHOP_PORT", "hunter8")
    with pytest.raises(SystemExit) as ended:
        read_settings(_Secretive)
    said = str(ended.value)
    assert "TOKEN_SECRET: " in said
    assert "SHOP_PORT: " in said
    assert "hunter" not in said
