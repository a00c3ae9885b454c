"""In which language Stripe speaks to the buyer: the nearest to what was asked for of those that it knows.

Source: Stripe API reference, `locale` of a Checkout Session; RFC 9110 section 12.5.4 (Accept-Language), RFC 4647
(lookup: a tag is cut from its end until it is known).
"""

import re
from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import Header
from pydantic import Field

AUTO: Final = "auto"
"""Stripe asks the browser."""
_KNOWN_WORDS = """
    bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk
    sl sv th tr vi zh zh-HK zh-TW
"""
KNOWN: Final = {tag.lower(): tag for tag in _KNOWN_WORDS.split()}
OTHER_NAMES: Final = {
    "hi": "hi-IN",
    "nn": "nb",
    "no": "nb",
    "tl": "fil",
    "zh-hant": "zh-TW",
    "zh-hant-hk": "zh-HK",
    "zh-mo": "zh-HK",
    **dict.fromkeys(("es-ar", "es-cl", "es-co", "es-mx", "es-pe", "es-us"), "es-419"),
}
"""Tags that lookup alone would miss or take for another variant."""
MAX_HEADER: Final = 500
MAX_TAGS: Final = 20
_WANTED = re.compile(r"\s*([A-Za-z0-9-]{1,35})\s*(?:;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII)

Locale = Annotated[str, Field(pattern=r"^(auto|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})$", examples=["de-AT"])]
"""An IETF language tag, or `auto`."""


async def accepted_languages(
    accept_language: Annotated[
        str | None, Header(description="The buyer's languages, as a browser sends them; `locale` counts before them.")
    ] = None,
) -> list[str]:
    """What the caller's browser prefers, the best first; a header that makes no sense says nothing."""
    return preferred(accept_language or "")


def preferred(header: str) -> list[str]:
    """The language tags of an `Accept-Language` header, the best first."""
    if len(header) > MAX_HEADER:
        return []
    found = [_WANTED.fullmatch(part) for part in header.split(",")[:MAX_TAGS]]
    ranked = [(_thousandths(match[2] or "1"), match[1]) for match in found if match]
    return [tag for quality, tag in sorted(ranked, key=lambda pair: -pair[0]) if quality]


def nearest(wanted: Iterable[str]) -> str:
    """Stripe's locale for the first of these tags that it has a near one for, `auto` if for none."""
    for tag in wanted:
        parts = tag.lower().split("-")
        for length in range(len(parts), 0, -1):
            shorter = "-".join(parts[:length])
            if known := OTHER_NAMES.get(shorter) or KNOWN.get(shorter):
                return known
    return AUTO


def _thousandths(quality: str) -> int:
    whole, _, part = quality.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0"))
