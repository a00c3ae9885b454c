"""The HTTP edge of the API: who calls, with what, whether it was asked before; then the work, then the answer."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from stripe_sim.account import Account
from stripe_sim.changes import Cause
from stripe_sim.controls.faults import Fault, Faults
from stripe_sim.http import errors
from stripe_sim.http.authentication import is_publishable
from stripe_sim.http.connections import ConnectionClosed
from stripe_sim.http.errors import StripeError
from stripe_sim.http.expansion import expanded
from stripe_sim.http.forms import Params, decode, from_json
from stripe_sim.http.idempotency import Answer
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.publishable import for_browser
from stripe_sim.http.rendering import rendered
from stripe_sim.metrics import Metrics
from stripe_sim.objects import Object

log = logging.getLogger(__name__)


class _NoAnswer(Exception):
    """The caller's connection is to be closed."""


@dataclass(frozen=True)
class Api:
    """Answers every call of every operation."""

    platform: Account
    faults: Faults
    metrics: Metrics

    async def answer(self, operation: Operation, request: Request) -> ASGIApp:
        """The HTTP answer to one request."""
        request_id = self.platform.names.id("req", 14)
        key = request.headers.get("idempotency-key") if operation.repeatable else None
        try:
            answer = await self._answer(operation, request, Cause(request_id, key))
        except StripeError as error:
            answer = Answer(error.status, rendered({"error": error.body()}), request_id)
        except _NoAnswer:
            return ConnectionClosed()
        except Exception:  # the edge: whatever went wrong, a caller reads Stripe's words
            log.exception("call_failed request_id=%s path=%s", request_id, operation.path)
            answer = Answer(500, rendered({"error": errors.internal().body()}), request_id)
        self.metrics.requests.labels(operation.method, operation.path, answer.status).inc()
        return self._response(answer, request, request_id, key)

    async def _answer(self, operation: Operation, request: Request, cause: Cause) -> Answer:
        from_browser = is_publishable(request.headers.get("authorization"), self.platform.settings)
        if from_browser and not operation.browser:
            raise errors.secret_key_required()
        account = self.platform.named(_account_in(request))
        encoded = await self._encoded(request)
        params = from_json(encoded) if operation.is_v2 and operation.method == "POST" else decode(encoded)
        ids = dict(request.path_params)
        ask = _Ask(operation, account, ids, params, from_browser, cause, self.base_url(request))
        if cause.idempotency_key is None:
            return await self._work(ask, request)
        return await self._once(cause.idempotency_key, encoded, ask, request)

    async def _once(self, key: str, encoded: str, ask: "_Ask", request: Request) -> Answer:
        """The first answer that this key got, or the work that makes it."""
        fingerprint = hashlib.sha256(encoded.encode()).hexdigest()
        first = ask.account.keys.begin(key, request.url.path, fingerprint)
        if first is not None:
            return first
        try:
            return await self._work(ask, request)
        finally:
            ask.account.keys.release(key)

    async def _work(self, ask: "_Ask", request: Request) -> Answer:
        fault = self.faults.take(request.method, request.url.path)
        await _fail_before(fault, ask.cause)
        params = ask.operation.shape.read(ask.params)
        answer = self._done(ask, params)
        if fault and fault.kind == "error_500_after":
            answer = _refusal(errors.internal(), ask)
        if ask.cause.idempotency_key is not None:
            ask.account.keys.keep(ask.cause.idempotency_key, answer)
        if fault and fault.kind == "api_connection_after":
            raise _NoAnswer
        return answer

    def _done(self, ask: "_Ask", params: Params) -> Answer:
        """The work itself; a refusal that comes of it is an answer like any other."""
        call = Call(params, ask.ids, ask.from_browser, ask.cause, ask.base_url)
        try:
            thing = ask.operation.work(ask.account, call)
            body = expanded(thing, params.get("expand", []), ask.account.store)
        except StripeError as error:
            return _refusal(error, ask)
        return Answer(200, rendered(for_browser(body) if ask.from_browser else body), ask.request_id)

    async def _encoded(self, request: Request) -> str:
        """The parameters, from the body and the query."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.platform.settings.body_bytes:
                raise StripeError(413, "Request body is too large.")
        try:
            return "&".join(part for part in (request.url.query, body.decode()) if part)
        except UnicodeDecodeError as error:
            raise errors.invalid("Invalid request: the body is not UTF-8.") from error

    def base_url(self, request: Request) -> str:
        """Where browsers reach this stand-in."""
        return str(self.platform.settings.public_url or request.base_url).rstrip("/")

    def _response(self, answer: Answer, request: Request, request_id: str, key: str | None) -> Response:
        headers = {
            "Request-Id": request_id,
            "Stripe-Version": request.headers.get("stripe-version", self.platform.settings.api_version),
            "Cache-Control": "no-cache, no-store",
        }
        if key is not None:
            headers |= {"Idempotency-Key": key[:255], "Original-Request": answer.request_id}
        if answer.request_id != request_id:
            headers["Idempotent-Replayed"] = "true"
        if answer.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
        return Response(answer.body, answer.status, headers, media_type="application/json")


@dataclass(frozen=True)
class _Ask:
    """A request whose caller is known and whose parameters are not read yet."""

    operation: Operation
    account: Account
    ids: dict[str, str]
    params: Params
    from_browser: bool
    cause: Cause
    base_url: str

    @property
    def request_id(self) -> str:
        return self.cause.request_id or ""


def _account_in(request: Request) -> str | None:
    """The connected account that is meant; API v2's context may lead to it through others."""
    context = request.headers.get("stripe-context", "")
    return request.headers.get("stripe-account") or context.rpartition("/")[2] or None


def _refusal(error: StripeError, ask: _Ask) -> Answer:
    body: Object = {"error": error.body()}
    return Answer(error.status, rendered(for_browser(body) if ask.from_browser else body), ask.request_id)


async def _fail_before(fault: Fault | None, cause: Cause) -> None:
    match fault and fault.kind:
        case "error_500":
            raise errors.internal()
        case "rate_limit":
            raise errors.rate_limited()
        case "lock_409":
            raise errors.key_in_use(cause.idempotency_key or "")
        case "api_connection_before":
            raise _NoAnswer
        case "slow" if fault:
            await asyncio.sleep(fault.seconds)
