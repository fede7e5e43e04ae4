"""What a monthly report must fulfil: its equation, its hash, what differs between two, what may be published."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, Words, _, p_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = "receiver-report/1"
GRAIN = 5
HIDDEN_UP_TO = 7
"""What is published about numbers of people: rounded to the grain, and nothing from one to this."""

EACH = frozenset({"per_person_minor", "paid_per_person_minor"})
"""Figures for each person."""

MOST_PRINTED = 2500
"""People in the annex of a PDF; a longer list goes to a table file."""


class ReportState(LabelledEnum):
    """Whether the figures of a month can still move."""

    PROVISIONAL = "provisional", p_("report", "Provisional")
    FINALISED = "finalised", p_("report", "Final")


class ReportForm(LabelledEnum):
    """The forms in which a report is given out."""

    HTML = "html", p_("report", "Page (HTML)")
    PDF = "pdf", p_("report", "For print (PDF)")
    XLSX = "xlsx", p_("report", "Workbook (XLSX)")
    CSV = "csv", p_("report", "Table (CSV)")
    JSON = "json", p_("report", "For programs (JSON)")


class Outcome(LabelledEnum):
    """What became of a payment that was sent."""

    PAID = "paid", p_("report", "Paid")
    PENDING = "pending", p_("report", "No result yet")
    FAILED = "failed", p_("report", "Failed")
    RETURNED = "returned", p_("report", "Returned")


class AgeBand(LabelledEnum):
    """The ages by which people are counted, in whole years."""

    INFANT = "0-4", p_("age band", "0 to 4 years")
    CHILD = "5-11", p_("age band", "5 to 11 years")
    TEENAGER = "12-17", p_("age band", "12 to 17 years")
    YOUNG = "18-24", p_("age band", "18 to 24 years")
    ADULT = "25-59", p_("age band", "25 to 59 years")
    OLDER = "60+", p_("age band", "60 years and older")
    UNKNOWN = "unknown", p_("age band", "Age not known")


_YOUNGEST = {
    60: AgeBand.OLDER,
    25: AgeBand.ADULT,
    18: AgeBand.YOUNG,
    12: AgeBand.TEENAGER,
    5: AgeBand.CHILD,
    0: AgeBand.INFANT,
}


def age_band(age: int | None) -> AgeBand:
    """The band of an age in whole years; None is not known."""
    if age is None:
        return AgeBand.UNKNOWN
    return next(band for youngest, band in _YOUNGEST.items() if age >= youngest)


class NotEqualToLedger(Refusal):
    """A report that differs by a franc is not final."""

    sentence = _(
        "The report for %(month)s differs from the ledger by %(difference)s, so it cannot be finalised. "
        "Please have the ledger checked first."
    )


class RunsStillOpen(Refusal):
    """What is still on its way would be told too early."""

    sentence = _("Pay run %(run)s is not closed yet. The report for %(month)s can be finalised after that.")


class MonthNotBegun(Refusal):
    """A month that is closed before it begins sends its own run into a later report."""

    sentence = _("%(month)s has not begun yet, so its report cannot be finalised.")


class MonthNotOver(Refusal):
    """Until then the month may still get a run, which would stand in a later report."""

    sentence = _(
        "No pay run for %(month)s is closed yet. The report can be finalised once one is, or when the month is over."
    )


class AlreadyFinal(Refusal):
    """A month is finalised once; what comes later is a revision."""

    sentence = _("The report for %(month)s is final already.")


class NotFinalYet(Refusal):
    """Only what is final can be revised."""

    sentence = _("The report for %(month)s is not final yet, so there is nothing to revise.")


class NothingChanged(Refusal):
    """A revision lists differences."""

    sentence = _("Nothing in the report for %(month)s has changed since it was made last.")


class NothingToReport(Refusal):
    """A month in which no money moved has no report."""

    sentence = _("In %(month)s no stipends were owed or paid in this programme, so there is nothing to finalise.")


class ReportMoved(Refusal):
    """Nobody signs other figures than those that were read."""

    sentence = _("The figures for %(month)s changed while you read them. Please look at them again.")


class NoSuchMoment(Invalid):
    """A report cannot look ahead."""

    sentence = _("Please give a moment that has passed, such as 2026-11-30T17:00:00+02:00.")


@dataclass(frozen=True, slots=True)
class Equation:
    """What people are owed, from the beginning of a month's report to its end, in minor units.

    The terms are what entitlements, corrections and payments say; `closing` is what the ledger says. So `difference`
    is zero exactly when both agree.
    """

    opening: int = 0
    entitled: int = 0
    corrections: int = 0
    instructed: int = 0
    failed_returned: int = 0
    recovered: int = 0
    closing: int = 0

    @property
    def difference(self) -> int:
        """Opening + entitled + corrections - instructed + failed or returned - recovered - closing."""
        owed = self.opening + self.entitled + self.corrections + self.failed_returned
        return owed - self.instructed - self.recovered - self.closing

    @property
    def moves(self) -> bool:
        """Whether there is anything to tell."""
        return any(getattr(self, name) for name in TERMS)

    def figures(self) -> dict[str, int]:
        """As a report has it."""
        return {name: getattr(self, name) for name in TERMS} | {"difference": self.difference}

    def plus(self, gaps: Mapping[str, int]) -> Equation:
        """The same with the terms moved by what records and ledger differ."""
        return Equation(**{name: getattr(self, name) + gaps.get(name, 0) for name in TERMS})


TERMS = ("opening", "entitled", "corrections", "instructed", "failed_returned", "recovered", "closing")

TERM_LABELS: dict[str, Words] = {
    "opening": p_("report", "Owed at the start"),
    "entitled": p_("report", "Entitled"),
    "corrections": p_("report", "Corrections"),
    "instructed": p_("report", "Sent"),
    "failed_returned": p_("report", "Failed or returned"),
    "recovered": p_("report", "Recovered"),
    "closing": p_("report", "Owed at the end"),
    "difference": p_("report", "Difference from the ledger"),
}

SIGNS = {"entitled": "+", "corrections": "+", "instructed": "\u2212", "failed_returned": "+", "recovered": "\u2212"}
"""How each term enters the equation."""


def canonical(value: object) -> str:
    """A value as text, the same for equal values: JSON with sorted keys and no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: object) -> str:
    """The SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def content_of(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures without the moment and the month beside which they are looked at: what two looks are compared by."""
    passing = {"as_of", "state", "revision", "differences", "comparison", "reason"}
    return {name: value for name, value in figures.items() if name not in passing}


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every figure that is another one now, by its path such as `totals.paid_minor`, in a settled order.

    A breakdown that reports did not have yet when the first was made is no change of it.
    """
    known = was.get("breakdowns", {})
    told = {**now, "breakdowns": {name: rows for name, rows in now.get("breakdowns", {}).items() if name in known}}
    before, after = (dict(_leaves(content_of(each))) for each in (was, told))
    return [
        {"figure": path, "was": before.get(path), "now": after.get(path)}
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            name = inner.get("key", place) if isinstance(inner, dict) else place
            yield from _leaves(inner, f"{path}.{name}")
    else:
        yield path, value


def figures_beside(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a report that stand beside those of another month."""
    people = {name: figures["people"][name] for name in ("new", "continuing", "on_hold", "ended", "missed")}
    return {"month": figures["month"], **figures["totals"], **people, "closing": figures["equation"]["closing"]}


