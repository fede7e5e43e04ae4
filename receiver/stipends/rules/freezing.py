"""What freezing a run means: end-to-end ids, the canonical text of its lines, and the hash that never changes again.

The canonical text is UTF-8, one record a line, each line ended by a line feed, fields separated by `|`:

```
receiver-run-1|PROGRAMME|RUN
NUMBER|END_TO_END_ID|PERSON|PURPOSE|MONTH|AMOUNT_MINOR|CURRENCY|CHANNEL|PAYEE      (one for each line, by number)
end|COUNT|TOTAL_MINOR|CURRENCY
```

`PERSON` is the pseudonym of the ledger dump and `PAYEE` the keyed fingerprint of the payment details, so the text
names nobody. The hash is the SHA-256 of this text in lower-case hexadecimal. Every field stands in the dump, the
pay files or the page of the run; whoever has them can compute the hash again with any program.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from receiver.kit.months import Month
    from receiver.stipends.rules.payments import Channel
    from receiver.stipends.rules.runs import RunName

ID_LENGTH = 35
"""The most that ISO 20022 and mobile money providers carry."""

MOST_LINES = 9_999_999
MOST_ATTEMPTS = 999
_PLAIN = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")
_NOT_PLAIN = re.compile(r"[^A-Z0-9]")
_BREAKS_TEXT = re.compile(r"[|\r\n]")


def end_to_end_prefix(programme: str, run: RunName, attempt: int) -> str:
    """What the end-to-end ids of one submission of one run begin with: `GASHORA-202611R1-1-`.

    `attempt` counts the submissions of the run from 1, so that a run that was returned and frozen again uses new ids:
    an id that stood in a frozen list is spent. Only letters, digits and hyphens, which every provider carries.

    Raises:
        ValueError: the attempt is out of range.
    """
    if not 1 <= attempt <= MOST_ATTEMPTS:
        raise ValueError(f"no end-to-end ids for attempt {attempt}")
    follow_up = f"R{run.follow_up}" if run.follow_up else ""
    return f"{_short(programme)}-{run.month.year:04d}{run.month.month:02d}{follow_up}-{attempt}-"


def _short(programme: str) -> str:
    """A programme's code in at most 12 plain letters; another one, hashed, where it does not fit as it is."""
    if _PLAIN.fullmatch(programme):
        return programme
    letters = base64.b32encode(hashlib.sha256(programme.encode()).digest()).decode()
    return _NOT_PLAIN.sub("", programme.upper())[:5] + letters[:7]


def end_to_end_id(prefix: str, number: int) -> str:
    """The id of line `number` (from 1), at most 35 characters and used once for ever.

    Raises:
        ValueError: the number is out of range.
    """
    if not 1 <= number <= MOST_LINES:
        raise ValueError(f"no line {number}")
    return f"{prefix}{number:06d}"


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One line as it is frozen; `payee` is the keyed fingerprint of the payment details."""

    number: int
    end_to_end_id: str
    person: str
    purpose: str
    month: Month
    amount: Money
    channel: Channel
    payee: str

    @property
    def canonical(self) -> str:
        """Its record in the canonical text, without the line feed.

        Raises:
            ValueError: a field holds a separator, so that two different lines could read alike.
        """
        fields = (self.number, self.end_to_end_id, self.person, self.purpose, self.month)
        money = (self.amount.minor, self.amount.currency, self.channel.value, self.payee)
        texts = [str(field) for field in (*fields, *money)]
        if any(_BREAKS_TEXT.search(text) for text in texts):
            raise ValueError(f"line {self.number} cannot be written down")
        return "|".join(texts)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is written on the run when it is submitted."""

    count: int
    total: Money
    digest: str


def freeze(programme: str, run: RunName, currency: str, lines: Iterable[FrozenLine]) -> Frozen:
    """Count, total and hash of lines in the order of their numbers.

    Raises:
        ValueError: the numbers do not run 1, 2, 3, ..., an amount is not above zero, or a currency differs.
    """

    def records() -> Iterator[tuple[str, int]]:
        for number, line in enumerate(lines, start=1):
            if line.number != number or line.amount <= Money.zero(currency):
                raise ValueError(f"line {number} is out of order or pays nothing")
            yield line.canonical, line.amount.minor

    return freeze_records(programme, run, currency, records())


def freeze_records(programme: str, run: RunName, currency: str, records: Iterable[tuple[str, int]]) -> Frozen:
    """The same for canonical records that the database put together, each with its amount in minor units."""
    text = hashlib.sha256(f"receiver-run-1|{programme}|{run}\n".encode())
    count = total = 0
    for record, amount in records:
        text.update(f"{record}\n".encode())
        count += 1
        total += amount
    text.update(f"end|{count}|{total}|{currency}\n".encode())
    return Frozen(count, Money(total, currency), text.hexdigest())
