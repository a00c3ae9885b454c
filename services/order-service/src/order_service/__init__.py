"""Owns what an order is: folds events into orders, once each, and lets them be read."""
