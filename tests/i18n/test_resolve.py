from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from receiver import i18n
from receiver.kit.dates import PartialDate
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, _, n_, p_

NB = "\u00a0"


class Way(LabelledEnum):
    """A choice with words that the catalogues know."""

    KNOWN = "known", p_("date precision", "Exact day")


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        ("as typed", "as typed", "as typed"),
        (1234, "1,234", "1\u202f234"),
        (Decimal("0.5"), "0.5", "0,5"),
        (Money(250_000, "RWF"), f"RWF{NB}250,000", f"250\u202f000{NB}RWF"),
        (dt.datetime(2026, 3, 5, 12, 2, tzinfo=dt.UTC), "5 Mar 2026, 14:02", "5 mars 2026, 14:02"),
        (dt.date(2026, 3, 1), "1 Mar 2026", "1er mars 2026"),
        (dt.time(9, 5), "09:05", "09:05"),
        (Month(2026, 11), "November 2026", "novembre 2026"),
        (PartialDate.known(1998), "1998", "1998"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007", "00000000-0000-0000-0000-000000000007"),
        (Way.KNOWN, "Exact day", "Jour exact"),
        (_("yesterday"), "yesterday", "hier"),
        (n_("%(n)s day ago", "%(n)s days ago", 1200), "1,200 days ago", "il y a 1\u202f200 jours"),
        (["a", Way.KNOWN, 1000], "a, Exact day and 1,000", "a, Jour exact et 1\u202f000"),
        ((), "", ""),
    ],
)
def test_values_are_shown_as_the_language_shows_them(value, english, french):
    assert i18n.show(value, "en") == english
    assert i18n.show(value, "fr") == french
    assert i18n.text(_("%(value)s", value=value), "fr") == french


@pytest.mark.parametrize("value", [None, True, 1.5, object(), b"x", {"a": 1}])
def test_what_nobody_has_said_how_to_show_is_an_error(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        i18n.show(value, "en")


def test_text_takes_words_labels_and_plain_text():
    assert i18n.text(_("tomorrow"), "sw") == "kesho"
    assert i18n.text(Way.KNOWN, "rw") == "Umunsi nyirizina"
    assert i18n.text("Kigali – 100 % (x)", "ar") == "Kigali – 100 % (x)"


def test_words_in_words_are_said_in_the_same_language():
    inner = p_("date", "about %(date)s", date=Month(1998, 3))
    outer = _("Receiver does not speak “%(code)s”. It speaks %(codes)s.", code=inner, codes=["en", _("today")])
    assert i18n.text(outer, "fr") == "Receiver ne parle pas «\u00a0vers mars 1998\u00a0». Il parle en et aujourd’hui."
    with i18n.use("en"):
        assert i18n.text(outer) == "Receiver does not speak “about March 1998”. It speaks en and today."


def test_values_never_open_placeholders_of_their_own():
    assert i18n.text(_("We know %(name)s.", name="%(other)s 100%"), "en") == "We know %(other)s 100%."


def test_a_hole_in_a_sentence_is_an_error():
    with pytest.raises(KeyError, match="code"):
        i18n.text(_("Receiver does not speak “%(code)s”. It speaks %(codes)s."), "fr")
