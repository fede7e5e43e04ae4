"""Every write to the ledger. Rooms above post through `posting`; nobody else adds an entry, and nobody changes one."""

from receiver.ledger.actions.accounts import open_people
from receiver.ledger.actions.dumps import record_dump, record_list
from receiver.ledger.actions.funds import receive_funds, reverse_instalment
from receiver.ledger.actions.months import close_report_month
from receiver.ledger.actions.postings import Movement, Posted, Posting, post, post_many, posting, reversal

__all__ = [
    "Movement",
    "Posted",
    "Posting",
    "close_report_month",
    "open_people",
    "post",
    "post_many",
    "posting",
    "receive_funds",
    "record_dump",
    "record_list",
    "reversal",
    "reverse_instalment",
]
