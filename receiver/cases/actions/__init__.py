"""Every write on cases, notes, tasks, attachments and searches."""

from receiver.cases.actions.attachments import (
    add_attachment,
    open_attachment,
    remove_attachment,
)
from receiver.cases.actions.cases import (
    assign_caseworker,
    close_case,
    follow_arrival,
    move_stage,
    open_case,
    reopen_case,
)
from receiver.cases.actions.notes import (
    Contact,
    add_note,
    correct_note,
    note_opened,
)
from receiver.cases.actions.proposals import (
    propose,
    refuse_proposal,
    settle_closed,
    settle_moved,
)
from receiver.cases.actions.saved import (
    remove_list,
    rename_list,
    save_list,
)
from receiver.cases.actions.searches import (
    keep_search,
    people_list_opened,
)
from receiver.cases.actions.tasks import (
    add_task,
    do_task,
    drop_task,
    hand_over_task,
    move_tasks,
)
from receiver.cases.actions.transfers import (
    transfer,
)

__all__ = [
    "Contact",
    "add_attachment",
    "add_note",
    "add_task",
    "assign_caseworker",
    "close_case",
    "correct_note",
    "do_task",
    "drop_task",
    "follow_arrival",
    "hand_over_task",
    "keep_search",
    "move_stage",
    "move_tasks",
    "note_opened",
    "open_attachment",
    "open_case",
    "people_list_opened",
    "propose",
    "refuse_proposal",
    "remove_attachment",
    "remove_list",
    "rename_list",
    "reopen_case",
    "save_list",
    "settle_closed",
    "settle_moved",
    "transfer",
]
