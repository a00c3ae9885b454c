"""What went wrong, said so that its reader can put it right."""

from pathlib import Path

LONGEST_LINE = 400


class Trouble(Exception):
    """The house cannot go on. The message is one line: what is wrong and what to do."""

    def __init__(self, message: str, *, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log
        """The file whose last lines tell more."""


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or nothing where there is none."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(_shortened(line) for line in text.splitlines()[-lines:])


def _shortened(line: str) -> str:
    """A traceback in one JSON line would fill the screen; how it begins and how it ends tells most."""
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE // 2]} … {line[-LONGEST_LINE // 2 :]}"
