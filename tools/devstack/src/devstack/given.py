"""What the user has set: the environment first, then `.env` at the root of the repository."""

import os
from collections.abc import Mapping

from dotenv import dotenv_values

from devstack.state import REPOSITORY
from devstack.trouble import Trouble


def given_settings() -> dict[str, str]:
    """All that is set and not empty; one that is empty in the environment also switches off what `.env` says."""
    return _filled({**_dotenv(), **os.environ})


def _dotenv() -> Mapping[str, str | None]:
    path = REPOSITORY / ".env"
    if not path.exists():
        return {}
    try:
        return dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"Cannot read {path} ({error}): make it a readable text file, or remove it.") from error


def _filled(settings: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value.strip() for name, value in settings.items() if value and value.strip()}
