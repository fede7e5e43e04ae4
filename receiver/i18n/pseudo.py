"""The pseudo-language: English in brackets and longer, so that what is not translatable or not elastic shows."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_GROWTH = 0.4  # German, French and Kinyarwanda are up to this much longer than English
_WORD = 8  # the padding breaks over lines as words do
_INNER = re.compile(r"%\(\w+\)s|<[^>]*>")


@lru_cache(maxsize=4096)
def pseudo(text: str) -> str:
    """`Save` becomes `⟦Save ~~⟧`; placeholders and tags stay whole and do not count."""
    growth = math.ceil(len(_INNER.sub("", text)) * _GROWTH)
    padding = " ".join("~" * min(_WORD, growth - start) for start in range(0, growth, _WORD))
    return f"⟦{text} {padding}⟧" if text else ""
