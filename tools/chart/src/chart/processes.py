"""The processes that the chart runs, and how each of their settings is called: in the values and in the environment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from intent_api.settings import Settings as IntentApi
from notifier.settings import Settings as Notifier
from order_service.reconciler.settings import ReconcilerSettings
from order_service.resolver.settings import ResolverSettings
from order_service.settings import Settings as OrderService
from tillstream_contracts.keys import KeyHash
from webhook_ingest.settings import Settings as WebhookIngest

PUBLIC: Final = ("publishable_key",)
"""What is typed as a secret and yet stands in every browser."""


@dataclass(frozen=True)
class Process:
    """One Deployment: its name, its image, the module that it runs, and the class of its settings."""

    name: str
    image: str
    module: str
    settings: type[BaseSettings]


PROCESSES: Final = {
    "intentApi": Process("intent-api", "intent-api", "intent_api", IntentApi),
    "webhookIngest": Process("webhook-ingest", "webhook-ingest", "webhook_ingest", WebhookIngest),
    "orderService": Process("order-service", "order-service", "order_service", OrderService),
    "resolver": Process("order-service-resolver", "order-service", "order_service.resolver", ResolverSettings),
    "reconciler": Process("order-service-reconciler", "order-service", "order_service.reconciler", ReconcilerSettings),
    "notifier": Process("notifier", "notifier", "notifier", Notifier),
}
"""By their keys below `services` in the values."""


def camel(name: str) -> str:
    """`batch_records` as Helm's values are written: `batchRecords`."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def variable(kind: type[BaseSettings], name: str, field: FieldInfo) -> str:
    """The environment variable of a setting."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def is_secret(name: str, field: FieldInfo) -> bool:
    """Whether it must never stand in a manifest or in Helm's values."""
    return name not in PUBLIC and any(kind in (SecretStr, KeyHash) for kind in _kinds(field.annotation))


def settings_of(process: Process) -> dict[str, tuple[str, FieldInfo]]:
    """The fields of its settings, with their names there, by their names in the values."""
    return {camel(name): (name, field) for name, field in process.settings.model_fields.items()}


def described(process: Process) -> dict[str, Any]:
    """All that the templates need to know of a process."""
    kind = process.settings
    return {
        "name": process.name,
        "image": process.image,
        "module": process.module,
        "port": kind.model_fields["port"].default,
        "settings": {
            key: {
                "variable": variable(kind, name, field),
                "secret": is_secret(name, field),
                "required": field.is_required(),
            }
            for key, (name, field) in settings_of(process).items()
        },
    }


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _kinds(part)
