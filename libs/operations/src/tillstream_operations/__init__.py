"""What every service shows its operators: logs, probes, metrics, problem answers. Knows nothing of payments."""

from tillstream_operations.logs import LogFormat, configure_logs
from tillstream_operations.probes import Health, add_probes
from tillstream_operations.problems import Problem, answer_with_problems
from tillstream_operations.requests import RequestIds, request_id
from tillstream_operations.serving import serve

__all__ = [
    "Health",
    "LogFormat",
    "Problem",
    "RequestIds",
    "add_probes",
    "answer_with_problems",
    "configure_logs",
    "request_id",
    "serve",
]
