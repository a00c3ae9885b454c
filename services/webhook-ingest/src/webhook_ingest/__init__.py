"""Verifies Stripe's webhooks and writes them to Kafka."""
