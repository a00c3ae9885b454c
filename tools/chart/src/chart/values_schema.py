"""`values.schema.json`: the part written by hand, and every setting of every process with its type and bounds."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, get_args

from pydantic.fields import FieldInfo

from chart.processes import PROCESSES, Process, is_secret, settings_of

BASE: Final = Path(__file__).with_name("values.base.json")
OWN_ALONE: Final = ("port",)
"""What no two processes are given at once."""
REFERENCE: Final = {"$ref": "#/$defs/reference"}


def document() -> dict[str, Any]:
    """The whole schema. Whoever misspells a name is told by Helm, before anything is installed."""
    schema: dict[str, Any] = json.loads(BASE.read_text())
    of_house = [_settings(process) for process in PROCESSES.values()]
    schema["properties"]["settings"]["properties"] = _shared(of_house)
    services = schema["properties"]["services"]["properties"]
    for key, process in PROCESSES.items():
        services[key]["allOf"] = [{"$ref": "#/$defs/service"}]
        services[key]["properties"] = {
            **dict.fromkeys(schema["$defs"]["service"]["properties"], True),
            **services[key].get("properties", {}),
            "settings": {"type": "object", "additionalProperties": False, "properties": _settings(process)},
            "secrets": {"type": "object", "additionalProperties": False, "properties": _secrets(process)},
        }
        services[key]["additionalProperties"] = False
    every_secret = {name: secret for process in PROCESSES.values() for name, secret in _secrets(process).items()}
    schema["properties"]["secrets"]["properties"].update(every_secret)
    return schema


def _shared(of_house: list[dict[str, Any]]) -> dict[str, Any]:
    """The settings that two or more have, whatever each of these thinks of their bounds."""
    names = [name for settings in of_house for name in settings]
    return {
        name: settings[name]
        for settings in of_house
        for name in settings
        if names.count(name) > 1 and name not in OWN_ALONE
    }


def _settings(process: Process) -> dict[str, Any]:
    return {
        key: {"description": field.description or key, "anyOf": [_plain(process, name, field), REFERENCE]}
        for key, (name, field) in settings_of(process).items()
        if not is_secret(name, field)
    }


def _secrets(process: Process) -> dict[str, Any]:
    return {key: REFERENCE for key, (name, field) in settings_of(process).items() if is_secret(name, field)}


def _plain(process: Process, name: str, field: FieldInfo) -> dict[str, Any]:
    """What may stand for the value itself: an ISO 8601 text for a duration, a list where words are wanted."""
    match field.default:
        case bool():
            return {"type": "boolean"}
        case timedelta():
            return {"type": ["number", "string"], "minimum": 0}
        case int() | float():
            described = process.settings.model_json_schema(by_alias=False)["properties"][name]
            return {key: described[key] for key in ("type", "minimum", "maximum") if key in described}
        case tuple():
            return {"type": ["array", "string"], "items": {"type": "string"}}
        case None if bool in _all(field.annotation):
            return {"type": "boolean"}
        case _:
            return {"type": "string"}


def _all(annotation: Any) -> set[Any]:
    return {annotation}.union(*(_all(part) for part in get_args(annotation)))
