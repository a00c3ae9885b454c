"""A stateful Stripe stand-in for offline tests and demos."""
