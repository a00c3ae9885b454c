"""Where a buyer may be sent back to: only to pages of origins that the operator allows."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

MAX_URL_LENGTH = 2048
_PLAIN = re.compile(r"[!-~]+", re.ASCII)  # visible ASCII: what hides a host from a reader is not in it
_DEFAULT_PORT = {"http": 80, "https": 443}


def origin_of(url: str) -> str | None:
    """The web origin (RFC 6454) of an absolute http(s) URL, None if it is none or could be read in two ways."""
    if len(url) > MAX_URL_LENGTH or not _PLAIN.fullmatch(url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORT or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT_PORT[parts.scheme]) else f":{port}")


def is_allowed(url: str, origins: Collection[str]) -> bool:
    """Whether a buyer may be sent to `url`."""
    return origin_of(url) in origins
