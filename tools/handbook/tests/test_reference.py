"""What the code says of itself stands in the reference."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from evidence.limits import settings_of
from handbook import configuration, http_routes, messages, shapes
from handbook.house import ROOT, examples, written
from handbook.tables import table


class Told(BaseSettings):
    """Settings of each kind."""

    model_config = SettingsConfigDict(env_prefix="TOLD_", use_attribute_docstrings=True)

    key: Annotated[SecretStr, Field(validation_alias="OUR_KEY")]
    """What signs."""
    wait: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=2))] = timedelta(seconds=0.5)
    """How long."""
    most: Annotated[int, Field(ge=1)] = 20
    origins: tuple[str, ...] = ("http://a", "http://b")
    name: str | None = None


def test_setting_is_told_by_variable_default_kind_and_limits() -> None:
    told = {
        configuration.variable(Told, name, field): (
            configuration.default_of(field),
            configuration.kind_of(field),
            configuration.limits_of(field).replace("\N{NO-BREAK SPACE}", " "),
        )
        for name, field in Told.model_fields.items()
    }
    assert told == {
        "OUR_KEY": ("**required**", "secret", ""),
        "TOLD_WAIT": ("0.5 s", "duration", "> 0 s, ≤ 120 s"),
        "TOLD_MOST": ("`20`", "integer", "≥ 1"),
        "TOLD_ORIGINS": ("`http://a,http://b`", "words", ""),
        "TOLD_NAME": ("none", "text", ""),
    }


def test_every_setting_of_every_process_is_in_the_reference() -> None:
    page = configuration.page(ROOT)
    for kind in settings_of(ROOT):
        for name, field in kind.model_fields.items():
            assert f"| `{configuration.variable(kind, name, field)}` |" in page


def test_secret_has_no_default_to_be_shown() -> None:
    shown = re.findall(r"\| `(\w+)` \| (.*?) \|.*values: </span>secret", configuration.page(ROOT))
    assert shown
    assert {default.rpartition(">")[2] for _, default in shown} <= {"**required**", "none"}


def test_every_topic_is_in_the_catalogue_and_every_example_with_it() -> None:
    page = written()["reference/events.md"]
    for topic, named in examples().items():
        assert f"## `{topic}`" in page
        for name in named:
            assert f"Example: {name.replace('--', ', ')}" in page


def test_fields_are_told_at_any_depth_and_end_where_they_meet_themselves() -> None:
    schema = {
        "properties": {
            "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "maxItems": 3.0},
            "next": {"anyOf": [{"$ref": "#/$defs/Line"}, {"type": "null"}]},
        },
        "required": ["lines"],
        "$defs": {
            "Line": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "description": "What.\n\nMore."},
                    "in": {"$ref": "#/$defs/Line"},
                },
            }
        },
    }
    told = shapes.fields(schema, schema)
    assert "| `lines` |" in told
    assert "list of object, at most 3 |" in told
    assert "| `lines[].sku` |" in told
    assert "| `next.sku` |" in told
    assert "What.</span>" not in told
    assert "More." not in told


def test_route_is_told_with_what_it_takes_and_answers() -> None:
    answer = {
        "description": "Successful Response",
        "content": {"application/json": {"schema": {"properties": {"id": {}}}}},
    }
    route = {"summary": "Do it", "parameters": [{"name": "n", "in": "query"}], "responses": {"200": answer}}
    page = http_routes.page("here", {"openapi": "3.1.0", "info": {}, "paths": {"/it": {"post": route}}}, "here.json")
    assert "## `POST /it`" in page
    assert "Do it." in page
    assert "| `n` |" in page
    assert "| `200` |" in page
    assert "It went well." in page
    assert "| `id` |" in page


def test_stream_page_says_who_sends_what() -> None:
    page = written()["reference/stream.md"]
    assert "## The browser sends `Subscribe`" in page
    assert "## notifier sends `Snapshot`" in page
    assert page.startswith(messages.STREAM)


def test_cell_cannot_break_its_table() -> None:
    assert "a\\|b c" in table(("x", "y"), [("k", "a|b\nc")])
