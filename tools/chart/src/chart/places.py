"""Where the chart and its generated parts lie."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[4]
CHART: Final = ROOT / "deploy" / "helm" / "tillstream"
EXAMPLES: Final = ROOT / "deploy" / "examples"
