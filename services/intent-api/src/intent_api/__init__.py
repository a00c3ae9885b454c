"""Asks Stripe for payment intents and checkout sessions, idempotently."""
