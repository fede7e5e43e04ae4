from __future__ import annotations

import contextvars
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from receiver import i18n
from receiver.i18n.locales import LOCALES, REAL


@pytest.fixture(autouse=True)
def _as_before():
    yield
    i18n.configure()


def test_the_five_languages_say_their_own_names_and_the_pseudo_ones_are_apart():
    assert {code: LOCALES[code].name for code in REAL} == {
        "en": "English",
        "fr": "Français",
        "rw": "Ikinyarwanda",
        "sw": "Kiswahili",
        "ar": "العربية",
    }
    assert [code for code, language in LOCALES.items() if language.pseudo] == ["xx", "xr"]


@pytest.mark.parametrize("code", REAL)
def test_direction_is_what_cldr_says(code):
    assert LOCALES[code].dir == (
        "rtl" if Locale.parse(LOCALES[code].babel).character_order == "right-to-left" else "ltr"
    )
    assert LOCALES[code].tag == LOCALES[code].base == code


def test_the_current_language_is_english_until_one_is_used_and_again_afterwards():
    assert i18n.current() == "en"
    with i18n.use("ar") as arabic:
        assert i18n.current() == arabic.code == "ar"
        assert i18n.language().dir == "rtl"
        with i18n.use("fr"):
            assert i18n.current() == "fr"
        assert i18n.current() == "ar"
    assert i18n.current() == "en"


def test_the_current_language_belongs_to_its_context():
    with i18n.use("sw"):
        copy = contextvars.copy_context()
    assert copy.run(i18n.current) == "sw"
    assert i18n.current() == "en"


def test_the_language_is_given_back_after_an_error():
    with pytest.raises(ZeroDivisionError), i18n.use("fr"):
        1 / 0  # noqa: B018 - the error is the point
    assert i18n.current() == "en"


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(i18n.UnknownLanguage) as refusal, i18n.use("tlh"):
        pass
    assert refusal.value.status == 422
    assert i18n.text(refusal.value.words, "en") == "Receiver does not speak “tlh”. It speaks en, fr, rw, sw and ar."


def test_the_operator_chooses_languages_and_zone():
    assert [language.code for language in i18n.offered()] == list(REAL)
    assert i18n.zone() == ZoneInfo("Africa/Kigali")
    i18n.configure(languages=("rw", "xx"), zone="Africa/Nairobi")
    assert [language.code for language in i18n.offered()] == ["rw", "xx"]
    assert i18n.zone().key == "Africa/Nairobi"
    i18n.configure(languages=(), zone=ZoneInfo("UTC"))
    assert [language.code for language in i18n.offered()] == list(REAL)
    with pytest.raises(i18n.UnknownLanguage):
        i18n.configure(languages=("en", "qq"))


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR-be", "fr"),
        ("fr-RW,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.5,rw", "rw"),
        ("en; q=0.5, ar; q=0.7", "ar"),
        ("ar-SD-x-private;q=0.3, sw;q=0.2", "ar"),
        ("de, it;q=0.9", "en"),
        ("de, sw;q=0.1", "sw"),
        ("*", "en"),
        ("de, *;q=0.5, fr;q=0.1", "en"),
        ("fr;q=0, sw;q=0.1", "sw"),
        ("fr;q=2, sw", "sw"),
        ("fr;q=nan, sw", "sw"),
        ("fr;q=x;;,,;q=,sw", "sw"),
        ("fra", "en"),
        ("xx", "en"),
        ("\u0661;q=\u0661, sw", "sw"),
        ("de-DE, " * 60 + "fr", "en"),
    ],
)
def test_the_browser_is_answered_in_the_language_it_asks_for_most(header, code):
    assert i18n.negotiate(header) == code


def test_only_offered_languages_are_negotiated():
    i18n.configure(languages=("rw", "en", "xx"))
    assert i18n.negotiate("fr, ar;q=0.9") == "rw"
    assert i18n.negotiate("en-GB") == "en"
    assert i18n.negotiate("xx") == "xx"
