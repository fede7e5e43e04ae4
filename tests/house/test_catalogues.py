"""Every sentence that people can meet is in the catalogues, translated, and translated safely."""

from __future__ import annotations

import pytest

from receiver.i18n import REAL, SOURCE, catalogues
from receiver.i18n.checking import Kind
from receiver.kit.resources import resource

LACKS = {Kind.MISSING, Kind.FUZZY}
OLD = {Kind.UNLISTED, Kind.STALE}


@pytest.fixture(scope="module")
def findings():
    return catalogues.check()


def test_the_catalogues_hold_what_the_code_and_the_pages_say():
    changed = catalogues.update(dry_run=True)
    assert not changed, "bring them up to date: python -m receiver.i18n.catalogues update"


@pytest.mark.parametrize("code", [code for code in REAL if code != SOURCE])
def test_every_sentence_is_translated(findings, code):
    lacks = [str(finding) for finding in findings if finding.language == code and finding.kind in LACKS]
    assert not lacks, f"{len(lacks)} sentences, the first is {lacks[0]}"


@pytest.mark.parametrize("code", REAL)
def test_translations_are_safe_and_whole(findings, code):
    faults = [str(finding) for finding in findings if finding.language == code and finding.kind not in LACKS | OLD]
    assert faults == []


@pytest.mark.parametrize("code", REAL)
def test_until_a_native_reader_has_confirmed_a_catalogue_it_says_so(code):
    header = (resource("locales") / code / "LC_MESSAGES" / "messages.po").read_text("utf-8").partition("\n\n")[0]
    assert ("X-Confirmed: yes" in header) != ("A native reader has yet to confirm" in header)
