"""Numbers in Swahili words, with laki for a hundred thousand as on East African cheques.

`elfu ishirini na tano` is 25,000; what would be heard so but is 20,005 gets a comma: `elfu ishirini, na tano`.
"""

from __future__ import annotations

_ONES = "sifuri moja mbili tatu nne tano sita saba nane tisa".split()
_TENS = "- kumi ishirini thelathini arobaini hamsini sitini sabini themanini tisini".split()
_SCALES = ((10**9, "bilioni"), (10**6, "milioni"), (10**5, "laki"), (10**3, "elfu"))
_CURRENCIES = {
    "RWF": ("faranga ya Rwanda", "faranga za Rwanda"),
    "USD": ("dola ya Marekani", "dola za Marekani"),
    "EUR": ("yuro", "yuro"),
}


def amount(whole: int, currency: str) -> str:
    """`faranga za Rwanda laki mbili na elfu hamsini`: the currency comes first."""
    one, many = _CURRENCIES.get(currency, (currency, currency))
    return f"{one if whole == 1 else many} {words(whole)}"


def words(n: int) -> str:
    """A whole number from 0 to below 10^12."""
    if n == 0:
        return _ONES[0]
    parts = []
    for scale, name in _SCALES:
        count, n = divmod(n, scale)
        if count:
            parts.append(f"{name} {_below_thousand(count)}")
    if n:
        parts.append(_below_thousand(n))
    *first, last = parts
    if not first:
        return last
    return f"{', '.join(first)}{', na' if 0 < n < 100 else ' na'} {last}"  # noqa: PLR2004 - see the first lines


def _below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    parts = [
        *([f"mia {_ONES[hundreds]}"] if hundreds else []),
        *([_TENS[tens]] if tens else []),
        *([_ONES[ones]] if ones else []),
    ]
    *first, last = parts
    return f"{' '.join(first)} na {last}" if first else last
