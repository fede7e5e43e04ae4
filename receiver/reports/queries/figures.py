"""All figures of a report, for any month and any moment; asked twice for the same moment they are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver.partners.queries import programme_name_at
from receiver.reports.queries import proof
from receiver.reports.queries.groups import by_sex_and_age
from receiver.reports.queries.money import Look, by_channel, by_office, gaps, ledger_equation, of_earlier
from receiver.reports.queries.people import people_counts
from receiver.reports.queries.persons import persons_hash
from receiver.reports.rules import FORMAT, Outcome, ReportState, per_person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session


def work_out(session: Session, look: Look, *, whole: bool = True) -> dict[str, Any]:
    """The figures of a report as of a moment; `whole` adds the hash over people one by one, for files and finalising.

    Amounts are whole minor units of `currency`; `gaps_minor` is what records and entries differ, one by one.
    """
    wrong = gaps(session, look)
    equation = ledger_equation(session, look).plus(wrong)
    people = people_counts(session, look)
    channels, (policies, lines) = by_channel(session, look), proof.by_policy(session, look)
    runs = proof.runs(session, look)
    figures = {
        "format": FORMAT,
        "programme": look.programme.code,
        "programme_name": programme_name_at(session, look.programme, look.as_of),
        "currency": look.programme.currency,
        "month": str(look.month),
        "as_of": look.as_of.isoformat(),
        "state": ReportState.PROVISIONAL.value,
        "revision": 0,
        "run_hash": runs[0]["digest"] if runs else None,
        "equation": equation.figures(),
        "of_earlier": of_earlier(session, look),
        "gaps_minor": sum(abs(gap) for gap in wrong.values()),
        "totals": _totals(people, equation.entitled + equation.corrections, channels),
        "people": people,
        "fund": proof.fund(session, look),
        "breakdowns": {
            "channel": channels,
            "office": by_office(session, look),
            "sex_age": by_sex_and_age(session, look),
            "policy": policies,
            "policy_line": lines,
            "run": proof.by_run(session, look),
            "failures": proof.failures(session, look),
        },
        "runs": runs,
        "exceptions": proof.exceptions(session, look),
        "reissues": proof.reissues(session, look),
        "later": proof.later(session, look),
        "previous": _previous(session, look),
        "series": proof.series(session, look),
        "differences": [],
    }
    if whole:
        figures["persons_sha256"] = persons_hash(session, look)
    return figures


def _totals(people: Mapping[str, Any], entitled: int, channels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The six figures on top; `entitled_minor` is after corrections, and failed money includes what was returned."""

    def summed(*outcomes: Outcome) -> int:
        return sum(row[f"{one.value}_minor"] for row in channels for one in outcomes)

    everyone = people["new"] + people["continuing"]
    return {
        "people": everyone,
        "entitled_minor": entitled,
        "instructed_minor": sum(row["instructed_minor"] for row in channels),
        "paid_minor": summed(Outcome.PAID),
        "pending_minor": summed(Outcome.PENDING),
        "failed_minor": summed(Outcome.FAILED, Outcome.RETURNED),
        "per_person_minor": per_person(entitled, everyone),
    }


def _previous(session: Session, look: Look) -> dict[str, Any] | None:
    before = look.earlier()
    equation = ledger_equation(session, before)
    if not equation.moves:
        return None
    counts = people_counts(session, before)
    entitled = equation.entitled + equation.corrections
    return {"month": str(before.month), "people": counts["new"] + counts["continuing"], "entitled_minor": entitled}
