"""Customers, payment methods, SetupIntents."""
