"""Numbers in English words, as written on cheques in Britain and East Africa."""

from __future__ import annotations

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_CURRENCIES = {
    "RWF": ("Rwandan franc", "Rwandan francs"),
    "USD": ("US dollar", "US dollars"),
    "EUR": ("euro", "euros"),
}


def amount(whole: int, currency: str) -> str:
    """`two hundred and fifty thousand Rwandan francs`."""
    one, many = _CURRENCIES.get(currency, (currency, currency))
    return f"{words(whole)} {one if whole == 1 else many}"


def words(n: int) -> str:
    """A whole number from 0 to below 10^12."""
    if n < 1000:  # noqa: PLR2004 - the first scale
        return _below_thousand(n)
    parts = []
    for scale, name in _SCALES:
        count, n = divmod(n, scale)
        if count:
            parts.append(f"{_below_thousand(count)} {name}")
    text = ", ".join(parts)
    if not n:
        return text
    return f"{text}{', ' if n >= 100 else ' and '}{_below_thousand(n)}"  # noqa: PLR2004 - hundreds bring their own and


def _below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{_ONES[hundreds]} hundred" + (f" and {_below_hundred(rest)}" if rest else "")


def _below_hundred(n: int) -> str:
    tens, ones = divmod(n, 10)
    if n < len(_ONES):
        return _ONES[n]
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
