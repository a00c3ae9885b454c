"""Looks for inputs that a parser does not survive, guided by which of its lines they reach."""
