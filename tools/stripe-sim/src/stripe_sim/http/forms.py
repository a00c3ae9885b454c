"""Stripe's request encoding: `application/x-www-form-urlencoded` with brackets for depth, and JSON in API v2.

`a[b]=1&c[0][d]=2&e[]=3` is `{"a": {"b": "1"}, "c": [{"d": "2"}], "e": ["3"]}`; every leaf is text.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson

from stripe_sim.http.errors import invalid

MAX_FIELDS = 1000
MAX_DEPTH = 8
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")

Params = dict[str, Any]


def decode(encoded: str) -> Params:
    """The nested parameters. Raises StripeError for what cannot be read."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise invalid("Invalid request: the parameters could not be read.") from error
    tree: Params = {}
    for name, text in pairs:
        _plant(tree, _path(name), text, name)
    return {name: _lists(branch) for name, branch in tree.items()}


def from_json(text: str) -> Params:
    """The same tree from the JSON of API v2; null unsets, as an empty value does in a form."""
    try:
        tree = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise invalid("Invalid request: the body is not valid JSON.") from error
    if not isinstance(tree, dict):
        raise invalid("Invalid request: the body is not a JSON object.")
    return {name: as_texts(branch) for name, branch in tree.items()}


def as_texts(branch: Any) -> Any:
    """What a form would say of such a value."""
    match branch:
        case dict():
            return {name: as_texts(twig) for name, twig in branch.items()}
        case list():
            return [as_texts(twig) for twig in branch]
        case bool():
            return str(branch).lower()
        case None:
            return ""
        case _:
            return str(branch)


def _path(name: str) -> list[str]:
    found = _NAME.fullmatch(name)
    path = [found[1], *_BRACKET.findall(found[2])] if found else []
    if not path or len(path) > MAX_DEPTH:
        raise invalid(f"Invalid parameter name: {name[:100]}", name[:100])
    return path


def _plant(tree: Params, path: list[str], text: str, name: str) -> None:
    """Put the leaf in its place; `[]` takes the next free number."""
    *branches, leaf = path
    for branch in branches:
        tree = tree.setdefault(branch or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise invalid("Invalid request: a parameter is both a value and an object.", name[:100])
    tree[leaf or str(len(tree))] = text


def _lists(branch: Any) -> Any:
    """Objects whose names are 0, 1, 2… become lists."""
    if not isinstance(branch, dict):
        return branch
    grown = {name: _lists(twig) for name, twig in branch.items()}
    if grown and all(name.isdecimal() for name in grown):
        return [grown[name] for name in sorted(grown, key=int)]
    return grown
