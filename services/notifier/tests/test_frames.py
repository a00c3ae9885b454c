"""What clients say and are told."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from notifier import orders, subscriptions
from notifier.asyncapi import document
from notifier.frames import read_subscribe
from notifier.refusals import REFUSALS, Refused
from schemas.frames import texts
from tillstream_contracts.stream import Snapshot, StreamError, SubscriptionSnapshot


@given(st.text() | st.binary())
def test_message_is_a_subscription_or_refused(message: str | bytes) -> None:
    """Nothing else comes of it, whatever it holds."""
    with suppress(Refused):
        read_subscribe(message)


def test_order_that_nobody_has_heard_of_is_a_snapshot_like_any_other() -> None:
    """Version 0, pending."""
    frame = orders.unheard_of("ord_1", datetime(2026, 1, 1, tzinfo=UTC)).frame
    assert Snapshot.model_validate_json(texts(frame)[0]).version == 0


def test_subscription_that_nobody_has_heard_of_is_a_snapshot_like_any_other() -> None:
    """Version 0, incomplete."""
    frame = subscriptions.unheard_of("subs_1", datetime(2026, 1, 1, tzinfo=UTC)).frame
    told = SubscriptionSnapshot.model_validate_json(texts(frame)[0])
    assert (told.version, told.status) == (0, "incomplete")


def test_every_refusal_makes_a_frame_that_clients_can_read() -> None:
    """With its own close code."""
    frames = [StreamError.model_validate_json(texts(Refused(code).frame())[0]) for code in REFUSALS]
    assert [frame.code for frame in frames] == list(REFUSALS)
    assert len({Refused(code).close_code for code in REFUSALS}) == len(REFUSALS)


def test_documentation_names_every_refusal() -> None:
    """The page is written by hand; this keeps it whole."""
    page = files("notifier").joinpath("docs.html").read_text()
    for code, refusal in REFUSALS.items():
        assert f"<td>{refusal.close_code}</td><td><code>{code}</code></td>" in page


def test_asyncapi_references_lead_somewhere() -> None:
    """Each `$ref` of the description names a part of it."""
    description = document()
    references = [part.split('"')[0] for part in json.dumps(description).split('"$ref": "#/')[1:]]
    assert references
    for reference in references:
        found = description
        for step in reference.split("/"):
            found = found[step]
