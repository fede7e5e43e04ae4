"""Which parts of the system the tests can use here, so that what is missing is skipped by name."""

from __future__ import annotations

import shutil
from pathlib import Path


def chromium() -> str | None:
    """The browser's path, if there is one."""
    return shutil.which("chromium")


def postgres_bin() -> Path | None:
    """The newest PostgreSQL server's folder of programs, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def missing() -> list[str]:
    """The names of what is not here."""
    return [name for name, there in (("chromium", chromium()), ("postgresql", postgres_bin())) if not there]
