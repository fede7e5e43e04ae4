"""Text as people typed it, made safe to store and show without changing what it says."""

from __future__ import annotations

import re
import unicodedata

from receiver.kit.errors import Invalid
from receiver.kit.words import _

# Invisible signs that belong to a script: joiners shape Persian and Indic words, number signs are visible.
_WANTED_FORMAT = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
# Letters and signs that show nothing: a name of these alone would be a name of nothing.
_BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_EDGES = "\u200c\u200d \n"


class TooLong(Invalid):
    """A text beyond what its place holds; nothing is cut off silently."""

    sentence = _("This has %(length)s characters. At most %(most)s fit here; please shorten it.")


def western_digits(text: str) -> str:
    """The same text with every decimal digit of any script (٣, ۳, ३) as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text)


def _hidden(sign: str) -> bool:
    """Controls, direction overrides, zero-width signs, tags and halves of broken characters."""
    category = unicodedata.category(sign)
    return category in {"Cc", "Cs"} or (category == "Cf" and sign not in _WANTED_FORMAT)


def strip_hidden(text: str, keep: str = "") -> str:
    """Text without control characters, direction overrides and other invisible signs, except those in `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign for sign in text if sign in keep or not _hidden(sign))


def clean_text(text: str, max_length: int | None = None) -> str:
    r"""Several lines as typed: line ends as `\n`, NFC, nothing hidden, no space at line ends, at most one empty line.

    Raises:
        TooLong: more than `max_length` characters are left.
    """
    lines = _LINE_ENDS.sub("\n", text).translate(_BLANKS).replace("\t", " ")
    visible = unicodedata.normalize("NFC", strip_hidden(lines, keep="\n"))
    tidy = "\n".join(line.rstrip() for line in visible.split("\n")).strip(_EDGES)
    return _fitting(re.sub(r"\n{3,}", "\n\n", tidy), max_length)


def clean_line(text: str, max_length: int | None = None) -> str:
    """One line as typed: NFC, nothing hidden, single spaces; empty if nothing in it can be seen.

    Raises:
        TooLong: more than `max_length` characters are left.
    """
    line = _LINE_ENDS.sub(" ", text).translate(_BLANKS).replace("\t", " ")
    visible = unicodedata.normalize("NFC", strip_hidden(line))
    return _fitting(_SPACES.sub(" ", visible).strip(_EDGES), max_length)


def _fitting(text: str, max_length: int | None) -> str:
    if max_length is not None and len(text) > max_length:
        raise TooLong(length=len(text), most=max_length)
    return text


def escape_hidden(text: str) -> str:
    r"""The same text with what cannot be seen written out as `\x1b` or `\u202e`, so that no log line can lie."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign.encode("unicode_escape").decode() if _unsafe(sign) else sign for sign in text)


def _unsafe(sign: str) -> bool:
    return _hidden(sign) or unicodedata.category(sign) in {"Zl", "Zp"}
