"""Text as people typed it, made safe to store and compare without changing what it says."""

from __future__ import annotations

import unicodedata


def western_digits(text: str) -> str:
    """The same text with every decimal digit of any script (٣, ۳, ३) as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text)
