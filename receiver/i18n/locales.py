"""The languages that Receiver speaks, the one in use at this moment, and the choice among them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from receiver.kit.errors import Invalid
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE = "en"  # the language that the sentences in the code are written in
_HEADER_LIMIT = 200  # characters of Accept-Language that are read; browsers send about forty


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface."""

    code: str  # in settings, cookies, folders of catalogues and on the command line
    name: str  # as its speakers call it
    dir: Literal["ltr", "rtl"]
    babel: str  # the CLDR locale that names countries and languages
    tag: str  # BCP 47, for the lang attribute
    base: str  # whose numbers, dates and lists it uses
    pseudo: bool = False  # shows what is not translatable; for tests only


def _real(code: str, name: str, direction: Literal["ltr", "rtl"], babel: str) -> Language:
    return Language(code, name, direction, babel, code, code)


LOCALES: dict[str, Language] = {
    language.code: language
    for language in (
        _real("en", "English", "ltr", "en_GB"),
        _real("fr", "Français", "ltr", "fr"),
        _real("rw", "Ikinyarwanda", "ltr", "rw"),
        _real("sw", "Kiswahili", "ltr", "sw"),
        _real("ar", "العربية", "rtl", "ar"),
        Language("xx", "⟦Pseudo⟧", "ltr", "en_GB", "en-XA", "en", pseudo=True),
        Language("xr", "⟦Pseudo, right to left⟧", "rtl", "en_GB", "ar-XB", "en", pseudo=True),
    )
}
REAL = tuple(language.code for language in LOCALES.values() if not language.pseudo)


class UnknownLanguage(Invalid):
    """A language was asked for that Receiver does not speak."""

    sentence = _("Receiver does not speak “%(code)s”. It speaks %(codes)s.")


@dataclass(slots=True)
class _House:
    """What the operator chose; set once at the start."""

    languages: tuple[str, ...] = REAL
    zone: ZoneInfo = ZoneInfo("Africa/Kigali")  # noqa: RUF009 - a ZoneInfo never changes


_house = _House()
_current: ContextVar[str] = ContextVar("language", default=SOURCE)


def configure(*, languages: Iterable[str] = REAL, zone: ZoneInfo | str = "Africa/Kigali") -> None:
    """Set the languages that are offered, first the one for people whose own is not among them, and the time zone.

    Raises:
        UnknownLanguage: one of them does not exist.
    """
    _house.languages = tuple(language(code).code for code in languages) or REAL
    _house.zone = ZoneInfo(zone) if isinstance(zone, str) else zone


def offered() -> tuple[Language, ...]:
    """The languages that people can choose here, in the operator's order."""
    return tuple(LOCALES[code] for code in _house.languages)


def zone() -> ZoneInfo:
    """The time zone in which times are shown and days begin."""
    return _house.zone


def language(code: str | None = None) -> Language:
    """The language of that code, or the current one.

    Raises:
        UnknownLanguage: there is none.
    """
    found = LOCALES.get(_current.get() if code is None else code)
    if found is None:
        raise UnknownLanguage(code=str(code)[:20], codes=REAL)
    return found


def current() -> str:
    """The code of the language in use."""
    return _current.get()


@contextmanager
def use(code: str) -> Iterator[Language]:
    """Speak this language until the block ends, as in `with i18n.use("fr"):`.

    Raises:
        UnknownLanguage: there is none of that code.
    """
    chosen = language(code)
    token = _current.set(chosen.code)
    try:
        yield chosen
    finally:
        _current.reset(token)


def negotiate(accept_language: str | None) -> str:
    """The offered language that a browser's Accept-Language asks for most, else the operator's first.

    A range matches as RFC 4647 looks it up: `fr-RW` finds `fr`. What cannot be read is passed over.
    """
    codes = _house.languages
    for wanted in _ranges(accept_language or ""):
        if wanted == "*":
            break
        parts = wanted.split("-")
        for length in range(len(parts), 0, -1):
            if (code := "-".join(parts[:length])) in codes:
                return code
    return codes[0]


def _ranges(header: str) -> list[str]:
    """The language ranges of the header, most wanted first, refused ones left out."""
    weighed: list[tuple[float, str]] = []
    for part in header[:_HEADER_LIMIT].split(","):
        name, _semicolon, rest = part.partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        if 0 < weight <= 1:
            weighed.append((-weight, name.strip().lower()))
    return [name for _weight, name in sorted(weighed, key=lambda pair: pair[0])]
