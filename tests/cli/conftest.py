"""The command line over a data folder of its own, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from receiver.cli import app
from receiver.cli.frame import exit_code
from receiver.kit.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Ran:
    """What a command left: its exit code, what it printed and told beside it, and the refusal if there was one."""

    code: int
    out: str
    err: str
    refusal: Refusal | None = None

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run a command in a practice installation of this test."""
    return commands(tmp_path / "data", monkeypatch)


def commands(folder: Path, patch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """What runs a command in a practice installation in this folder."""
    patch.setenv("RECEIVER_DATA_DIR", str(folder))
    patch.setenv("RECEIVER_PRACTICE", "1")

    def ran(*words: object, code: int = 0, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
        refusal = result.exception if isinstance(result.exception, Refusal) else None
        if result.exception is not None and refusal is None and not isinstance(result.exception, SystemExit):
            raise result.exception
        told = Ran(exit_code(refusal) if refusal else result.exit_code, result.stdout, result.stderr, refusal)
        assert told.code == code, (told.code, result.output, refusal)
        return told

    return ran
