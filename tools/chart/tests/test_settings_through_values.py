"""Every setting of every service can be set through values, and the chart sets nothing that no service knows."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from chart.places import CHART
from chart.processes import PROCESSES, Process, described, is_secret, settings_of, variable
from chart.rendering import Unrenderable, render, value_files

LEAST = CHART / "ci" / "least.yaml"
TEXTS = {
    "host": "::",
    "log_level": "DEBUG",
    "log_format": "console",
    "merchant_id": "shop-2",
    "publishable_key": "pk_abcdefghijklmnop0123456789",
    "stripe_publishable_key": "pk_test_other",
    "stripe_api_base": "https://stripe.example/",
    "order_service_url": "https://orders.example/",
    "stream_url": "wss://stream.example/v1/stream",
    "drop_in_currency": "jpy",
    "drop_in_success_path": "/danke",
    "drop_in_cancel_path": "/zurueck",
    "catalog": "/etc/tillstream/catalog/other.json",
    "secrets_file": "/etc/tillstream/secrets/other",
    "allowed_origins": "https://one.example,https://two.example",
}
SECRETS = {
    "stripe_secret_key": "sk_test_0123456789",
    "secret_key": "sk_0123456789abcdefghijklmnop",
    "token_secret": "0123456789abcdefghijklmnopqrstuvwxyz",
    "stripe_webhook_secret": "whsec_one,whsec_two",
    "endpoints": "connect=whsec_three",
    "database_url": "postgresql://orders@db/orders",
}


def test_every_setting_of_every_service_arrives() -> None:
    """A value unlike the default for each one, all the way to an instance of the settings class."""
    chosen = {key: _chosen(process) for key, process in PROCESSES.items()}
    environments = _environments(render(LEAST, values=_values(chosen)))
    with pytest.MonkeyPatch.context() as patch:
        for key, process in PROCESSES.items():
            settings = _read(patch, process, environments[process.name])
            for name, field in process.settings.model_fields.items():
                assert is_secret(name, field) or _text(getattr(settings, name)) == _text(chosen[key][name]), name


def test_setting_of_one_service_wins_over_that_of_all() -> None:
    """And the others keep the common one."""
    values = {"settings": {"logLevel": "WARNING"}, "services": {"notifier": {"settings": {"logLevel": "DEBUG"}}}}
    levels = {name: given["LOG_LEVEL"] for name, given in _environments(render(LEAST, values=values)).items()}
    assert levels.pop("notifier") == "DEBUG"
    assert set(levels.values()) == {"WARNING"}


def test_no_environment_variable_is_unknown_to_its_service() -> None:
    """With each of the examples of values."""
    for file in value_files():
        assert _unknown(render(file)) == [], file.name


def test_misspelt_variable_is_noticed(tmp_path: Path) -> None:
    """The check above would tell."""
    chart = tmp_path / "tillstream"
    shutil.copytree(CHART, chart)
    known = json.loads((chart / "files" / "settings.json").read_text())
    known["processes"]["notifier"]["settings"]["host"]["variable"] = "NOTIFER_HOST"
    (chart / "files" / "settings.json").write_text(json.dumps(known))
    assert _unknown(render(LEAST, chart=chart)) == ["notifier: NOTIFER_HOST"]


@pytest.mark.parametrize(
    "values",
    [
        {"settings": {"logLevell": "INFO"}},
        {"services": {"notifier": {"settings": {"maxConections": 5}}}},
        {"services": {"orderService": {"settings": {"batchRecords": 0}}}},
        {"services": {"orderService": {"settings": {"databaseUrl": "postgresql://u:p@db/orders"}}}},
        {"secrets": {"stripeSecretKey": "sk_live_never_here"}},
        {"services": {"notifyer": {}}},
    ],
)
def test_misspelt_or_impossible_values_are_refused(values: dict[str, Any]) -> None:
    """By Helm itself, from the schema: nothing is installed then. No secret can stand in the values."""
    with pytest.raises(Unrenderable, match="at '"):
        render(LEAST, values=values)


def test_what_is_missing_is_named() -> None:
    """One who gives nothing is told what, and where to read on."""
    with pytest.raises(Unrenderable, match=r"settings\.\w+ is needed .* see docs/kubernetes.md"):
        render()


def test_every_secret_is_a_reference_and_none_is_given_to_who_does_not_need_it() -> None:
    """A Deployment refers to the secrets of its own settings class, and to no others."""
    environments = _environments(render(LEAST))
    for process in PROCESSES.values():
        referred = {name for name, entry in environments[process.name].items() if "secretKeyRef" in entry}
        needed = {
            variable(process.settings, name, field)
            for name, field in process.settings.model_fields.items()
            if is_secret(name, field) and field.is_required()
        }
        assert referred == needed


def _values(chosen: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The values that choose these; a secret that is optional is named, too."""
    services: dict[str, Any] = {
        key: {
            "secondsToEnd": 60,
            "settings": {
                camel: chosen[key][name] for camel, (name, field) in settings_of(process).items() if name in chosen[key]
            },
        }
        for key, process in PROCESSES.items()
    }
    services["webhookIngest"]["secrets"] = {"endpoints": {"secretKeyRef": {"name": "tillstream", "key": "endpoints"}}}
    return {"services": services}


def _chosen(process: Process) -> dict[str, Any]:
    fields = process.settings.model_fields.items()
    return {name: _other(name, field) for name, field in fields if not is_secret(name, field)}


def _other(name: str, field: FieldInfo) -> Any:
    """A value unlike the default and within the bounds; large numbers are such as Helm writes with an exponent."""
    if name in TEXTS:
        return TEXTS[name]
    match field.default:
        case bool() | None:
            return not field.default
        case timedelta():
            return field.default.total_seconds() * 0.75
        case int() if name == "max_body_bytes":
            return 999_999
        case int() if field.default >= 2**20:
            return field.default + 1_000_000
        case int() | float():
            return field.default + 1
        case _:
            return f"other.{name}"


def _environments(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each Deployment's variables, by the process's name: a text, or where the value comes from."""
    return {
        container["name"]: {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}
        for manifest in manifests
        if manifest["kind"] == "Deployment"
        for container in manifest["spec"]["template"]["spec"]["containers"]
    }


def _unknown(manifests: list[dict[str, Any]]) -> list[str]:
    known = {process.name: _variables(process) for process in PROCESSES.values()}
    return [
        f"{name}: {given}"
        for name, environment in _environments(manifests).items()
        for given in environment
        if given not in known[name]
    ]


def _variables(process: Process) -> set[str]:
    return {variable(process.settings, name, field) for name, field in process.settings.model_fields.items()}


def _read(patch: pytest.MonkeyPatch, process: Process, environment: dict[str, Any]) -> Any:
    """The settings as the container would read them, with nothing else in the environment."""
    for other in PROCESSES.values():
        for setting in described(other)["settings"].values():
            patch.delenv(setting["variable"], raising=False)
    fields = process.settings.model_fields.items()
    secrets = {variable(process.settings, name, field): SECRETS.get(name) for name, field in fields}
    for name, value in environment.items():
        patch.setenv(name, value if isinstance(value, str) else str(secrets[name]))
    return process.settings()


def _text(value: Any) -> str:
    match value:
        case timedelta():
            return str(value.total_seconds())
        case tuple():
            return ",".join(value)
        case int() | float() if not isinstance(value, bool):
            return str(float(value))
        case _ if hasattr(value, "get_secret_value"):
            return str(value.get_secret_value())
        case _:
            return str(value)
