"""What schemathesis cannot know of our services. Loaded by schemathesis.toml."""

import hmac
import os
import time
from typing import Any, Final

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

SIGNATURE: Final = "Stripe-Signature"
WEBHOOKS: Final = "/webhook"


class Signed(AuthBase):
    """Signs a webhook as Stripe does, over the bytes that are sent."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Called with the request as it leaves."""
        given = request.body or b""
        body = given.encode() if isinstance(given, str) else given
        if not isinstance(body, bytes):
            return request
        at = int(time.time())
        secret = os.environ["FUZZ_THIN_SECRET" if str(request.url).endswith("/thin") else "FUZZ_WEBHOOK_SECRET"]
        signature = hmac.digest(secret.encode(), b"%d.%b" % (at, body), "sha256").hex()
        request.headers[SIGNATURE] = f"t={at},v1={signature}"
        return request


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001 schemathesis' signature
    """Sign a webhook, unless its header is what is being tried, or that it is missing."""
    is_webhook = case.path.startswith(WEBHOOKS) and case.method == "POST"
    if is_webhook and SIGNATURE in (case.headers or {}) and not _header_is_tried(case):
        kwargs["auth"] = Signed()


@schemathesis.hook
def filter_body(context: Any, body: Any) -> bool:  # noqa: ARG001 schemathesis' signature
    """Leave out a second written as 1018.0: JSON Schema calls it an integer, Stripe never writes it, we refuse it."""
    return not (isinstance(body, dict) and isinstance(body.get("created"), float))


def _header_is_tried(case: Any) -> bool:
    components = case.meta.components if case.meta else {}
    return any(kind.value.startswith("header") and info.mode.is_negative for kind, info in components.items())
