"""What a browser may see: with a publishable key Stripe leaves out everything that is the merchant's own."""

from stripe_sim.objects import Object

_PAYMENT_INTENT_WORDS = """
    id object amount amount_details automatic_payment_methods canceled_at cancellation_reason capture_method
    client_secret confirmation_method created currency description last_payment_error livemode next_action
    payment_method payment_method_configuration_details payment_method_types processing receipt_email
    setup_future_usage shipping status
"""
_SETUP_INTENT_WORDS = """
    id object automatic_payment_methods cancellation_reason client_secret created description last_setup_error
    livemode next_action payment_method payment_method_configuration_details payment_method_types status usage
"""
_SEEN = {
    "payment_intent": frozenset(_PAYMENT_INTENT_WORDS.split()),
    "setup_intent": frozenset(_SETUP_INTENT_WORDS.split()),
}


def for_browser(body: Object) -> Object:
    """The object, or the error with an object in it, without what a browser may not see."""
    seen = _SEEN.get(body.get("object", ""))
    if seen is not None:
        return {name: value for name, value in body.items() if name in seen}
    error = body.get("error")
    if isinstance(error, dict):
        within = {kind: for_browser(error[kind]) for kind in _SEEN if kind in error}
        return {"error": {**error, **within}}
    return body
