"""Stripe's errors: the HTTP status and the `error` object of each.

Source: Stripe API reference, "Errors" and "Error codes".
"""

from typing import Any

from stripe_sim.objects import Object

_DOCUMENTED_WORDS = """
    amount_too_large amount_too_small authentication_required card_declined charge_already_refunded charge_disputed
    expired_card idempotency_key_in_use incorrect_cvc incorrect_number invalid_cvc invalid_expiry_month
    invalid_expiry_year parameter_invalid_empty parameter_invalid_integer parameter_missing parameter_unknown
    payment_intent_authentication_failure payment_intent_unexpected_state processing_error rate_limit
    resource_missing secret_key_required setup_intent_authentication_failure setup_intent_unexpected_state
"""
_DOCUMENTED = frozenset(_DOCUMENTED_WORDS.split())


class StripeError(Exception):
    """A refusal as Stripe words it; `facts` are the members of the `error` object beside message and type."""

    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None, **facts: Any
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.code = status, message, kind, code
        self.facts = {name: fact for name, fact in facts.items() if fact is not None}

    def body(self) -> Object:
        """The `error` object."""
        error: Object = {} if self.code is None else {"code": self.code}
        if self.code in _DOCUMENTED:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return error | self.facts | {"message": self.message, "type": self.kind}


def invalid(message: str, param: str | None = None, code: str | None = None, **facts: Any) -> StripeError:
    """400: the caller asked for something that cannot be."""
    return StripeError(400, message, param=param, code=code, **facts)


def missing(noun: str, name: str, param: str, status: int = 404) -> StripeError:
    """There is no such object: 404 where the URL names it, 400 where a parameter does."""
    return StripeError(status, f"No such {noun}: '{name}'", code="resource_missing", param=param)


def card_error(
    message: str, code: str, *, decline_code: str | None = None, param: str | None = None, **facts: Any
) -> StripeError:
    """402: the card was refused."""
    return StripeError(402, message, kind="card_error", code=code, decline_code=decline_code, param=param, **facts)


def no_key() -> StripeError:
    """401: nobody said who they are."""
    return StripeError(
        401,
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for "
        "details, or we can help at https://support.stripe.com/.",
    )


def wrong_key(key: str) -> StripeError:
    """401: a key that this account does not have, shown with stars."""
    shown = key if len(key) <= 12 else f"{key[:8]}{'*' * min(len(key) - 12, 20)}{key[-4:]}"
    return StripeError(401, f"Invalid API Key provided: {shown[:60]}")


def not_connected(account: str) -> StripeError:
    """403: an account that the key's own account does not serve."""
    return StripeError(
        403,
        f"The provided key does not have access to account '{account[:60]}' (or that account does not exist). "
        "Application access may have been revoked.",
        code="account_invalid",
    )


def secret_key_required() -> StripeError:
    """403: a browser's key where only a server's will do."""
    return StripeError(
        403,
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of "
        "your API keys at https://dashboard.stripe.com/account/apikeys.",
        code="secret_key_required",
    )


def unknown_url(method: str, path: str) -> StripeError:
    """404: no operation has this URL."""
    return StripeError(
        404,
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing slash. "
        "If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. "
        "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
    )


def rate_limited() -> StripeError:
    """429."""
    return StripeError(
        429,
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        code="rate_limit",
    )


def key_in_use(key: str) -> StripeError:
    """409: the first request with this idempotency key is still at work."""
    return StripeError(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later.",
        code="idempotency_key_in_use",
    )


def internal() -> StripeError:
    """500."""
    return StripeError(500, "An unknown error occurred", kind="api_error")
