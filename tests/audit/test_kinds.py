from __future__ import annotations

import re

import pytest

from receiver.audit import Kind, Level


@pytest.mark.parametrize("what", Kind)
def test_a_kind_has_a_code_a_sentence_and_a_level(what: Kind) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", what.value)
    assert len(what.value) <= 60
    assert str(what.sentence).endswith(".")
    assert isinstance(what.level, Level)


def test_codes_and_sentences_are_used_once() -> None:
    assert len({str(kind.sentence) for kind in Kind}) == len(Kind)


def test_levels_have_words() -> None:
    assert [str(level.label) for level in Level] == ["Normal", "Worth a look", "Alarm"]


def test_what_opens_sealed_things_or_moves_money_is_worth_a_look() -> None:
    watched = {
        kind for kind in Kind if kind.value.endswith((".revealed", ".approved", ".released", ".file_downloaded"))
    }
    assert len(watched) == 8
    assert all(kind.level is not Level.INFO for kind in watched)
