"""The printed report as it lies on paper: nothing stands over something else or beyond the edge."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import html5lib
import pytest

from receiver import i18n
from receiver.reports import files, queries
from receiver.reports.rules import TERMS, ReportForm
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="nobody here reads where words lie in a PDF")

_MORE = 40
"""People besides the few of the month, enough for a second page."""


class Box(NamedTuple):
    """A word and where it lies, in points."""

    left: float
    top: float
    right: float
    bottom: float
    word: str

    def covers(self, other: Box) -> bool:
        """Whether the two lie over one another by more than a hair; the lines of a paragraph touch each other."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.5 and down > 0.4 * min(self.bottom - self.top, other.bottom - other.top)


@pytest.fixture(params=[1, 1_000], ids=["small", "large"])
def material(session, request):
    """A month in which every table has a row, with amounts of one person and with those of a country."""
    team = small_month(session)
    finalise(session, team)
    shown = queries.report(session, team.programme, NOVEMBER)
    figures = dict(shown.figures)
    lines = list(queries.persons(session, shown.look, team.finance))
    persons = [
        {**lines[0], "reference": f"KGL-TB0Y{number:03}", "office": "Huye"}
        | dict.fromkeys(TERMS, -12_345_678 * request.param)
        for number in range(_MORE)
    ]
    office = figures["breakdowns"]["office"][0]
    big = dict.fromkeys(TERMS, 12_345_678 * request.param)
    figures["breakdowns"] = {
        **figures["breakdowns"],
        "office": [office, *({**office, **big, "label": name, "people": 71} for name in ("Huye", "Rubavu"))],
    }
    return files.Material(figures, [*lines, *persons], {str(team.finance.user_id): "Aline Uwase"})


@pytest.mark.parametrize("language", i18n.REAL)
def test_no_word_lies_over_another_or_beyond_the_page(material, language, tmp_path):
    content = files.make(material, ReportForm.PDF, language)
    seen = set()
    for width, height, words in _pages(content, tmp_path):
        seen |= {box.word for box in words}
        for box in words:
            assert 40 <= box.left <= box.right <= width - 40, box
            assert 0 <= box.top <= box.bottom <= height, box
        over = [(one, other) for one, other in itertools.combinations(words, 2) if one.covers(other)]
        assert over == []
    assert {f"KGL-TB0Y{number:03}" for number in range(_MORE)} <= seen
    assert any("2026-11" in word for word in seen)
    assert not [word for word in seen if "11-2026" in word]


def _pages(content: bytes, folder: Path) -> Iterator[tuple[float, float, list[Box]]]:
    """Width, height and words of every page, as poppler reads them."""
    (folder / "report.pdf").write_bytes(content)
    told = subprocess.run(
        ["pdftotext", "-bbox", str(folder / "report.pdf"), "-"], capture_output=True, check=True, text=True
    ).stdout
    for page in html5lib.parse(told, namespaceHTMLElements=False).iter("page"):
        words = [_box(word.attrib, word.text or "") for word in page.iter("word")]
        yield float(page.attrib["width"]), float(page.attrib["height"]), words


def _box(told: Mapping[str, str], word: str) -> Box:
    left, top, right, bottom = (float(told[side]) for side in ("xmin", "ymin", "xmax", "ymax"))
    return Box(left, top, right, bottom, i18n.fmt.plain(word))
