"""The reference of what is sent, from the AsyncAPI descriptions: Kafka's topics, and the browsers' stream. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from handbook.shapes import fields, resolved
from handbook.tables import as_json, code, paragraphs, table

Description = Mapping[str, Any]
Examples = Mapping[str, Mapping[str, Any]]
"""Golden examples: by topic, by name."""
TOPICS: Final = """# Event catalogue

What stands in Kafka: each topic, what its records hold, and examples. A record is a CloudEvent in binary mode: the
event is the value, the rest is headers. The examples are the contracts' own, which tests read with the oldest and the
newest code. How an event may change is told in [Working on Tillstream](../development.md).
"""
STREAM: Final = """# The stream

What a browser and notifier say to each other over the WebSocket. The first frame is the browser's; then come a snapshot
and each newer version. In a page use the client in `web/client`, which does all of this.
"""
PARKED: Final = ".parked"


def topics_page(description: Description, file: str, examples: Examples) -> str:
    """A section for each topic; those of parked records have one together."""
    channels = description["channels"]
    live = [part for name in channels if not name.endswith(PARKED) for part in _topic(name, description, examples)]
    parked = next(channel for name, channel in channels.items() if name.endswith(PARKED))
    headers = fields(parked["messages"]["record"]["headers"], description)
    return paragraphs(
        TOPICS,
        f"For programs: [AsyncAPI {description['asyncapi']}]({file}).",
        _overview(channels),
        "## Headers of every record",
        fields(description["components"]["schemas"]["CloudEvent"], description),
        *live,
        "## `<topic>.parked`",
        parked["messages"]["record"]["summary"],
        headers,
    )


def stream_page(description: Description, file: str) -> str:
    """A section for each frame, by who sends it."""
    told = [part for name in ("subscribe", "watch") for part in _frames(name, description)]
    address = description["channels"]["stream"]["address"]
    return paragraphs(
        STREAM,
        f"Its address is {code(address)}. For programs: [AsyncAPI {description['asyncapi']}]({file}).",
        *told,
    )


def _overview(channels: Description) -> str:
    rows = [
        (code(name), kafka["partitions"], kafka["replicas"], channel["description"].removeprefix("Keyed by "))
        for name, channel in channels.items()
        for kafka in [channel["bindings"]["kafka"]]
    ]
    return table(("topic", "partitions", "replicas", "key"), rows)


def _topic(name: str, description: Description, examples: Examples) -> Iterator[str]:
    message = description["channels"][name]["messages"]["record"]
    yield f"## {code(name)}"
    yield message["summary"]
    yield f"{description['channels'][name]['description']}"
    yield fields(message["payload"], description)
    for example, event in sorted(examples.get(name, {}).items()):
        yield _folded(f"Example: {example.replace('--', ', ')}", as_json(event))


def _frames(operation: str, description: Description) -> Iterator[str]:
    who = {"receive": "The browser sends", "send": "notifier sends"}
    told = description["operations"][operation]
    for reference in told["messages"]:
        message = resolved(reference, description)
        name = reference["$ref"].rsplit("/", 1)[1]
        yield f"## {who[told['action']]} `{name}`"
        yield message.get("summary") or ""
        yield fields(message["payload"], description)


def _folded(title: str, text: str) -> str:
    return f'??? example "{title}"\n\n' + "\n".join(f"    {line}".rstrip() for line in text.splitlines())
