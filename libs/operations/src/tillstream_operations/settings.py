"""How an environment variable says what JSON would not: a stretch of time, or several words."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

LAPTOP_ORIGINS: Final = ("http://localhost:8000", "http://127.0.0.1:8000")
"""Where the storefront is on a developer's machine."""


def _seconds(told: object) -> object:
    return float(told) if isinstance(told, str) and re.fullmatch(r"\d+(\.\d+)?", told, re.ASCII) else told


def split(told: object) -> object:
    """`a, b` as `("a", "b")`; what is no text is left as it is."""
    return tuple(word for part in told.split(",") if (word := part.strip())) if isinstance(told, str) else told


Pause = Annotated[timedelta, BeforeValidator(_seconds), Field(ge=timedelta(0))]
"""A stretch of time that may be none: seconds (`2.5`) or ISO 8601 (`PT2.5S`)."""
Duration = Annotated[timedelta, BeforeValidator(_seconds), Field(gt=timedelta(0))]
"""A stretch of time: seconds (`2.5`) or ISO 8601 (`PT2.5S`)."""
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
"""Several words, separated by commas."""
