"""Names of events, and the patterns that a webhook endpoint or a list asks for."""


def is_of_type(name: str, pattern: str) -> bool:
    """Whether `payment_intent.created` is meant by itself, `payment_intent.*` or `*`."""
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
