"""Where the links of a page lead once it is part of the site. No I/O.

Pages link as the repository lies on disk, so that they work where it is read. The site has only some of it: a link to a
page of the site is turned to that page, any other to the repository, if it is said where that is, else it becomes text.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

FENCE: Final = re.compile(r"^ *(```|~~~)")
LINK: Final = re.compile(r"(?P<text>!?\[[^\[\]]*\])\((?P<target>[^()\s]+)\)")
ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/|#")


@dataclass(frozen=True)
class Map:
    """What the site holds of the repository."""

    pages: Mapping[str, str]
    """The site's pages and files by the repository's paths; a folder's page is its README."""
    exists: Callable[[str], bool]
    """Whether the repository has this path."""
    repository: str = ""
    """Where the repository's files can be seen, or nothing."""

    def place(self, path: str) -> str | None:
        """The page of a path of the repository."""
        return self.pages.get(path) or self.pages.get(posixpath.join(path, "README.md"))


def mended(text: str, source: str, page: str, known: Map) -> str:
    """The text of a page whose file is `source` in the repository and `page` in the site. Code is left as it is."""
    parts, code, lines = [], False, list[str]()
    for line in text.splitlines(keepends=True):
        if FENCE.match(line):
            parts.append(_mended_prose("".join(lines), source, page, known) if not code else "".join(lines))
            code, lines = not code, []
            parts.append(line)
        else:
            lines.append(line)
    parts.append("".join(lines) if code else _mended_prose("".join(lines), source, page, known))
    return "".join(parts)


def _mended_prose(text: str, source: str, page: str, known: Map) -> str:
    return LINK.sub(lambda link: _mended_link(link, source, page, known), text)


def _mended_link(link: re.Match[str], source: str, page: str, known: Map) -> str:
    text, target = link["text"], link["target"]
    if ELSEWHERE.match(target):
        return link[0]
    path, hash_, anchor = target.partition("#")
    there = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    place = known.place(there)
    if place is not None:
        return f"{text}({posixpath.relpath(place, posixpath.dirname(page) or '.')}{hash_}{anchor})"
    if not known.exists(there):
        return link[0]  # the strict build names it
    return f"{text}({known.repository.rstrip('/')}/{there}{hash_}{anchor})" if known.repository else text[1:-1]
