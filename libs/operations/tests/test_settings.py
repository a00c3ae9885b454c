from datetime import timedelta

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from tillstream_operations import Duration, Words


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
