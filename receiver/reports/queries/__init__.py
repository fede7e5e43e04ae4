"""Every SELECT of reports; they read stipends and ledger and hold no figure of their own."""

from receiver.reports.queries.dumping import DUMP
from receiver.reports.queries.figures import work_out
from receiver.reports.queries.money import Look, gaps, ledger_equation
from receiver.reports.queries.persons import person_page, persons, persons_hash
from receiver.reports.queries.reports import (
    MonthRow,
    Shown,
    beside,
    earlier_months,
    has_closed_run,
    month_rows,
    newest_report,
    open_run,
    report,
    report_programme,
    revisions,
    runs_in_doubt,
)

__all__ = [
    "DUMP",
    "Look",
    "MonthRow",
    "Shown",
    "beside",
    "earlier_months",
    "gaps",
    "has_closed_run",
    "ledger_equation",
    "month_rows",
    "newest_report",
    "open_run",
    "person_page",
    "persons",
    "persons_hash",
    "report",
    "report_programme",
    "revisions",
    "runs_in_doubt",
    "work_out",
]
