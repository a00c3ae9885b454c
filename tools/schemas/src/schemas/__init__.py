"""Generates the contracts' JSON Schemas and refuses an incompatible change."""
