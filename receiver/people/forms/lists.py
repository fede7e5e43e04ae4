"""Countries and languages to choose from, those that are chosen most often first."""

from receiver.i18n import fmt
from receiver.i18n.fmt.places import STATELESS

_OFTEN_COUNTRIES = (STATELESS, "ERI", "SDN", "SOM", "ETH", "SSD", "SYR", "AFG", "IRN", "IRQ")
_OFTEN_LANGUAGES = ("ar", "ti", "am", "so", "fa", "fa-AF", "ps", "kmr", "en", "fr", "sw", "rw")


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
