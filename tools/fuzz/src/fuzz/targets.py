"""Every target by its name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fuzz import events, requests, signatures
from fuzz.target import Target

TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {target.name: target for target in (*signatures.TARGETS, *events.TARGETS, *requests.TARGETS)}
)
