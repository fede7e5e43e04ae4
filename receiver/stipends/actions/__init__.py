"""Every write on stipends: policies, enrolments, holds, payees, pay runs, files and results.

Each is `act(session, actor, ...)`, asks for its right at that moment, writes one audit record and never commits. A run
is given as the `PayRun` of any session; the act locks its row and looks at it again, so that twenty at once have one
effect. What is given as people are their ids. Reasons are what somebody typed; they are kept sealed.

| to do | call | right |
|---|---|---|
| write a policy, or its next version | `draft_policy`, `draft_version` | POLICY_DRAFT |
| change a draft of it | `change_version` | POLICY_DRAFT |
| put it in force from its month on (second human), or not | `approve_version`, `reject_version` | POLICY_APPROVE |
| enrol people, end an enrolment | `enrol`, `end_enrolment` | ENROL |
| stop a stipend, look again later, go on | `place_hold`, `extend_hold`, `release_hold` | HOLD_PLACE, HOLD_RELEASE |
| set how somebody is paid | `ask_mobile_money`, `ask_cash_desk` | PAYEE_SET |
| confirm it after the read-back (second human), or not | `confirm_payee`, `refuse_payee` | PAYEE_CONFIRM |
| see the whole number | `reveal_payee` | PAYEE_REVEAL |
| see on which earlier number to call back | `reveal_earlier_numbers` | PAYEE_CONFIRM |
| build a run at once | `build_run`, `build_follow_up` | PAY_RUN_PREPARE |
| the same in the background: start, then hand over | `start_run`, `start_follow_up`, `build_in_background` | same |
| (the background) fill a run that was started | `fill_run` | same |
| build it again | `rebuild_run` | PAY_RUN_PREPARE |
| accept findings with a reason; pay somebody at the desk this once | `accept_findings`, `pay_at_desk` | same |
| leave somebody out of a draft with a reason, and take that back | `leave_out`, `take_back` | same |
| freeze it and ask for approval | `submit_run` | PAY_RUN_SUBMIT |
| approve it (another human, typed total, digest), send it back | `approve_run`, `reject_run` | PAY_RUN_APPROVE |
| write a comment beside a line for those who prepare it again | `comment_line` | PAY_RUN_APPROVE |
| hold lines back after freezing | `hold_back` | PAY_RUN_PREPARE |
| release it: instructions and files, all or by channel | `release_run`, `release_in_background` | PAY_RUN_RELEASE |
| say why a pay file is needed, take it; both in one | `open_file`, `take_file`; `download_file` | PAY_FILE_DOWNLOAD |
| record that the provider has it | `hand_over` | same |
| look at results without taking them | `queries.check_results` | PAY_RUN_RECONCILE |
| take results in | `take_results` | PAY_RUN_RECONCILE |
| the same in the background | `store_results`, `reconcile_in_background`, then `take_stored` | PAY_RUN_RECONCILE |
| give a row that did not fit to somebody | `assign_exception` | PAY_RUN_RECONCILE |
| match it with a payment of its run by hand | `match_exception` | PAY_RUN_RECONCILE |
| decide what became of it | `settle_exception` | PAY_RUN_RECONCILE |
| record who was paid at the cash desk, and who did not come | `mark_paid`, `mark_uncollected` | PAY_RUN_RECONCILE |
| close it, abandon it before its release | `close_run`, `abandon_run` | PAY_RUN_CLOSE, PAY_RUN_ABANDON |
| a receipt for somebody's payment | `make_receipt` | RECEIPT_PRINT |

## When an entitlement comes into force

A draft owes nobody anything: its lines are worked out anew at each build. Submitting writes the entitlement of each
person on the list once for ever (person, purpose, month) and posts `fund -> owed`. From then on the person is owed the
money, whatever becomes of the run; so returning or abandoning it takes nothing back. It cancels the payments, whose
end-to-end ids are spent, and the next submission, of this run or another of the month, points to the entitlements that
stand and makes new payments for them.

If what a person is owed has changed meanwhile (an arrival was corrected, somebody should never have been listed), the
next submission of the month corrects the entitlement: the row gets the new figures as its next revision, the old ones
stay in `entitlement_changes`, and the ledger gets `correct` with the difference, down to zero if need be. This ends
with the first payment that was sent: from then on an entitlement stays as it is, failed money is owed again in the
same amount, and a later correction is a run of its own. So at any moment there is one entitlement (4), whose lines sum
to it (17), equal to what the ledger says (8, 11), while each frozen list keeps its amounts, ids and hash (7): they
stand in `payments`, where the database itself keeps them as they are.
"""

from receiver.stipends.actions.assignments import assign_exception
from receiver.stipends.actions.cash import mark_paid, mark_uncollected
from receiver.stipends.actions.comments import comment_line
from receiver.stipends.actions.enrolments import Enrolled, end_enrolment, enrol
from receiver.stipends.actions.exceptions import settle_exception
from receiver.stipends.actions.files import PayFile, download_file, hand_over, open_file, take_file
from receiver.stipends.actions.findings import accept_findings, pay_at_desk
from receiver.stipends.actions.holds import extend_hold, place_hold, release_hold
from receiver.stipends.actions.leaving_out import leave_out, take_back
from receiver.stipends.actions.matching import match_exception
from receiver.stipends.actions.payees import (
    ask_cash_desk,
    ask_mobile_money,
    confirm_payee,
    refuse_payee,
    reveal_earlier_numbers,
    reveal_payee,
)
from receiver.stipends.actions.policies import (
    PolicyTerms,
    approve_version,
    change_version,
    draft_policy,
    draft_version,
    reject_version,
)
from receiver.stipends.actions.receipts import make_receipt
from receiver.stipends.actions.release import release_in_background, release_run
from receiver.stipends.actions.results import reconcile_in_background, store_results, take_results, take_stored
from receiver.stipends.actions.run_build import (
    build_follow_up,
    build_in_background,
    build_run,
    fill_run,
    rebuild_run,
    start_follow_up,
    start_run,
)
from receiver.stipends.actions.run_moves import abandon_run, approve_run, close_run, hold_back, reject_run
from receiver.stipends.actions.submit import submit_run

__all__ = [
    "Enrolled",
    "PayFile",
    "PolicyTerms",
    "abandon_run",
    "accept_findings",
    "approve_run",
    "approve_version",
    "ask_cash_desk",
    "ask_mobile_money",
    "assign_exception",
    "build_follow_up",
    "build_in_background",
    "build_run",
    "change_version",
    "close_run",
    "comment_line",
    "confirm_payee",
    "download_file",
    "draft_policy",
    "draft_version",
    "end_enrolment",
    "enrol",
    "extend_hold",
    "fill_run",
    "hand_over",
    "hold_back",
    "leave_out",
    "make_receipt",
    "mark_paid",
    "mark_uncollected",
    "match_exception",
    "open_file",
    "pay_at_desk",
    "place_hold",
    "rebuild_run",
    "reconcile_in_background",
    "refuse_payee",
    "reject_run",
    "reject_version",
    "release_hold",
    "release_in_background",
    "release_run",
    "reveal_earlier_numbers",
    "reveal_payee",
    "settle_exception",
    "start_follow_up",
    "start_run",
    "store_results",
    "submit_run",
    "take_back",
    "take_file",
    "take_results",
    "take_stored",
]
