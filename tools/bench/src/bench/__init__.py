"""Measures the house against its promises."""
