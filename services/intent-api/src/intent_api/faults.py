"""A refusal that names the fields to correct."""

from collections.abc import Mapping

from tillstream_operations import Problem


def wrong_fields(messages: Mapping[str, str]) -> Problem:
    """The problem for these fields of the body, each with what is wrong with it."""
    errors = [{"field": field, "message": message} for field, message in messages.items()]
    return Problem(
        422, "invalid_request", f"Correct these fields and send again: {', '.join(messages)}.", errors=errors
    )
