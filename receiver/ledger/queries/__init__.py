"""Every question to the ledger: accounts and balances, entries, dumps for other programs, and whether it adds up."""

from receiver.ledger.queries.balances import (
    AccountRow,
    FundPosition,
    accounts,
    closed_until,
    find_account,
    fund_position,
    person_account,
    pseudonyms,
)
from receiver.ledger.queries.bean import beancount
from receiver.ledger.queries.checking import check
from receiver.ledger.queries.dumps import DUMP_PARTS, DumpPart, dump, dump_csv, dump_json, entry_objects
from receiver.ledger.queries.listing import (
    EntryFilter,
    EntryRow,
    Moved,
    entries,
    entries_in_parts,
    entry_of,
    instalments,
    moved,
    moved_of_runs,
    owed_before,
    running_balance,
    still_to_reverse,
)

__all__ = [
    "DUMP_PARTS",
    "AccountRow",
    "DumpPart",
    "EntryFilter",
    "EntryRow",
    "FundPosition",
    "Moved",
    "accounts",
    "beancount",
    "check",
    "closed_until",
    "dump",
    "dump_csv",
    "dump_json",
    "entries",
    "entries_in_parts",
    "entry_objects",
    "entry_of",
    "find_account",
    "fund_position",
    "instalments",
    "moved",
    "moved_of_runs",
    "owed_before",
    "person_account",
    "pseudonyms",
    "running_balance",
    "still_to_reverse",
]
