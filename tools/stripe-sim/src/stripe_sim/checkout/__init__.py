"""Checkout Sessions and the hosted page."""