def compared(figures: Mapping[str, Any]) -> Words:
    """The change in one sentence: from the month that was asked for, else from the month before."""
    currency, totals = figures["currency"], figures["totals"]
    before = figures.get("comparison") or figures["previous"]
    if before is None:
        return _("There is no earlier month to compare with.")
    people, entitled = totals["people"] - before["people"], totals["entitled_minor"] - before["entitled_minor"]
    month = Month.parse(before["month"])
    facts = {"people": abs(people), "amount": Money(abs(entitled), currency), "month": month}
    return _SENTENCES[_sign(people), _sign(entitled)].with_(**facts)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


_SENTENCES: dict[tuple[int, int], Words] = {
    (1, 1): _("Compared with %(month)s: %(people)s more people, and %(amount)s more owed to them."),
    (1, 0): _("Compared with %(month)s: %(people)s more people, and the same amount owed."),
    (1, -1): _("Compared with %(month)s: %(people)s more people, but %(amount)s less owed to them."),
    (0, 1): _("Compared with %(month)s: the same number of people, and %(amount)s more owed to them."),
    (0, 0): _("Compared with %(month)s: the same number of people, and the same amount owed."),
    (0, -1): _("Compared with %(month)s: the same number of people, and %(amount)s less owed to them."),
    (-1, 1): _("Compared with %(month)s: %(people)s fewer people, but %(amount)s more owed to them."),
    (-1, 0): _("Compared with %(month)s: %(people)s fewer people, and the same amount owed."),
    (-1, -1): _("Compared with %(month)s: %(people)s fewer people, and %(amount)s less owed to them."),
}


