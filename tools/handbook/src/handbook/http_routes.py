"""The reference of one service's HTTP routes, from its OpenAPI description. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from handbook.shapes import fields, kind, meaning, resolved
from handbook.tables import code, paragraphs, table

Description = Mapping[str, Any]
FORMS: Final = {"application/json": "JSON", "application/problem+json": "a problem"}
UNSAID: Final = "Successful Response"
"""What FastAPI says where nobody said anything."""


def page(name: str, description: Description, file: str) -> str:
    """A section for each route: what it takes, what it answers. `file` is the description itself, beside the page."""
    routes = [
        part
        for path, methods in description["paths"].items()
        for method, route in methods.items()
        for part in _route(f"{method.upper()} {path}", route, description)
    ]
    told = description["info"].get("description", "")
    return paragraphs(
        f"# HTTP routes of {name}", told, f"For programs: [OpenAPI {description['openapi']}]({file}).", *routes
    )


def _route(title: str, route: Description, root: Description) -> Iterator[str]:
    yield f"## {code(title)}"
    if (told := route.get("description", "")) != (summary := route.get("summary", "")):
        yield f"{summary.rstrip('.')}." if summary else ""
    yield told
    yield _parameters(route, root)
    yield from _body(route, root)
    yield "**Answers**"
    yield table(("status", "when", "body"), [_answer(status, answer) for status, answer in _answers(route, root)])
    yield from _answer_bodies(route, root)


def _parameters(route: Description, root: Description) -> str:
    parameters = [resolved(parameter, root) for parameter in route.get("parameters", ())]
    rows = [
        (
            code(parameter["name"]),
            parameter["in"],
            kind(parameter.get("schema", {}), root),
            "yes" if parameter.get("required") else "",
            parameter.get("description") or meaning(parameter.get("schema", {}), root),
        )
        for parameter in parameters
    ]
    return table(("parameter", "in", "type", "needed", "meaning"), rows)


def _body(route: Description, root: Description) -> Iterator[str]:
    body = resolved(route.get("requestBody", {}), root)
    for media, content in body.get("content", {}).items():
        yield f"**Body**, {code(media)}{'' if body.get('required') else ', may be left out'}"
        yield body.get("description", "")
        yield fields(content.get("schema", {}), root, "needed")


def _answers(route: Description, root: Description) -> list[tuple[str, Description]]:
    return [(status, resolved(answer, root)) for status, answer in sorted(route["responses"].items())]


def _answer(status: str, answer: Description) -> tuple[str, ...]:
    told = answer.get("description", "")
    body = ", ".join(FORMS.get(media, code(media)) for media in answer.get("content", {}))
    return code(status), "It went well." if told == UNSAID else told, body


def _answer_bodies(route: Description, root: Description) -> Iterator[str]:
    """Of what went well; every problem has one shape."""
    for status, answer in _answers(route, root):
        content = answer.get("content", {}).get("application/json", {})
        if status.startswith("2") and (rows := fields(content.get("schema", {}), root)):
            yield f'??? note "What {status} holds"\n\n' + "\n".join(f"    {line}" for line in rows.splitlines())
