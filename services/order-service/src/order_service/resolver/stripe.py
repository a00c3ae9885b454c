"""Asking Stripe for an object that events are about."""

from typing import Any, Final

import orjson

from order_service.resolver.events import Answer, Object
from order_service.stripe_calls.client import API_VERSION, MAX_BODY_BYTES, NotNow, Refused, StripeCalls

MOST_ROUNDS: Final = 3
"""So often one object may fail all the time while others are answered; then it is the object, and not Stripe."""
MOST_STRUCK: Final = 1_000


class Stripe:
    """Fetches objects, and gives up those that Stripe never gives while it gives others."""

    def __init__(self, calls: StripeCalls) -> None:
        self._calls = calls
        self._struck: dict[Object, int] = {}

    async def fetch(self, wanted: Object, *, by: float, cause: str = "") -> Answer:
        """The object as it is now, because of the event `cause`. Raises Refused, or NotNow once the clock says `by`."""
        because = {"headers": {"Stripe-Request-Trigger": f"event={cause}"}} if cause else {}
        answers = self._calls.answers
        try:
            answer = await self._calls.get(wanted.path, by=by, stripe_context=wanted.context, **because)
        except NotNow as error:
            if error.was_asked and self._calls.answers > answers:
                self._strike(wanted)
            raise
        self._struck.pop(wanted, None)
        return _checked(answer, wanted)

    def _strike(self, wanted: Object) -> None:
        """Others were answered meanwhile. Raises Refused once that has been so for several rounds."""
        rounds = self._struck.pop(wanted, 0) + 1
        if rounds >= MOST_ROUNDS:
            raise Refused("Stripe answers, but never for its object.")
        if len(self._struck) < MOST_STRUCK:
            self._struck[wanted] = rounds


def _checked(answer: Any, wanted: Object) -> Answer:
    body = answer.body.encode()
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:  # stricter than the library
        content = None
    if not isinstance(content, dict) or content.get("id") != wanted.id:
        raise Refused("Stripe gave something else than its object.")
    if len(body) > MAX_BODY_BYTES:
        raise Refused(f"Its object has {len(body)} bytes, more than fit into a record.")
    headers = answer.headers
    return Answer(body, content, headers.get("stripe-version") or API_VERSION, headers.get("date") or "")
