"""Calls to Stripe's API, as processes beside the consumer make them: within a budget, and again while that helps."""
