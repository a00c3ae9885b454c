"""Changes inside of JSON that leave it JSON: what byte by byte would break a parser's first line gets to its last."""

import json
import random
from collections.abc import Sequence
from typing import Any, Final

ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, 10**15, 10**400, 0.5, 1e308, float("nan"), "", " ",
    "\x00", "\ud800", "a\ud800\udc00", "é１²", "x" * 300, "-1", "1e5", "9" * 30, "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "2026-02-30", "1970-01-01T00:00:00Z", 253_402_300_800, [], {}, [[]], {"id": "x"},
    {"data": [{"id": "x"}]}, {"object": {}}, [None], {"": ""},
)  # fmt: skip


def structural(data: bytes, words: Sequence[str], chance: random.Random) -> bytes | None:
    """The JSON document with a value changed, removed, renamed or copied elsewhere; None if it is no document."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    for _ in range(chance.randint(1, 3)):
        document = _changed(document, words, chance)
    return json.dumps(document).encode()


def _changed(value: Any, words: Sequence[str], chance: random.Random) -> Any:
    """Goes down by chance, and changes what it comes to."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        return _changed_object(value, words, chance)
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        return [*value[:at], _changed(value[at], words, chance), *value[at:][: chance.randint(0, len(value))]]
    return chance.choice([*ODD, *words]) if chance.random() < 0.8 else [value, value]


def _changed_object(value: dict[str, Any], words: Sequence[str], chance: random.Random) -> dict[str, Any]:
    name = chance.choice(list(value))
    rest = {other: inner for other, inner in value.items() if other != name}
    match chance.randrange(6):
        case 0:
            return rest
        case 1:
            return {**rest, chance.choice([*words, "", "\x00", name * 2]): value[name]}
        case 2:
            return {**value, name: value[chance.choice(list(value))]}
        case 3:
            return {**value, chance.choice([*words, "id", "object"]): chance.choice(ODD)}
        case _:
            return {**value, name: _changed(value[name], words, chance)}
