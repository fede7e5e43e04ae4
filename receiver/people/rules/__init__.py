"""Pure rules on people: their words, how they arrive, who may be the same person."""

from receiver.people.rules.arriving import (
    ArrivalState,
    BatchCannotMove,
    BatchState,
    ImportState,
    RowDecision,
    RowVerdict,
    check_batch_move,
    next_batch_states,
)
from receiver.people.rules.person import (
    CollectorOutsideHousehold,
    ContactKind,
    DocumentKind,
    LeftBeforeArrival,
    LeftKind,
    Relationship,
    Sex,
    check_collector,
    check_left,
)
from receiver.people.rules.twins import (
    DuplicateReason,
    DuplicateState,
    Likeness,
    Trait,
    compare,
)

__all__ = [
    "ArrivalState",
    "BatchCannotMove",
    "BatchState",
    "CollectorOutsideHousehold",
    "ContactKind",
    "DocumentKind",
    "DuplicateReason",
    "DuplicateState",
    "ImportState",
    "LeftBeforeArrival",
    "LeftKind",
    "Likeness",
    "Relationship",
    "RowDecision",
    "RowVerdict",
    "Sex",
    "Trait",
    "check_batch_move",
    "check_collector",
    "check_left",
    "compare",
    "next_batch_states",
]
