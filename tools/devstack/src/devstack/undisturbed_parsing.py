"""A pytest plugin: what failed is said, and not hidden behind "AST constructor recursion depth mismatch".

pytest parses the source of what it runs and of what failed. Some Pythons count the depth of that in one place for all,
so if a garbage collection meanwhile runs finalizers that parse too (asyncio's, as they log a traceback), or lets
another thread do so, the whole run ends with a SystemError (CPython, gh-106905; mended in 3.11.8 and 3.12.2).
"""

import ast
import gc
import sys
from threading import RLock
from typing import Any, Final

import pytest

IS_NEEDED: Final = sys.version_info < (3, 11, 8) or (3, 12) <= sys.version_info < (3, 12, 2)


def pytest_configure(config: pytest.Config) -> None:
    """Collect nothing while source is parsed, from here to the end of the run."""
    if IS_NEEDED:
        patch = pytest.MonkeyPatch()
        patch.setattr(ast, "parse", _Undisturbed(ast.parse))
        config.add_cleanup(patch.undo)


class _Undisturbed:
    def __init__(self, parse: Any) -> None:
        self._parse = parse
        self._lock = RLock()

    def __call__(self, *args: Any, **named: Any) -> Any:
        with self._lock:
            was_on = gc.isenabled()
            gc.disable()
            try:
                return self._parse(*args, **named)
            finally:
                if was_on:
                    gc.enable()
