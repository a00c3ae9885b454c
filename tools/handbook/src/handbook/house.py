"""What the site is made of: the repository's pages, and those that the code writes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import notifier.asyncapi
import notifier.openapi
import schemas.asyncapi
from evidence.house import descriptions
from handbook import configuration, http_routes, messages

ROOT: Final = Path(__file__).parents[4]
EXAMPLES: Final = "libs/contracts/examples"
OF_THE_ROOT: Final = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Pages that people look for at the top of a repository."""
READMES: Final = ("services/*", "libs/*", "web/*", "tools/*")
"""Parts of the house; the page of each is its README."""


def brought() -> dict[str, str]:
    """Pages from outside docs/: the site's path by the repository's."""
    return OF_THE_ROOT | parts()


def parts() -> dict[str, str]:
    """The pages of the house's parts: the site's path by the repository's."""
    readmes = [path.relative_to(ROOT) for place in READMES for path in sorted(ROOT.glob(f"{place}/README.md"))]
    return {str(path): f"parts/{path.parent.name}.md" for path in readmes}


def written() -> dict[str, str]:
    """Pages and files that the code writes, by their path in the site."""
    http = descriptions() | {"notifier": notifier.openapi.description()}
    topics, stream = schemas.asyncapi.document(), notifier.asyncapi.document()
    return {
        "reference/configuration.md": configuration.page(ROOT),
        "reference/events.md": messages.topics_page(topics, "../asyncapi.json", examples()),
        "reference/stream.md": messages.stream_page(stream, "stream.json"),
        "reference/stream.json": _text(stream),
        **{f"reference/{name}.md": http_routes.page(name, told, f"{name}.json") for name, told in http.items()},
        **{f"reference/{name}.json": _text(told) for name, told in http.items()},
    }


def examples() -> dict[str, dict[str, Any]]:
    """The contracts' golden examples, by topic and name."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / EXAMPLES).glob("*/*.json")):
        found.setdefault(path.parent.name, {})[path.stem] = json.loads(path.read_text())
    return found


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
