"""Names of countries and languages, and the lists to choose them from.

CLDR names them through Babel; `data/countries.csv` and `data/languages.csv` say which there are, and name them where
CLDR is silent (Kinyarwanda) or says it otherwise than people here do.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import lru_cache
from importlib.resources import files

from babel import Locale

from receiver.i18n.catalogue import say
from receiver.i18n.locales import language as language_of
from receiver.kit.words import p_

STATELESS = "XXA"  # as in machine-readable passports (ICAO 9303)
_STATELESS = p_("nationality", "Stateless")
_FALLBACKS = {"rw": ("rw", "fr", "en")}


@lru_cache
def _table(name: str) -> dict[str, dict[str, str]]:
    """A data file as rows by the value of their first column."""
    text = files("receiver.i18n").joinpath("data", f"{name}.csv").read_text("utf-8")
    return {next(iter(row.values())): row for row in csv.DictReader(text.splitlines())}


@lru_cache
def _babel(base: str) -> Locale:
    return Locale.parse(language_of(base).babel)


@lru_cache(maxsize=4096)
def _country(alpha3: str, base: str) -> str:
    row = _table("countries").get(alpha3)
    if row is None:
        return alpha3
    bases = _FALLBACKS.get(base, (base, "en"))
    return next(name for code in bases if (name := row[code] or _babel(code).territories.get(row["alpha2"])))


@lru_cache(maxsize=4096)
def _language(code: str, base: str) -> str:
    row = _table("languages").get(code, {})
    for own in _FALLBACKS.get(base, (base, "en")):
        name = row.get(own) or _babel(own).languages.get(code.replace("-", "_"))
        if name:
            return name
    parent = code.rpartition("-")[0]
    return f"{_language(parent, base)} ({code})" if parent else code


def country(alpha3: str, locale: str | None = None) -> str:
    """The name of a country by its ISO 3166 alpha-3 code; `XXA` is stateless, an unknown code is shown as it is."""
    if alpha3 == STATELESS:
        return say(_STATELESS, locale)
    return _country(alpha3, language_of(locale).base)


def language(code: str, locale: str | None = None) -> str:
    """The name of a language by its BCP 47 tag; an unknown tag is shown as it is."""
    return _language(code, language_of(locale).base)


def countries(locale: str | None = None) -> tuple[tuple[str, str], ...]:
    """Every country as (alpha-3 code, name), in the order of the language; stateless is not among them."""
    return _countries(language_of(locale).base)


def languages(locale: str | None = None) -> tuple[tuple[str, str], ...]:
    """The languages that people may speak as (BCP 47 tag, name), in the order of the language."""
    return _languages(language_of(locale).base)


@lru_cache
def _countries(base: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((code, _country(code, base)) for code in _table("countries")), key=lambda row: _order(row[1])))


@lru_cache
def _languages(base: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((tag, _language(tag, base)) for tag in _table("languages")), key=lambda row: _order(row[1])))


def _order(name: str) -> tuple[str, str]:
    """Where a name stands in a list: by letters without accents (É with E, أ with ا), then by the name itself."""
    letters = "".join(
        sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign)
    )
    return letters.replace("’", "'"), name
