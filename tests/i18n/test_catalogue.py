from __future__ import annotations

import gettext

import pytest
from babel.messages.plurals import get_plural

from receiver import i18n
from receiver.i18n import catalogue, po
from receiver.i18n.catalogues import PLURALS
from receiver.i18n.pseudo import pseudo
from receiver.kit.words import Words, _, n_, p_

COUNTS = (0, 1, 2, 3, 11, 100, 101, 102)
FRENCH = """# Test
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Good day, %(name)s."
msgstr "Bonjour %(name)s."

msgctxt "file"
msgid "Draft"
msgstr "Brouillon"

msgid "Draft"
msgstr ""

#, fuzzy
msgid "Guessed"
msgstr "Deviné"

msgid "%(n)s file"
msgid_plural "%(n)s files"
msgstr[0] "%(n)s fichier"
msgstr[1] ""

msgid "One row"
msgid_plural "%(n)s rows"
msgstr[0] "Une ligne"
msgstr[1] "%(n)s lignes"
"""


@pytest.fixture
def french(tmp_path, monkeypatch):
    """A French catalogue of our own, the other languages without any."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(FRENCH, "utf-8")
    monkeypatch.setattr(catalogue, "resource", lambda _name: tmp_path)
    i18n.forget()
    yield folder / "messages.po"
    i18n.forget()


@pytest.mark.parametrize(
    ("words", "text", "fallback"),
    [
        (_("Good day, %(name)s.", name="A"), "Bonjour %(name)s.", False),
        (p_("file", "Draft"), "Brouillon", False),
        (_("Draft"), "Draft", True),
        (p_("letter", "Draft"), "Draft", True),
        (_("Guessed"), "Guessed", True),
        (_("Unknown"), "Unknown", True),
        (n_("%(n)s file", "%(n)s files", 0), "%(n)s fichier", False),
        (n_("%(n)s file", "%(n)s files", 1), "%(n)s fichier", False),
        (n_("%(n)s file", "%(n)s files", 2), "%(n)s files", True),
        (n_("%(n)s page", "%(n)s pages", 1), "%(n)s page", True),
        (n_("%(n)s page", "%(n)s pages", 0), "%(n)s pages", True),
        (n_("One row", "%(n)s rows", -2), "%(n)s lignes", False),
        (_("One row"), "Une ligne", False),
        (n_("Good day, %(name)s.", "Good day, %(n)s people.", 3), "Good day, %(n)s people.", True),
    ],
)
def test_sentences_are_found_in_the_language_or_in_english_with_a_mark(french, words, text, fallback):
    found = i18n.find(words, "fr")
    assert (found.text, found.language, found.fallback) == (text, "en" if fallback else "fr", fallback)


def test_english_is_never_a_fallback_of_itself_and_needs_no_catalogue(french):
    assert i18n.find(_("Good day, %(name)s."), "en") == i18n.Found("Good day, %(name)s.", "en")
    assert i18n.find(n_("a file", "files", 1), "en").text == "a file"
    assert i18n.find(n_("a file", "files", 2), "en").text == "files"


def test_a_language_without_a_catalogue_speaks_english(french):
    assert i18n.find(_("Draft"), "rw") == i18n.Found("Draft", "en", fallback=True)


def test_catalogues_are_read_once_and_again_after_forget(french):
    i18n.load()
    french.write_text(FRENCH.replace("Brouillon", "Ébauche"), "utf-8")
    assert i18n.find(p_("file", "Draft"), "fr").text == "Brouillon"
    i18n.forget()
    assert i18n.find(p_("file", "Draft"), "fr").text == "Ébauche"


def test_the_pseudo_languages_put_every_sentence_in_brackets_and_are_no_fallback():
    found = i18n.find(n_("%(n)s file", "%(n)s files", 3), "xx")
    assert (found.language, found.fallback) == ("xx", False)
    assert i18n.text(n_("%(n)s file", "%(n)s files", 3), "xr") == "⟦3 files ~~⟧"[:8] + " ~~~⟧"


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("", ""),
        ("Save", "⟦Save ~~⟧"),
        ("x" * 50, "⟦" + "x" * 50 + " ~~~~~~~~ ~~~~~~~~ ~~~~⟧"),
        ("%(name)s <b>now</b>", "⟦%(name)s <b>now</b> ~~⟧"),
    ],
)
def test_pseudo_text_grows_by_two_fifths_and_keeps_what_is_not_text(text, longer):
    assert pseudo(text) == longer


ARABIC_DAYS = dict(
    zip(
        COUNTS,
        [
            "قبل 0 يوم",
            "قبل يوم واحد",
            "قبل يومين",
            "قبل 3 أيام",
            "قبل 11 يومًا",
            "قبل 100 يوم",
            "قبل 101 يوم",
            "قبل 102 يوم",
        ],
        strict=True,
    )
)
PLURAL_DAYS = {
    "ar": ARABIC_DAYS,
    "fr": {0: "il y a 0 jour", 1: "il y a 1 jour", 2: "il y a 2 jours", 101: "il y a 101 jours"},
    "rw": {0: "hashize iminsi 0", 1: "hashize umunsi 1", 2: "hashize iminsi 2", 101: "hashize iminsi 101"},
    "sw": {0: "siku 0 zilizopita", 1: "siku 1 iliyopita", 2: "siku 2 zilizopita", 101: "siku 101 zilizopita"},
    "en": {0: "0 days ago", 1: "1 day ago", 2: "2 days ago", 101: "101 days ago"},
}


@pytest.mark.parametrize(
    ("code", "n", "text"), [(code, n, text) for code, row in PLURAL_DAYS.items() for n, text in row.items()]
)
def test_counted_sentences_take_the_form_of_their_number(code, n, text):
    assert i18n.text(n_("%(n)s day ago", "%(n)s days ago", n), code) == text


def test_the_arabic_rule_is_the_right_one_and_not_babels():
    rule = gettext.c2py(PLURALS["ar"][1])
    assert [rule(n) for n in COUNTS] == [0, 1, 2, 3, 4, 5, 5, 5]
    wrong = gettext.c2py(get_plural("ar").plural_expr)
    assert [wrong(n) for n in COUNTS] != [rule(n) for n in COUNTS]


@pytest.mark.parametrize("code", i18n.REAL)
def test_the_shipped_catalogue_counts_by_our_rule(code):
    shipped = po.read(catalogue.resource("locales") / code / "LC_MESSAGES" / "messages.po")
    count, expression = shipped.plural_forms
    assert count == PLURALS[code][0]
    assert [gettext.c2py(expression)(n) for n in range(300)] == [gettext.c2py(PLURALS[code][1])(n) for n in range(300)]


def test_every_form_of_a_sentence_fills_its_own_placeholders():
    sentence = Words("%(n)s day ago", plural="%(n)s days ago", count=2, items=(("n", 2),))
    assert i18n.text(sentence, "ar") == "قبل يومين"  # the dual needs no number
