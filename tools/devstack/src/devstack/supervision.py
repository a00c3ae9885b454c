"""The house's processes, held by supervisord in a session of its own, so that no terminal's end or Ctrl-C reaches them.

Source: Supervisor's "Configuration File" and "XML-RPC API Documentation".
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from devstack.launch import describe
from devstack.programs import Program
from devstack.state import REPOSITORY, make_runtime_folder, runtime_folder, state_folder
from devstack.trouble import Trouble

MARK = "TILLSTREAM_HOUSE"
"""In the environment of every process of a house: the path of its state folder."""
STOP_SECONDS = 25
SUPERVISOR_SECONDS = 10
PASSED_ON = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "JAVA_HOME", "VIRTUAL_ENV"}
PASSED_ON_PREFIXES = ("LC_", "SSL_CERT_", "OTEL_")
RUNNING = {"STARTING", "RUNNING"}
ENDED = {"EXITED", "BACKOFF", "FATAL", "UNKNOWN"}


@dataclass(frozen=True)
class Seen:
    """One program as supervisord sees it."""

    name: str
    state: str
    pid: int
    since: float


def log_of(name: str) -> Path:
    """The file that a program's output goes to."""
    return state_folder() / "logs" / f"{name}.log"


class Supervisor:
    """supervisord, through its socket."""

    def __init__(self) -> None:
        self._socket = runtime_folder() / "supervisor.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def is_up(self) -> bool:
        """Whether it answers."""
        self._reap()
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except (OSError, HTTPException):
            return False

    def start(self, programs: Sequence[Program]) -> None:
        """Start supervisord, which then knows these programs and runs none of them yet."""
        config = state_folder() / "supervisord.conf"
        config.write_text(configuration(programs, self._socket))
        make_runtime_folder()
        self._socket.unlink(missing_ok=True)
        log_of("supervisord").parent.mkdir(exist_ok=True)
        with log_of("supervisord.out").open("w") as out:
            process = self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=_environment(),
                cwd=REPOSITORY,
                start_new_session=True,
            )
        deadline = time.monotonic() + SUPERVISOR_SECONDS
        while not self.is_up():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Trouble("supervisord did not come up.", log=log_of("supervisord.out"))
            time.sleep(0.05)

    def run(self, name: str) -> None:
        """Start a program, unless it runs."""
        if self.seen(name).state not in RUNNING:
            self._call("startProcess", name, False)

    def stop(self, names: Sequence[str]) -> None:
        """End these together, and wait until they have."""
        for name in names:
            if self.seen(name).state in RUNNING | {"BACKOFF"}:
                self._call("stopProcess", name, False)
        deadline = time.monotonic() + STOP_SECONDS + 5
        while any(self.seen(name).state in RUNNING | {"STOPPING"} for name in names) and time.monotonic() < deadline:
            time.sleep(0.05)

    def shutdown(self) -> None:
        """End supervisord itself, and wait until it is gone."""
        processes = [psutil.Process(self.pid())]
        self._call("shutdown")
        psutil.wait_procs(processes, timeout=STOP_SECONDS + 5)
        self._reap()
        self._socket.unlink(missing_ok=True)

    def all(self) -> list[Seen]:
        """Every program that it knows, by name."""
        return [_seen(told) for told in self._call("getAllProcessInfo")]

    def pid(self) -> int:
        """Its own process."""
        return int(self._call("getPID"))

    def seen(self, name: str) -> Seen:
        """One program. Raises Trouble for one that it does not know."""
        try:
            return _seen(self._call("getProcessInfo", name))
        except Fault as fault:
            raise Trouble(f"The house was started without {name}: `make down`, and start it again.") from fault

    def _reap(self) -> None:
        if self._process:
            self._process.poll()

    def _call(self, method: str, *arguments: object) -> Any:
        with ServerProxy(
            "http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{self._socket}")
        ) as rpc:
            return getattr(rpc.supervisor, method)(*arguments)


def configuration(programs: Sequence[Program], socket: Path) -> str:
    """supervisord's configuration file."""
    sections = [_SUPERVISORD.format(socket=socket, logs=log_of("x").parent, runtime=socket.parent)]
    if os.geteuid() == 0:
        sections.append("user=root\n")
    sections.extend(_section(program, priority) for priority, program in enumerate(programs, 1))
    return "".join(sections)


_SUPERVISORD = """\
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
logfile={logs}/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile={runtime}/supervisord.pid
umask=022
"""

_PROGRAM = """
[program:{name}]
command={command}
directory=/
priority={priority}
autostart=false
autorestart=true
startsecs=1
startretries=3
stopsignal={stop}
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


def _section(program: Program, priority: int) -> str:
    file = state_folder() / "programs" / f"{program.name}.json"
    launching = describe(file, program.command, program.environment)
    return _PROGRAM.format(
        name=program.name,
        command=_literal(shlex.join(launching)),
        priority=priority,
        stop=program.stop.name.removeprefix("SIG"),
        stop_seconds=STOP_SECONDS,
        log=_literal(str(log_of(program.name))),
    )


def _literal(text: str) -> str:
    """supervisord replaces `%(…)s` in values; a doubled sign is a plain one."""
    return text.replace("%", "%%")


def _environment() -> Mapping[str, str]:
    passed = {name: value for name, value in os.environ.items() if _is_passed_on(name)}
    return {**passed, MARK: str(state_folder()), "PYTHONUNBUFFERED": "1"}


def _is_passed_on(name: str) -> bool:
    return name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES) or name.lower().endswith("_proxy")


def _seen(told: Mapping[str, Any]) -> Seen:
    return Seen(str(told["name"]), str(told["statename"]), int(told["pid"]), float(told["start"]))
