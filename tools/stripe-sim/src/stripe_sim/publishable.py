"""What a browser may see: with a publishable key Stripe leaves out everything that is the merchant's own."""

from stripe_sim.objects import Object

_PAYMENT_INTENT_WORDS = """
    id object amount amount_details automatic_payment_methods canceled_at cancellation_reason capture_method
    client_secret confirmation_method created currency description last_payment_error livemode next_action
    payment_method payment_method_configuration_details payment_method_types processing receipt_email
    setup_future_usage shipping status
"""
_PAYMENT_INTENT = frozenset(_PAYMENT_INTENT_WORDS.split())


def for_browser(body: Object) -> Object:
    """The object, or the error with an object in it, without what a browser may not see."""
    if body.get("object") == "payment_intent":
        return {name: value for name, value in body.items() if name in _PAYMENT_INTENT}
    error = body.get("error")
    if isinstance(error, dict) and "payment_intent" in error:
        return {"error": {**error, "payment_intent": for_browser(error["payment_intent"])}}
    return body
