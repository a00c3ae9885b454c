"""How an environment variable says what JSON would not: a stretch of time, or several words."""

import re
import sys
from datetime import timedelta
from typing import Annotated, Final, TypeVar

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode

S = TypeVar("S", bound=BaseSettings)

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
EndAfter = Annotated[timedelta, BeforeValidator(_seconds), Field(ge=timedelta(seconds=1), le=timedelta(hours=1))]
"""How long a process may get nowhere before it ends itself; not so short that restarts follow each other at once."""
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
"""Several words, separated by commas."""


def read_settings(kind: type[S]) -> S:
    """The settings that the environment gives. Ends the process with a line for each one that cannot be used.

    A line names the variable and what is wrong, never its value: it may be a secret.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        sys.exit("\n".join(f"{_variable(kind, prefix, item['loc'])}: {item['msg']}" for item in wrong))


def _variable(kind: type[BaseSettings], prefix: str, location: tuple[int | str, ...]) -> str:
    """The variable's name; pydantic tells a field's own name, or its alias where it has one."""
    name = str(location[0]) if location else ""
    return f"{prefix}{name}".upper() if name in kind.model_fields else name
