from __future__ import annotations

import pytest

from receiver.kit.words import LabelledEnum, Words, p_


class Colour(LabelledEnum):
    RED = "red", p_("colour", "Red")


def test_a_member_is_its_value_and_carries_its_words():
    assert Colour("red") is Colour.RED
    assert Colour.RED == "red"
    assert Colour.RED.label == Words("Red", context="colour")


def test_a_member_without_words_is_refused():
    with pytest.raises(TypeError, match="needs words"):
        LabelledEnum("Bare", {"RED": "red"})
