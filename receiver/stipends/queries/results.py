"""What a file of results would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from receiver.stipends.rules.results import Verdict


@dataclass(frozen=True, slots=True)
class ResultCheck:
    """What a file does or would do: `counts` of `receiver reconcile --json`, and each row's verdict, in order.

    `repeated` says that this very file was taken in before.
    """

    sha256: str
    counts: dict[str, int]
    verdicts: tuple[Verdict, ...]
    repeated: bool = False
