"""What every service shows its operators: logs, probes, metrics, problem answers. Knows nothing of payments."""

from tillstream_operations.addresses import client_address
from tillstream_operations.body_limit import BodyLimit
from tillstream_operations.collector import spare_the_collector
from tillstream_operations.connections import BoundedConnection
from tillstream_operations.efforts import Efforts
from tillstream_operations.in_flight import InFlight
from tillstream_operations.leaving import leave
from tillstream_operations.logs import LogFormat, configure_logs
from tillstream_operations.probes import Health, add_probes
from tillstream_operations.problems import Problem, answer_with_problems
from tillstream_operations.requests import RequestIds, request_id
from tillstream_operations.serving import serve
from tillstream_operations.settings import LAPTOP_ORIGINS, Duration, EndAfter, Pause, Words, read_settings
from tillstream_operations.watchdog import NO_PROGRESS, Watchdog

__all__ = [
    "LAPTOP_ORIGINS",
    "NO_PROGRESS",
    "BodyLimit",
    "BoundedConnection",
    "Duration",
    "Efforts",
    "EndAfter",
    "Health",
    "InFlight",
    "LogFormat",
    "Pause",
    "Problem",
    "RequestIds",
    "Watchdog",
    "Words",
    "add_probes",
    "answer_with_problems",
    "client_address",
    "configure_logs",
    "leave",
    "read_settings",
    "request_id",
    "serve",
    "spare_the_collector",
]
