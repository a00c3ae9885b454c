"""The schema's history, one numbered step each. Applied by `python -m order_service.migrate`, never by the service."""

from typing import Final

HEAD: Final = "0012"
"""The newest step, which this build needs. Numbers rise, so a greater one is a newer build's schema."""
