"""The example in the architecture page is the one that tests drive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECTION = "## A page from route to template"


def blocks() -> list[tuple[str, str]]:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = text.split(SECTION, 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```(python|html)\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize(("language", "block"), blocks())
def test_what_is_shown_is_what_runs(language: str, block: str) -> None:
    support = ROOT / "tests" / "support"
    files = [support / "example.py"] if language == "python" else sorted((support / "templates").rglob("*.html"))
    assert any(block in file.read_text("utf-8") for file in files), block


def test_there_is_a_form_a_route_and_a_template() -> None:
    assert [language for language, _block in blocks()] == ["python", "python", "html"]
