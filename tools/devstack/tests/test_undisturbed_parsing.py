"""A failed test is reported as such, whatever Python collects while its source is parsed."""

import subprocess
import sys
from pathlib import Path

FAILS = """
import ast
import gc

def parse_something(phase, info):
    ast.parse("a + b")

def test_that_fails():
    gc.callbacks.append(parse_something)
    gc.set_threshold(10)
    assert False, "this is what is wrong"
"""


def test_failure_is_reported_while_finalizers_parse_source_too(tmp_path: Path) -> None:
    """Without the plugin Python 3.11.7 ends the run with a SystemError instead."""
    Path(tmp_path, "pytest.ini").write_text("[pytest]\naddopts = -p devstack.undisturbed_parsing -p no:schemathesis\n")
    Path(tmp_path, "test_it.py").write_text(FAILS)
    ran = subprocess.run([sys.executable, "-m", "pytest"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "this is what is wrong" in ran.stdout
    assert "1 failed" in ran.stdout
    assert "SystemError" not in ran.stdout + ran.stderr
