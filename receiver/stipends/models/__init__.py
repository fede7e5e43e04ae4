"""The tables of stipends.

| file | tables |
|---|---|
| `policies` | policies and their versions, enrolments, holds |
| `payees` | ways to be paid: never changed but for their state, so a run can point to the one it froze |
| `entitlements` | what a person is owed for a month, once for ever, and what it was before it was corrected |
| `runs` | pay runs, their history, their list of people, accepted findings |
| `payments` | payments, which are the frozen lines of a run, and the files that instruct them |
| `results` | files of results, and rows that wait for a person |
"""

from receiver.stipends.models.entitlements import Entitlement, EntitlementChange
from receiver.stipends.models.payees import Payee
from receiver.stipends.models.payments import Instruction, Payment
from receiver.stipends.models.policies import Enrolment, Hold, Policy, PolicyVersion
from receiver.stipends.models.results import ResultException, ResultFile
from receiver.stipends.models.runs import Acceptance, PayRun, RunLine, RunStep

__all__ = [
    "Acceptance",
    "Enrolment",
    "Entitlement",
    "EntitlementChange",
    "Hold",
    "Instruction",
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
