"""Kills the house in every way it can think of, and judges what is left from outside."""
