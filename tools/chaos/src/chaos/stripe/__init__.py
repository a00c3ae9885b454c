"""Stripe's side: what happens there by a seeded model, and a sender that does not give up."""
