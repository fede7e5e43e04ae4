from __future__ import annotations

import copy
import pickle

import pytest

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, Words, _, fill, n_, p_, placeholders


class State(LabelledEnum):
    DRAFT = "draft", p_("pay run", "Draft")
    CLOSED = "closed", p_("pay run", "Closed")


@pytest.mark.parametrize(
    ("template", "params", "filled"),
    [
        ("Nothing to fill.", {}, "Nothing to fill."),
        ("%(name)s came.", {"name": "Amina"}, "Amina came."),
        ("%(a)s and %(b)s and %(a)s", {"a": 1, "b": 2, "spare": 3}, "1 and 2 and 1"),
        ("20 % of %(sum)s", {"sum": 5}, "20 % of 5"),
        ("100%% of %(sum)s", {"sum": 5}, "100% of 5"),
        ("%s and %(sum)d stay", {"sum": 5}, "%s and %(sum)d stay"),
        ("%(a)s", {"a": "%(b)s"}, "%(b)s"),
    ],
)
def test_fill(template, params, filled):
    assert fill(template, params) == filled


def test_fill_shows_values_its_callers_way_and_misses_none_silently():
    assert fill("%(a)s", {"a": "x"}, str.upper) == "X"
    with pytest.raises(KeyError, match="a"):
        fill("%(a)s", {})


def test_placeholders_are_found_by_name():
    assert placeholders("%(a)s %(b_2)s %% %(a)s 5 %") == {"a", "b_2"}


@pytest.mark.parametrize(
    ("words", "english"),
    [
        (_("Welcome, %(name)s.", name="Amina"), "Welcome, Amina."),
        (p_("pay run", "Draft"), "Draft"),
        (n_("%(n)s person", "%(n)s people", 0), "0 people"),
        (n_("%(n)s person", "%(n)s people", 1), "1 person"),
        (n_("%(n)s person", "%(n)s people", 2), "2 people"),
        (n_("%(n)s person in %(place)s", "%(n)s people in %(place)s", 3, place="Huye"), "3 people in Huye"),
        (n_("%(n)s person", "%(n)s people", 1).with_(n=5), "5 people"),
        (_("%(what)s is %(state)s", what=_("A %(kind)s", kind="run"), state=State.DRAFT), "A run is Draft"),
        (_("%(money)s for %(month)s", money=Money(250_000, "RWF"), month=Month(2026, 11)), "RWF 250000 for 2026-11"),
    ],
)
def test_words_say_themselves_in_english(words, english):
    assert str(words) == english


def test_words_are_values():
    one, other = _("%(a)s %(b)s", a=1, b=2), _("%(a)s %(b)s", b=2, a=1)
    assert one == other
    assert hash(one) == hash(other)
    assert one != p_("somewhere", "%(a)s %(b)s", a=1, b=2)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own bytes


def test_with_adds_to_a_copy_and_changes_nothing():
    bare = _("%(a)s %(b)s", a=1)
    assert bare.missing == {"b"}
    assert bare.with_(b=2).params == {"a": 1, "b": 2}
    assert bare.params == {"a": 1}
    assert bare % {"b": 3} == bare.with_(b=3)


def test_only_a_whole_number_changes_the_count():
    counted = n_("%(n)s", "%(n)s", 1)
    assert counted.with_(n="many").count == 1
    assert counted.with_(n=4).count == 4
    assert _("%(n)s").with_(n=4).count is None


def test_missing_counts_both_forms():
    assert Words("one", plural="%(n)s of %(all)s", count=1).missing == {"n", "all"}


def test_a_label_may_have_the_same_name_as_a_parameter_of_the_function():
    assert p_("list", "%(context)s", context=1).params == {"context": 1}
    assert _("%(msgid)s", msgid=1).params == {"msgid": 1}


def test_a_member_stays_itself_in_copies_and_other_processes():
    assert State("closed") is State.CLOSED
    assert copy.deepcopy(State.DRAFT) is State.DRAFT
    assert pickle.loads(pickle.dumps(State.DRAFT)) is State.DRAFT  # noqa: S301 - our own bytes
    assert f"{State.DRAFT}" == "draft"
    assert State.DRAFT.label == p_("pay run", "Draft")
