"""What the OpenAPI document says of refusals, which are RFC 9457 problems everywhere."""

from collections.abc import Mapping
from typing import Any, Final

_MEANING: Final[Mapping[int, str]] = {
    400: "`idempotency_key_required`, or `cursor_of_other_filters`: begin without the cursor.",
    401: "`key_required`, `key_invalid` or `token_expired`: send the secret key, or a stream token that is valid.",
    403: "`secret_key_required`: a stream token shows just what it is for.",
    404: "`order_not_found`, `payment_not_found`, `subscription_not_found`: nothing of that id has arrived, or it is "
    "another merchant's.",
    409: "`idempotency_key_reused` for another wish; `payment_of_invoice`, which can belong to no order.",
    413: "`body_too_large`: the body is over 64 KiB.",
    422: "`invalid_request`, `invalid_cursor`: `errors` names each field; a parameter that is not known is one, too.",
    503: "`database_unavailable`, `broker_unavailable`: try again after `Retry-After`; nothing is lost or done twice.",
}
_CONTENT: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for these statuses."""
    return {status: {"description": _MEANING[status], "content": _CONTENT} for status in statuses}
