"""The files of the chart that are written from the code, and whether they are as the code says."""

import json
from pathlib import Path

from chart import topics, values_schema
from chart.places import CHART, EXAMPLES
from chart.processes import PROCESSES, described
from tillstream_contracts import STRIPE_EVENTS


def files() -> dict[Path, str]:
    """Each file with what has to be in it."""
    known = {"partitions": STRIPE_EVENTS.partitions, "processes": {key: described(p) for key, p in PROCESSES.items()}}
    return {
        CHART / "files" / "settings.json": _json(known),
        CHART / "values.schema.json": _json(values_schema.document()),
        EXAMPLES / "kafka-topics.yaml": topics.written(),
    }


def outdated() -> list[Path]:
    """Those that are not as the code says."""
    return [path for path, text in files().items() if not path.exists() or path.read_text() != text]


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
