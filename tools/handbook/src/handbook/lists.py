"""What GitHub and mkdocs read differently. No I/O."""

import re
from typing import Final

from handbook.links import FENCE

ITEM: Final = re.compile(r"([-*]|1\.) ")
OTHER: Final = re.compile(r"[-*|#>]|\d+\. | |$")
"""A line after which a list is already under way, or may begin."""


def run_on(text: str) -> list[int]:
    """The numbers of lines that GitHub takes for the first item of a list, and mkdocs for the paragraph above it."""
    found, code, before = [], False, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if FENCE.match(line):
            code = not code
        elif not code and ITEM.match(line) and not OTHER.match(before):
            found.append(number)
        before = line
    return found
