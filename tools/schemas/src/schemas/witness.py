"""A pytest plugin: every record and every frame that a service sends in a test is held against its AsyncAPI document.

It looks at what leaves the services' own producers and sockets; what a test writes itself is its own affair.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, wraps
from typing import Any, Final

import jsonschema_rs
import pytest
from aiokafka import AIOKafkaProducer

from schemas.asyncapi import document
from schemas.frames import texts
from tillstream_contracts import STRIPE_EVENTS

SERVICES: Final = ("intent-api", "order-service", "webhook-ingest")
"""The names that their producers give themselves."""
Headers = Iterable[tuple[str, bytes | None]]


class Witness:
    """Notes what is not as it is described."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.seen = 0

    def see_record(self, topic: str, value: bytes | None, headers: Headers) -> None:
        """A record on its way to a topic; one that is none of ours is passed over."""
        name = next((name for name in _channels() if topic.endswith(name)), None)
        if name is None:
            return
        self.seen += 1
        told = {header: (text or b"").decode(errors="replace") for header, text in headers}
        of_headers, of_payload = _record_validators(name)
        self._hold(f"{name}: header", of_headers, told)
        if of_payload is not None:
            self._read(f"{name}: value", of_payload, value or b"null")

    def see_frame(self, frame: bytes) -> None:
        """A frame on its way to a browser."""
        self.seen += 1
        self._read("stream: frame", _frame_validator(), frame)

    def _read(self, where: str, validator: Any, sent: bytes) -> None:
        """What is sent goes on its way whatever it is: a sender must not fail by being watched."""
        try:
            told = json.loads(sent)
        except ValueError:
            self.found.append(f"{where}: no JSON, {sent[:20]!r}")
        else:
            self._hold(where, validator, told)

    def _hold(self, where: str, validator: Any, told: Any) -> None:
        self.found += [f"{where}: {error.message}" for error in validator.iter_errors(told)]


@pytest.fixture(scope="session", autouse=True)
def witness() -> Iterator[Witness]:
    """Watches the services that this run has imported."""
    seeing = Witness()
    with pytest.MonkeyPatch.context() as patch:
        _watch_producers(patch, seeing)
        if "webhook_ingest.webhook" in sys.modules:
            _watch_webhooks(patch, seeing)
        if "notifier.sockets" in sys.modules:
            _watch_sockets(patch, seeing)
        yield seeing


@pytest.fixture(autouse=True)
def all_is_as_described(witness: Witness) -> Iterator[None]:
    """Fails the test in which a service sent something that its document does not describe."""
    before = len(witness.found)
    yield
    if described_otherwise := witness.found[before:]:
        pytest.fail("\n".join(described_otherwise[:20]))


def _watch_producers(patch: pytest.MonkeyPatch, witness: Witness) -> None:
    send = AIOKafkaProducer.send

    @wraps(send)
    async def watched(self: Any, topic: str, value: bytes | None = None, *more: Any, **named: Any) -> Any:
        if self.client._client_id in SERVICES:  # noqa: SLF001  # tells a service's producer from a test's
            headers = named["headers"] if "headers" in named else (*more, None, None, None, None)[3]
            witness.see_record(topic, value, headers or ())
        return await send(self, topic, value, *more, **named)

    patch.setattr(AIOKafkaProducer, "send", watched)


def _watch_webhooks(patch: pytest.MonkeyPatch, witness: Witness) -> None:
    """Where a webhook becomes a record: what the producer is given then are bytes, and a test has a fake one."""
    webhook = sys.modules["webhook_ingest.webhook"]
    make = webhook._record  # noqa: SLF001

    @wraps(make)
    def watched(*given: Any) -> Any:
        record = make(*given)
        witness.see_record(STRIPE_EVENTS.name, record.value, record.headers)
        return record

    patch.setattr(webhook, "_record", watched)


def _watch_sockets(patch: pytest.MonkeyPatch, witness: Witness) -> None:
    socket = sys.modules["notifier.sockets"].Socket
    push = socket.push

    @wraps(push)
    def watched(self: Any, frames: bytes) -> None:
        for frame in texts(frames):
            witness.see_frame(frame)
        push(self, frames)

    patch.setattr(socket, "push", watched)


@cache
def _channels() -> Mapping[str, Any]:
    return dict(sorted(document()["channels"].items(), key=lambda channel: -len(channel[0])))


@cache
def _record_validators(name: str) -> tuple[Any, Any]:
    message, parts = _channels()[name]["messages"]["record"], document()["components"]
    return tuple(
        jsonschema_rs.Draft202012Validator({**message[part], "components": parts}) if part in message else None
        for part in ("headers", "payload")
    )  # type: ignore[return-value]  # as many as there are parts


@cache
def _frame_validator() -> Any:
    from notifier import asyncapi  # noqa: PLC0415  # only where notifier is tested

    frames = [{"$ref": f"#/components/schemas/{model.__name__}"} for model in asyncapi.TO_CLIENT]
    return jsonschema_rs.Draft202012Validator({"anyOf": frames, "components": asyncapi.document()["components"]})
