"""The bench of pages runs: every page, its floors and Django's pages answer, and the targets are told."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(find_spec("django") is None, reason="Django, to be measured against, is not installed")
def test_pages_beside_their_floor_and_django(tmp_path):
    command = [sys.executable, ROOT / "bench" / "pages.py", "--quick", "--folder", tmp_path]
    ran = subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, timeout=600, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    for said in ("Receiver", "floor in the application", "floor alone", "Django view by hand", "Django admin"):
        assert said in ran.stdout
    told = ran.stdout[ran.stdout.index("Targets") :]
    assert told.count("met") + told.count("missed") == 9
    assert "not measured" not in told
