"""The ledger (S45): entries by account, month and person, the same for paper, and as a table to take along."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.db.engine import Database
from receiver.i18n import fmt
from receiver.kit import clock
from receiver.kit.csvs import write_csv
from receiver.kit.money import Money
from receiver.kit.paging import Cursor, Page
from receiver.kit.words import Words, _, p_
from receiver.ledger.actions import record_list
from receiver.ledger.queries import (
    AccountRow,
    EntryFilter,
    EntryRow,
    accounts,
    entries,
    entries_in_parts,
    person_account,
)
from receiver.ledger.queries.running import balances_after
from receiver.ledger.rules import AccountKind, Cause
from receiver.people.queries import person_by_reference
from receiver.stipends.forms.money import LedgerFileForm, LedgerFilter
from receiver.stipends.queries.payment_pages import references_by_pseudonym
from receiver.web.answers import stream
from receiver.web.deps import Asked, Bound, Db, ReadSession, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/stipends/ledger")
Reader = Annotated[Actor, require(Permission.LEDGER_VIEW)]
ON_PAPER = 100
_SHARED = (AccountKind.BANK, AccountKind.FUND, AccountKind.IN_TRANSIT, AccountKind.PAID)
"""The kinds of accounts that are not one for each person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a filter asks for; `nobody` is a person whom the ledger does not know.

    `owed` is the account of what the person is owed.
    """

    entries: EntryFilter
    account: AccountRow | None
    person: str
    nobody: bool
    owed: AccountRow | None = None

    @property
    def balanced(self) -> AccountRow | None:
        """The account whose balance stands after each entry: the one chosen, else what the person is owed."""
        return self.account or self.owed

    @property
    def asked(self) -> dict[str, str]:
        """The filter as an address has it."""
        account = str(self.account.id) if self.account else ""
        return {"account": account, "month": str(self.entries.month or ""), "person": self.person}


@router.get("")
def ledger(request: Request, session: ReadSession, actor: Reader, filters: Asked[LedgerFilter]) -> Response:
    """Entries, the oldest first; people by reference. With an account or a person: the balance after each."""
    wanted = _wanted(session, actor, filters)
    ctx = _ctx(session, wanted, filters.value_of("after"), "/stipends/ledger")
    return page(request, "stipends/ledger.html", ctx, block="rows", form=filters)


@router.get("/print")
def paper(request: Request, session: ReadSession, actor: Reader, filters: Asked[LedgerFilter]) -> Response:
    """The same entries for paper, so many a sheet."""
    wanted = _wanted(session, actor, filters)
    ctx = {
        **_ctx(session, wanted, filters.value_of("after"), "/stipends/ledger/print", size=ON_PAPER),
        "asked": wanted,
        "now": clock.now(),
        "back": url("/stipends/ledger", **wanted.asked),
    }
    return page(request, "stipends/ledger_print.html", ctx)


@router.post("/files")
def take_file(db: Db, actor: Reader, form: Bound[LedgerFileForm]) -> Response:
    """The same entries, all of them, as a table; it is recorded who took it."""
    with db.read() as session:
        wanted = _wanted(session, actor, form)
        person = person_by_reference(session, actor, wanted.person, Permission.LEDGER_VIEW) if wanted.person else None
    with db.write() as session:
        account = str(wanted.account.account) if wanted.account else None
        record_list(session, actor, account=account, month=wanted.entries.month, person=person.id if person else None)
    parts = [str(wanted.account.account) if wanted.account else "", str(wanted.entries.month or ""), wanted.person]
    name = "-".join(["ledger", *(part.replace(":", "-") for part in parts if part)])
    labels = {cause: _said(cause.label) for cause in Cause}
    head = [[key for key, _heading in COLUMNS], [_said(heading) for _key, heading in COLUMNS]]
    return stream(_table(db, wanted, head, labels), f"{name}.csv", "text/csv; charset=utf-8")


COLUMNS: tuple[tuple[str, Words], ...] = (
    ("entry_id", _("Entry")),
    ("recorded_at", p_("ledger", "Recorded at")),
    ("business_date", p_("ledger", "Date")),
    ("month", p_("stipend", "Month")),
    ("report_month", p_("ledger", "Month of the report")),
    ("programme", _("Programme")),
    ("purpose", p_("ledger", "Purpose")),
    ("run", _("Run")),
    ("cause", _("Cause")),
    ("cause_words", p_("ledger", "Cause in words")),
    ("debit", _("Debit")),
    ("credit", _("Credit")),
    ("amount_minor", _("Amount")),
    ("currency", p_("ledger", "Currency")),
    ("balance_minor", _("Balance")),
    ("person", p_("stipend", "Person")),
    ("end_to_end_id", _("Payment")),
    ("reverses", p_("ledger", "Takes back")),
    ("posted_by", p_("ledger", "Entered by")),
)


def _table(db: Database, wanted: Wanted, head: list[list[str]], labels: dict[Cause, str]) -> Iterator[str]:
    """The text of the table: machine keys, the same in words, then the entries."""
    with db.read() as session:
        rows: Iterator[list[object]] = iter(()) if wanted.nobody else _rows(session, wanted, labels)
        yield from write_csv(chain(head, rows))


def _rows(session: Session, wanted: Wanted, labels: dict[Cause, str]) -> Iterator[list[object]]:
    known: tuple[int, Money] | None = None
    for part in entries_in_parts(session, wanted.entries):
        people = references_by_pseudonym(session, {row.person for row in part if row.person})
        names = user_names(session, {row.posted_by for row in part if row.posted_by})
        balances = _balances(session, wanted, part, known)
        last = part[-1].seq
        known = (last, balances[last]) if balances else None
        for row in part:
            yield [
                *(row.entry_id, row.recorded_at, row.business_date, row.month, row.report_month, row.programme),
                *(row.purpose, row.run, row.cause.value, labels[row.cause], str(row.debit), str(row.credit)),
                *(row.amount.minor, row.amount.currency, balances[row.seq].minor if balances else None),
                people.get(row.person, row.person) if row.person else None,
                row.end_to_end_id,
                f"E-{row.reverses}" if row.reverses else None,
                names.get(row.posted_by, "") if row.posted_by else None,
            ]


def _ctx(session: Session, wanted: Wanted, after: str, own: str, size: int = 25) -> dict[str, Any]:
    listed: Page[EntryRow] = Page([]) if wanted.nobody else entries(session, wanted.entries, after or None, size)
    return {
        "page": listed,
        **_beside(session, wanted, listed.rows),
        "filtered": any(wanted.asked.values()),
        "url": url(own, **wanted.asked),
        "own": wanted.asked,
        "paper": url("/stipends/ledger/print", **wanted.asked),
        "originals": {
            row.seq: url("/stipends/ledger", after=Cursor((row.reverses - 1,))) for row in listed.rows if row.reverses
        },
    }


def _beside(session: Session, wanted: Wanted, rows: Sequence[EntryRow]) -> dict[str, Any]:
    """What is shown beside entries: references, who entered them, and the balances after them."""
    return {
        "references": references_by_pseudonym(session, {row.person for row in rows if row.person}),
        "names": user_names(session, {row.posted_by for row in rows if row.posted_by}),
        "balances": _balances(session, wanted, rows),
        "balanced": wanted.balanced,
    }


def _balances(
    session: Session, wanted: Wanted, rows: Sequence[EntryRow], known: tuple[int, Money] | None = None
) -> dict[int, Money]:
    """The balance after each of these entries; none without an account."""
    if wanted.balanced is None or not rows:
        return {}
    first, last = rows[0].seq, rows[-1].seq
    return balances_after(session, wanted.balanced, wanted.entries, first, last, known=known)


def _wanted(session: Session, actor: Actor, filters: LedgerFilter | LedgerFileForm) -> Wanted:
    shared = accounts(session, *_SHARED)
    filters.offer("account", [(str(row.id), str(row.account)) for row in shared])
    chosen = next((row for row in shared if str(row.id) == filters.values.get("account")), None)
    reference, mine = "", None
    if filters.values.get("person"):
        person = person_by_reference(session, actor, filters.value_of("person"), Permission.LEDGER_VIEW)
        mine = person_account(session, person.id)
        reference = person.reference
    fits = EntryFilter(
        month=filters.values.get("month"),
        person=mine.account.owner if mine else None,
        account_id=chosen.id if chosen else None,
    )
    return Wanted(fits, chosen, reference, nobody=bool(reference) and mine is None, owed=mine)


def _said(words: Words) -> str:
    return fmt.plain(i18n.text(words))
