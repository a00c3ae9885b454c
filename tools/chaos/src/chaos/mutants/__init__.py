"""Deliberate defects, one at a time, to show that the judge would notice."""
