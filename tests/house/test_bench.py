"""The benches run; what they measure on a busy machine says nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def outside(tmp_path: Path) -> list[str]:
    """Where the practice system of a bench is kept for a test."""
    return ["--folder", str(tmp_path / "kept")]


def test_caseworkers_find_everything_they_click_on(outside):
    small = ["--people", "60", "--users", "3", "--seconds", "6", "--think", "0.01", "0.1"]
    patient = ["--read-p95", "60000", "--write-p99", "60000", "--ends-within", "60"]
    words = [sys.executable, "-m", "bench.load", *small, *patient, *outside]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for kind in ("GET today", "GET person", "POST search", "All writes"):
        assert kind in done.stdout
    assert "MISSED" not in done.stdout
