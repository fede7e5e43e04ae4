"""Countries and languages to choose from, those that are chosen most often first."""

from receiver.i18n import fmt
from receiver.i18n.fmt.places import STATELESS

_OFTEN_COUNTRIES = (STATELESS, "ERI", "SDN", "SOM", "ETH", "SSD", "SYR", "AFG", "IRN", "IRQ")
_OFTEN_LANGUAGES = ("ar", "ti", "am", "so", "fa", "fa-AF", "ps", "kmr", "en", "fr", "sw", "rw")

ALL_NATIONALITIES, ALL_COUNTRIES = "/lists/nationalities", "/lists/countries"
"""Where the whole lists are."""
OFTEN = len(_OFTEN_COUNTRIES)
"""So many names of countries stand in the page of a form itself."""


def nationality_names() -> dict[str, str]:
    """Every country by its code, and stateless, the most frequent first, then in the order of the language."""
    names = dict(fmt.countries())
    first = {code: fmt.country(code) for code in _OFTEN_COUNTRIES}
    return {**first, **names}


def country_names() -> dict[str, str]:
    """Every country by its code, the most frequent first."""
    names = nationality_names()
    del names[STATELESS]
    return names


def language_names() -> dict[str, str]:
    """Every language by its tag, the most frequent first, then in the order of the language."""
    names = dict(fmt.languages())
    first = {tag: fmt.language(tag) for tag in _OFTEN_LANGUAGES}
    return {**first, **names}


LONG_LISTS = {"nationalities": nationality_names, "countries": country_names}
"""Lists that a page does not carry whole, by the name in their address, `/lists/<name>`."""