def per_person(minor: int, people: int) -> int | None:
    """An amount for each person in whole minor units, the half rounded up; None for nobody."""
    return None if people <= 0 else (2 * minor + people) // (2 * people)


def publishable(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures for people outside, by the rules for small numbers.

    Nobody one by one, and nobody who worked on it. Numbers of people are rounded to fives, those from one to seven are
    left out, and totals are rounded by themselves. Amounts would tell the numbers again: they are rounded to what five
    people cost, and left out where the number of people is. What each person costs would be rounded to nonsense, and
    whoever wants it can work it out from the rounded figures: it is left out.
    """
    totals, grain = (
        figures["totals"],
        GRAIN * (per_person(figures["totals"]["entitled_minor"], figures["totals"]["people"]) or 1),
    )
    few = publishable_count(totals["people"]) is None

    def money(value: int | None) -> int | None:
        return None if few or value is None else nearest(value, grain)

    def row(one: Mapping[str, Any]) -> dict[str, Any]:
        hidden = publishable_count(one["people"]) is None
        numbers = {name: value for name, value in one.items() if name not in {"key", "label"}}
        counts = {name: publishable_count(value) for name, value in numbers.items() if name in {"people", "count"}}
        amounts = {name: money(value) for name, value in numbers.items()} | counts
        return {**one, **(dict.fromkeys(numbers) if hidden else amounts)}

    kept = {name: figures[name] for name in ("format", "programme", "programme_name", "currency", "month", "as_of")}
    kept |= {name: figures[name] for name in ("run_hash", "state", "revision") if name in figures}
    kept |= {"public": True, "previous": None, "differences": [], "series": [], "runs": [], "exceptions": []}
    kept["people"] = {name: _counts(value) for name, value in figures["people"].items()}
    kept["totals"] = {name: money(value) for name, value in totals.items() if name not in EACH}
    kept["totals"]["people"] = publishable_count(totals["people"])
    for name in ("equation", "fund", "later"):
        kept[name] = {key: money(value) for key, value in figures[name].items() if key not in EACH}
    shown = ("channel", "office", "sex_age", "policy", "policy_line", "failures")
    breakdowns = {name: figures["breakdowns"][name] for name in shown if name in figures["breakdowns"]}
    kept["breakdowns"] = {name: [row(one) for one in rows] for name, rows in breakdowns.items()}
    return kept


def publishable_count(people: int) -> int | None:
    """A number of people rounded to fives; None for one to seven."""
    return None if 0 < people <= HIDDEN_UP_TO else nearest(people, GRAIN)


def nearest(value: int, grain: int) -> int:
    """The multiple of `grain` that is nearest, the half away from zero."""
    size = (2 * abs(value) + grain) // (2 * grain) * grain
    return size if value >= 0 else -size


def _counts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _counts(inner) for name, inner in value.items()}
    return publishable_count(value)


def too_early(month: Month, current: Month, *, run_closed: bool) -> MonthNotBegun | MonthNotOver | None:
    """Why a month cannot be final yet, or None: it is over, or it has begun and a run of its own is closed."""
    if month > current:
        return MonthNotBegun(month=month)
    return MonthNotOver(month=month) if month == current and not run_closed else None


def unequal(month: Month, equation: Mapping[str, int], gaps: int, currency: str) -> NotEqualToLedger | None:
    """Why a report is not equal to the ledger, or None; `gaps` is what records and entries differ, one by one."""
    wrong = abs(equation["difference"]) or gaps
    return NotEqualToLedger(month=month, difference=Money(wrong, currency)) if wrong else None
