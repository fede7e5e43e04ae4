"""Documents from data, in both directions of writing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from receiver.letters import BadLetterError, typeset
from receiver.letters.fonts import folder

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_the_same_data_is_the_same_document(tmp_path):
    template = tmp_path / "letter.typ"
    template.write_text("= #data.title\n#ltr-run(data.amount)", "utf-8")
    data = {"title": "#evil[*x*]", "amount": "50 000"}
    first = typeset(template, data, language="ar", direction="rtl", made_at=NOON)
    assert first.startswith(b"%PDF")
    assert typeset(template, data, language="ar", direction="rtl", made_at=NOON) == first


def test_a_broken_template_says_so(tmp_path):
    template = tmp_path / "letter.typ"
    template.write_text("#data.nothing", "utf-8")
    with pytest.raises(BadLetterError):
        typeset(template, {}, language="en", direction="ltr", made_at=NOON)


def test_the_faces_are_files():
    assert sorted(file.suffix for file in folder().iterdir()) == [".ttf", ".ttf"]
