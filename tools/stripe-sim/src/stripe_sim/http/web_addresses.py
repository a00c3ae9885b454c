"""Addresses that others give us, and that we or a browser will go to."""

from urllib.parse import urlsplit


def is_web_address(url: str) -> bool:
    """Whether it is an absolute http or https URL."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
