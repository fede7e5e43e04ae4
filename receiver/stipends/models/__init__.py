"""The tables of stipends.

| file | tables |
|---|---|
| `policies` | policies and their versions, enrolments, holds |
| `payees` | ways to be paid: never changed but for their state, so a run can point to the one it froze |
| `entitlements` | what a person is owed for a month, once for ever, and what it was before it was corrected |
| `runs` | pay runs, their history, their list of people, accepted findings, who is left out, comments of approvers |
| `payments` | payments, which are the frozen lines of a run, files that instruct them, who took these, handing over |
| `results` | files of results, and rows that wait for a person |
| `assignments` | who looks into such a row |
| `missed` | months in which somebody was owed a stipend and the run went out without them |
"""

from receiver.stipends.models.assignments import ExceptionAssignment
from receiver.stipends.models.entitlements import Entitlement, EntitlementChange
from receiver.stipends.models.missed import MissedMonth
from receiver.stipends.models.payees import Payee
from receiver.stipends.models.payments import EarlierReference, FileWindow, Handover, Instruction, Payment
from receiver.stipends.models.policies import Enrolment, Hold, Policy, PolicyVersion
from receiver.stipends.models.results import ResultException, ResultFile
from receiver.stipends.models.runs import Acceptance, LeftOut, LineComment, PayRun, RunLine, RunStep

__all__ = [
    "Acceptance",
    "EarlierReference",
    "Enrolment",
    "Entitlement",
    "EntitlementChange",
    "ExceptionAssignment",
    "FileWindow",
    "Handover",
    "Hold",
    "Instruction",
    "LeftOut",
    "LineComment",
    "MissedMonth",
    "PayRun",
    "Payee",
    "Payment",
    "Policy",
    "PolicyVersion",
    "ResultException",
    "ResultFile",
    "RunLine",
    "RunStep",
]
