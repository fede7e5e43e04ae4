"""A report as tables with machine keys and translated headings, from which every form of it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from receiver import i18n
from receiver.kit.months import Month
from receiver.kit.words import Words, _, p_
from receiver.ledger.rules import Cause
from receiver.people.rules import Sex
from receiver.reports.files.facts import WHO, names_somebody
from receiver.reports.rules import TERM_LABELS, TERMS, AgeBand, figures_beside
from receiver.stipends.rules.checklist import Flag
from receiver.stipends.rules.enrolments import EndReason, HoldReason
from receiver.stipends.rules.entitlements import LineKind
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.reasons import REASONS, words_of
from receiver.stipends.rules.results import ExceptionKind
from receiver.stipends.rules.runs import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from receiver.kit.words import LabelledEnum

Label = Words | str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its machine key, its heading, and what its cells are: text, a number, or minor units of money."""

    key: str
    label: Words
    kind: str = "money"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. The first column holds what a row is about; each row is its machine key, its label, its values."""

    key: str
    title: Words
    about: Words
    columns: Sequence[Column]
    rows: Iterable[tuple[str, Label, Sequence[Any]]] = field(default_factory=tuple)


LABELS: dict[str, Words] = {
    **TERM_LABELS,
    "people": p_("report", "People"),
    "entitled_minor": p_("report", "Owed for the month"),
    "instructed_minor": p_("report", "Sent"),
    "paid_minor": p_("report", "Paid"),
    "pending_minor": p_("report", "No result yet"),
    "failed_minor": p_("report", "Failed"),
    "returned_minor": p_("report", "Returned"),
    "held_minor": p_("report", "Held back"),
    "per_person_minor": p_("report", "Owed for each person"),
    "received_minor": p_("report", "Received from the payer"),
    "left_minor": p_("report", "Left in the fund"),
    "outstanding_minor": p_("report", "Promised or on its way"),
    "paid_per_person_minor": p_("report", "Paid for each person so far"),
    "new": p_("report", "New"),
    "continuing": p_("report", "Continuing"),
    "on_hold": p_("report", "On hold"),
    "ended": p_("report", "Ended"),
    "missed": p_("report", "Missed"),
    "count": p_("report", "Number"),
    "open": p_("report", "Still open"),
    "minor": p_("report", "Amount"),
}

TITLES: dict[str, Words] = {
    "totals": p_("report", "In short"),
    "equation": p_("report", "From what was owed to what is owed"),
    "of_earlier": p_("report", "Of this, for earlier months"),
    "people": p_("report", "People"),
    "comparison": p_("report", "Beside another month"),
    "channel": p_("report", "By way of payment"),
    "office": p_("report", "By office"),
    "sex_age": p_("report", "By sex and age"),
    "policy": p_("report", "By policy"),
    "policy_line": p_("report", "By line of the policy"),
    "run": p_("report", "By pay run"),
    "failures": p_("report", "Failed or returned, by reason"),
    "fund": p_("report", "The fund"),
    "exceptions": p_("report", "Results that needed a decision"),
    "reissues": p_("report", "Paid again"),
    "later": p_("report", "Later for this month, told in later reports"),
    "series": p_("report", "Month by month"),
    "differences": p_("report", "What this revision changes"),
    "persons": p_("report", "Person by person"),
}

_KINDS: dict[str, tuple[type[LabelledEnum], ...]] = {
    "channel": (Channel,),
    "sex_age": (Sex, AgeBand),
    "policy_line": (LineKind,),
    "exceptions": (ExceptionKind,),
    "later": (Cause,),
    "on_hold": (HoldReason,),
    "ended": (EndReason,),
    "missed": (Flag,),
}
_OF_RUN = {**WHO, "state": p_("report", "State"), "digest": p_("report", "Hash of the pay run")}
_NO_OFFICE = _("Erased people")
_BECAUSE = _("%(what)s: %(why)s")
_WITH_CODE = p_("reason and its code", "%(why)s (%(code)s)")
_IN = p_("report", "In %(month)s")
COUNTS = frozenset({"people", "new", "continuing", "on_hold", "ended", "missed"})
"""Figures that are no money, where a table holds both."""


def sheets(
    figures: Mapping[str, Any],
    persons: Iterable[Mapping[str, Any]] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Sheet]:
    """The tables of a report in their order; those with nothing to tell are left out, people one by one come last.

    `names` are those of the users who appear, by id.
    """
    yield _pairs("totals", figures["totals"])
    yield from _equation(figures)
    yield Sheet(
        "people", TITLES["people"], p_("report", "Figure"), (_number("people"),), list(_people(figures["people"]))
    )
    if figures.get("comparison"):
        yield _comparison(figures)
    for key, columns in _BREAKDOWNS.items():
        rows = figures["breakdowns"].get(key)
        if rows:
            yield _table(key, rows, columns)
    yield _pairs("fund", figures["fund"])
    if figures["exceptions"]:
        yield _table("exceptions", figures["exceptions"], (_number("count"), _number("open")))
    if figures.get("reissues"):
        one = figures["reissues"]
        columns = (_number("count"), Column("minor", LABELS["minor"]))
        yield Sheet(
            "reissues",
            TITLES["reissues"],
            p_("report", "Figure"),
            columns,
            [("reissues", TITLES["reissues"], (one["count"], one["minor"]))],
        )
    if figures["later"]:
        yield _pairs("later", figures["later"], lambda key: label_of("later", key))
    if figures["series"]:
        lost = Column("returned_minor", LABELS["failed_returned"])
        yield _table("series", figures["series"], (*_money("paid_minor"), lost, *_money("held_minor")))
    if figures["differences"]:
        yield _differences(figures["differences"], names)
    if not figures.get("public"):
        yield persons_sheet(persons)


def persons_sheet(persons: Iterable[Mapping[str, Any]]) -> Sheet:
    """People one by one, by reference, never by name."""
    columns = (Column("office", p_("report", "Office"), "text"), *_money(*TERMS))
    rows = (
        (line["person"], line["reference"] or _NO_OFFICE, [line["office"] or "", *(line[name] for name in TERMS)])
        for line in persons
    )
    return Sheet("persons", TITLES["persons"], p_("report", "Reference"), columns, rows)


def label_of(section: str, key: str) -> Label:
    """What a machine key means to people."""
    if section == "runs" and key in _OF_RUN:
        return _OF_RUN[key]
    if section == "failures" and (why := words_of(key)) is not None:
        return _WITH_CODE.with_(why=why, code=i18n.fmt.isolated(key)) if key in REASONS else why
    words = [kind(key).label for kind in _KINDS.get(section, ()) if key in set(kind)]
    return words[0] if words else LABELS.get(key, key)


def _money(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, LABELS[name]) for name in names)


def _number(name: str) -> Column:
    return Column(name, LABELS[name], "number")


_BREAKDOWNS: dict[str, tuple[Column, ...]] = {
    "channel": (
        _number("people"),
        *_money("instructed_minor", "paid_minor", "pending_minor", "failed_minor", "returned_minor"),
    ),
    "office": (_number("people"), *_money(*TERMS)),
    "sex_age": (_number("people"), *_money("entitled_minor", "paid_minor")),
    "policy": (_number("people"), *_money("entitled_minor")),
    "policy_line": (_number("people"), *_money("entitled_minor")),
    "run": (_number("people"), *_money("instructed_minor")),
    "failures": (_number("people"), Column("count", p_("report", "Payments"), "number"), *_money("minor")),
}


def _table(key: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Sheet:
    about = p_("report", "Month") if key == "series" else TITLES[key]
    lines = [(row["key"], _named(key, row), [row[column.key] for column in columns]) for row in rows]
    return Sheet(key, TITLES[key], about, columns, lines)


def _named(section: str, row: Mapping[str, Any]) -> Label:
    if section == "office":
        return row["label"] or _NO_OFFICE
    if section == "series":
        return i18n.fmt.month(Month.parse(row["key"]))
    if section == "sex_age":
        return _at(section, row["key"].split("."))
    return label_of(section, row["key"])


def _pairs(key: str, figures: Mapping[str, Any], named: Callable[[str], Label] | None = None) -> Sheet:
    value = Column("value", p_("report", "Amount"))
    label = named or (lambda name: LABELS[name])
    return Sheet(
        key,
        TITLES[key],
        p_("report", "Figure"),
        (value,),
        [(name, label(name), (one,)) for name, one in figures.items()],
    )


def _comparison(figures: Mapping[str, Any]) -> Sheet:
    """The figures of two months side by side, and by how much they differ."""
    now, was = figures_beside(figures), figures["comparison"]
    columns = (
        Column("now", _IN.with_(month=Month.parse(now["month"]))),
        Column("was", _IN.with_(month=Month.parse(was["month"]))),
        Column("difference", p_("report", "Difference")),
    )
    rows = [
        (name, LABELS[name], (value, was[name], None if None in {value, was[name]} else value - was[name]))
        for name, value in now.items()
        if name != "month"
    ]
    return Sheet("comparison", TITLES["comparison"], p_("report", "Figure"), columns, rows)


def _people(people: Mapping[str, Any]) -> Iterator[tuple[str, Label, Sequence[Any]]]:
    for name, value in people.items():
        if not isinstance(value, dict):
            yield name, LABELS[name], (value,)
            continue
        group = name.removesuffix("_reasons")
        for reason, count in value.items():
            yield f"{group}.{reason}", _BECAUSE.with_(what=LABELS[group], why=label_of(group, reason)), (count,)


def _equation(figures: Mapping[str, Any]) -> Iterator[Sheet]:
    """The equation, and how much of it is about months whose reports were final."""
    yield _pairs("equation", figures["equation"])
    rows = figures.get("of_earlier")
    if not rows:
        return
    key, column = "of_earlier", Column("minor", LABELS["minor"])
    lines = [(row["key"], _at(key, row["key"].split(".")), (row["minor"],)) for row in rows]
    yield Sheet(key, TITLES[key], p_("report", "Figure"), (column,), lines)


def figure_named(path: str) -> Label:
    """The path of a figure, such as `breakdowns.channel.cash_desk.paid_minor`, in words."""
    section, *rest = path.removeprefix("breakdowns.").split(".")
    if section == "people" and len(rest) > 1:
        section, *rest = rest[0].removesuffix("_reasons"), *rest[1:]
    return _at(section, rest, _SECTIONS.get(section) or TITLES.get(section) or LABELS.get(section, section))


def kind_of_figure(path: str) -> str:
    """Whether a figure at this path is money, a number or a text."""
    section, *_between, last = (path.split(".", 1)[0], *path.split("."))
    if last.endswith("minor") or last in {*TERMS, "difference"} or section == "later":
        return "money"
    return "number" if section == "people" or last in {*COUNTS, "count", "open"} else "text"


def _at(section: str, keys: Sequence[str], said: Label | None = None) -> Label:
    """Where a figure stands: the part of the report, the row, the column; what has no words is the row as it is."""
    for place, key in enumerate(keys):
        if place and label_of(section, key) == key:
            continue  # a field that only programs know
        more: object = Month.parse(key) if section in _BY_MONTH and key[:1].isdigit() else label_of(section, key)
        said = more if said is None else _BECAUSE.with_(what=said, why=more)  # type: ignore[assignment]
    return said or section


_BY_MONTH = frozenset({"series", "of_earlier"})
_SECTIONS: dict[str, Words] = {
    "runs": TITLES["run"],
    "run_hash": TITLES["run"],
    "previous": _("The month before"),
    "persons_sha256": TITLES["persons"],
    "gaps_minor": LABELS["difference"],
    "programme_name": _("Programme"),
}


def _differences(found: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Sheet:
    columns = (Column("was", p_("report", "Before"), "text"), Column("now", p_("report", "Now"), "text"))
    rows = [
        (
            each["figure"],
            figure_named(each["figure"]),
            [_told(each["figure"], each[column.key], names) for column in columns],
        )
        for each in found
        if not each["figure"].endswith((".key", ".label"))
    ]
    return Sheet("differences", TITLES["differences"], p_("report", "Figure"), columns, rows)


def _told(path: str, value: Any, names: Mapping[str, str]) -> Any:
    """A figure that changed as people read it: a user by name, a state in words, an amount as it is."""
    if path.startswith("runs.") and path.endswith(".state") and value in set(RunState):
        return RunState(value).label
    return names.get(value, value) if names_somebody(path) else value
