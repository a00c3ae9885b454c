"""All of these tests render the chart."""

import pytest

from chart.rendering import helm, is_required

MISSING = "helm is missing: run scripts/chart-tools, which needs Go"


@pytest.fixture(autouse=True)
def _has_helm() -> None:
    """Without helm the test is skipped, or fails where REQUIRE_HELM=1."""
    if helm() is None:
        pytest.fail(MISSING) if is_required() else pytest.skip(MISSING)
