"""The search itself, in a process of its own, as libFuzzer ends the process that it runs in.

Each target begins with its golden inputs and goes on from those that an earlier search kept.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fuzz.target import Target

SECONDS_FOR_ONE: Final = 5
MOST_MEGABYTES: Final = 1_024
STATE: Final = Path(os.environ.get("TILLSTREAM_STATE", ".state")) / "fuzz"


@dataclass(frozen=True)
class Found:
    """How a search ended: what it printed last, and the inputs that broke the target."""

    target: str
    crashes: tuple[Path, ...]
    failed: bool
    last_words: str


def search(target: Target, *, seconds: int, state: Path = STATE) -> Found:
    """Search for so long, at the lowest priority. libFuzzer stops at the first input that breaks the target."""
    corpus, crashes = _folder(state / "corpus" / target.name), _folder(state / "crashes" / target.name)
    _write_all(corpus, target.seeds)
    before = set(crashes.iterdir())
    command = [
        sys.executable, "-m", "fuzz.libfuzzer", target.name, str(corpus), f"-max_total_time={seconds}",
        f"-timeout={SECONDS_FOR_ONE}", f"-rss_limit_mb={MOST_MEGABYTES}", f"-max_len={target.longest}",
        f"-artifact_prefix={crashes}/", "-print_final_stats=1", *_dictionary(state, target),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=_give_way)  # noqa: S603
    (state / f"{target.name}.log").write_text(ran.stderr + ran.stdout)
    return Found(target.name, tuple(sorted(set(crashes.iterdir()) - before)), ran.returncode != 0, _last(ran.stderr))


def _give_way() -> None:
    os.nice(19)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _write_all(corpus: Path, seeds: Iterable[bytes]) -> None:
    for number, seed in enumerate(seeds):
        (corpus / f"golden-{number:02}").write_bytes(seed)


def _dictionary(state: Path, target: Target) -> list[str]:
    """libFuzzer refuses one without any word."""
    if not target.words:
        return []
    words = state / f"{target.name}.words"
    words.write_text("\n".join(f'"{_escaped(word)}"' for word in target.words))
    return [f"-dict={words}"]


def _escaped(word: str) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}" for byte in word.encode())


def _last(text: str) -> str:
    """How many inputs were tried, and how many are worth keeping."""
    done = [line for line in text.splitlines() if "DONE" in line or "ERROR" in line or line.startswith("Done")]
    return "; ".join(done[-2:]) or text.strip()[-300:]
