from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.text import TooLong, clean_line, clean_text, escape_hidden, strip_hidden, western_digits

ANY = st.text(st.characters(), max_size=60)
HIDDEN = "\0\a\x1b\x7f\x9f\u00ad\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\U000e0041\ud800"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # a word with a joiner that it needs


@pytest.mark.parametrize(
    ("text", "western"),
    [
        ("2026", "2026"),
        ("\u0662\u0660\u0662\u0666", "2026"),  # Arabic-Indic
        ("\u06f2\u06f0\u06f2\u06f6", "2026"),  # Persian
        ("\u0968\u0966", "20"),  # Devanagari
        ("\U0001d7d8", "0"),  # mathematical
        ("\u00b2\u2460\u2167", "\u00b2\u2460\u2167"),  # a power, a circled and a Roman number are no digits
        ("\u06f5\u00e9\u0645", "5\u00e9\u0645"),
    ],
)
def test_digits(text, western):
    assert western_digits(text) == western


def test_what_is_hidden_goes_and_what_a_script_needs_stays():
    assert strip_hidden(f"a{HIDDEN}b") == "ab"
    assert strip_hidden("a\tb\nc", keep="\n") == "ab\nc"
    assert strip_hidden(PERSIAN) == PERSIAN
    assert strip_hidden("\u0600\u0661") == "\u0600\u0661"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Amina   Yusuf ", "Amina Yusuf"),
        ("Amina\tYusuf\r\nOmar\u2028Ali", "Amina Yusuf Omar Ali"),
        ("Amina\u00a0\u202fYusuf", "Amina Yusuf"),
        ("e\u0301", "\u00e9"),
        ("<b>{{ name }}</b>", "<b>{{ name }}</b>"),
        ("\u202eAmina\u202c", "Amina"),
        ("A\0m", "Am"),
        ("\u3164", ""),
        ("\u2800\u200d\u200c \u200b", ""),
        ("", ""),
        (PERSIAN, PERSIAN),
        ("\u200d" + PERSIAN, PERSIAN),
    ],
)
def test_lines(text, line):
    assert clean_line(text) == line


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("one\r\ntwo\rthree\u2029four", "one\ntwo\nthree\nfour"),
        ("one  \n\n\n\n two", "one\n\n two"),
        ("\n\n one\n \n", "one"),
        ("a\tb", "a b"),
        ("a  b", "a  b"),
        ("\x00\x1bone", "one"),
        (" \n\t\u200b", ""),
    ],
)
def test_texts(text, clean):
    assert clean_text(text) == clean


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_what_does_not_fit_is_refused_and_never_cut(clean):
    assert clean(" 12345 ", 5) == "12345"
    with pytest.raises(TooLong, match=r"has 6 characters\. At most 5 fit"):
        clean("123456", 5)


@given(ANY)
def test_cleaning_leaves_nothing_hidden_and_nothing_to_clean(text):
    line, several = clean_line(text), clean_text(text)
    assert clean_line(line) == line
    assert clean_text(several) == several
    assert line == strip_hidden(line)
    assert "\n" not in line
    assert unicodedata.is_normalized("NFC", several)
    several.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\u0645\u062d\u0645\u062f", "\u0645\u062d\u0645\u062f"),
        ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e\u2028\ud800", "\\u202e\\u2028\\ud800"),
    ],
)
def test_hidden_signs_are_written_out(text, shown):
    assert escape_hidden(text) == shown


@given(ANY)
def test_what_is_written_out_is_one_visible_line(text):
    shown = escape_hidden(text)
    assert len(shown.splitlines()) <= 1
    shown.encode()
