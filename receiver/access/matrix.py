"""Who may do what: the role table of the domain, one line a right. Whatever is not here, nobody may."""

from __future__ import annotations

from receiver.access.permissions import Permission as P  # noqa: N817 - a table is read by its columns
from receiver.access.roles import Role

CW, RO, SV = Role.CASEWORKER, Role.RECEPTION_OFFICER, Role.SUPERVISOR
FIN, FA, JO = Role.FINANCE_OFFICER, Role.APPROVER, Role.JOB_OFFICER
DP, AU, AD = Role.DATA_PROTECTION_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR

MATRIX: dict[P, frozenset[Role]] = {
    # Running the system. An administrator never reads personal data.
    P.USER_VIEW: frozenset({AD}),
    P.USER_MANAGE: frozenset({AD}),
    P.OFFICE_VIEW: frozenset({CW, RO, SV, FIN, FA, JO, DP, AU, AD}),
    P.OFFICE_MANAGE: frozenset({AD}),
    P.ORGANISATION_VIEW: frozenset({CW, SV, JO, DP, AU, AD}),
    P.ORGANISATION_MANAGE: frozenset({AD}),
    P.PROGRAMME_VIEW: frozenset({CW, RO, SV, FIN, FA, JO, DP, AU, AD}),
    P.PROGRAMME_MANAGE: frozenset({AD}),
    P.WORDS_VIEW: frozenset({AD}),
    P.WORDS_EDIT: frozenset({AD}),
    P.HEALTH_VIEW: frozenset({DP, AD}),
    P.BACKGROUND_VIEW: frozenset({DP, AD}),
    # Arrivals and people. Finance sees name, reference and pay state; an auditor sees references only.
    P.ARRIVAL_VIEW: frozenset({CW, RO, SV}),
    P.ARRIVAL_MANAGE: frozenset({CW, RO, SV}),
    P.MANIFEST_IMPORT: frozenset({RO, SV}),
    P.PERSON_NAME: frozenset({CW, RO, SV, FIN, FA, JO}),
    P.PERSON_LIST: frozenset({CW, RO, SV, FIN, JO}),
    P.PERSON_VIEW: frozenset({CW, RO, SV, JO}),
    P.PERSON_EDIT: frozenset({CW, RO, SV}),
    P.PERSON_SAMPLE: frozenset({AU}),
    P.CONTACT_REVEAL: frozenset({CW, RO, SV, JO}),
    P.DOCUMENT_VIEW: frozenset({CW, RO, SV}),
    P.DOCUMENT_REVEAL: frozenset({CW, RO, SV}),
    P.DOCUMENT_EDIT: frozenset({CW, RO, SV}),
    P.HOUSEHOLD_EDIT: frozenset({CW, RO, SV}),
    P.DUPLICATE_DECIDE: frozenset({CW, RO, SV}),
    # The case. Finance officers and auditors do not read social notes.
    P.CASE_VIEW: frozenset({CW, SV}),
    P.CASE_EDIT: frozenset({CW, SV}),
    P.CASE_ASSIGN: frozenset({SV}),
    P.CASE_CLOSE: frozenset({SV}),
    P.NOTE_READ: frozenset({CW, SV}),
    P.NOTE_READ_SENSITIVE: frozenset({SV}),
    P.NOTE_WRITE: frozenset({CW, SV}),
    P.ATTACHMENT_VIEW: frozenset({CW, SV}),
    P.ATTACHMENT_ADD: frozenset({CW, SV}),
    P.TASK_VIEW: frozenset({CW, RO, SV, JO}),
    P.TASK_ADD: frozenset({CW, RO, SV, FIN, JO}),
    P.TASK_EDIT: frozenset({CW, RO, SV, JO}),
    # Money. Whoever approves neither prepares nor releases. A caseworker asks how a person wants to be paid, which
    # has no effect before an approver confirms it, and touches nothing else.
    P.STIPEND_VIEW: frozenset({CW, SV, FIN, FA}),
    P.ENROL: frozenset({RO, SV, FIN}),
    P.HOLD_VIEW: frozenset({CW, SV, FIN, FA}),
    P.HOLD_PLACE: frozenset({SV, FIN}),
    P.HOLD_RELEASE: frozenset({SV, FIN}),
    P.PAYEE_VIEW: frozenset({CW, SV, FIN, FA}),
    P.PAYEE_SET: frozenset({CW, FIN}),
    P.PAYEE_CONFIRM: frozenset({FA}),
    P.PAYEE_REVEAL: frozenset({CW, FIN, FA}),
    P.POLICY_VIEW: frozenset({SV, FIN, FA, AU}),
    P.POLICY_DRAFT: frozenset({FIN}),
    P.POLICY_APPROVE: frozenset({FA}),
    P.PAY_RUN_LIST: frozenset({SV, FIN, FA, AU}),
    P.PAY_RUN_VIEW: frozenset({FIN, FA, AU}),
    P.PAY_RUN_PREPARE: frozenset({FIN}),
    P.PAY_RUN_SUBMIT: frozenset({FIN}),
    P.PAY_RUN_APPROVE: frozenset({FA}),
    P.PAY_RUN_RELEASE: frozenset({FIN}),
    P.PAY_FILE_DOWNLOAD: frozenset({FIN}),
    P.PAY_RUN_RECONCILE: frozenset({FIN}),
    P.PAY_RUN_CLOSE: frozenset({FIN}),
    P.PAY_RUN_ABANDON: frozenset({FIN}),
    P.PAYMENT_VIEW: frozenset({CW, SV, FIN, FA, AU}),
    P.RECEIPT_PRINT: frozenset({CW, SV, FIN}),
    # Funds, ledger, reports, proof.
    P.FUND_VIEW: frozenset({FIN, FA, AU}),
    P.FUND_RECORD: frozenset({FIN}),
    P.LEDGER_VIEW: frozenset({FIN, AU}),
    P.REPORT_VIEW: frozenset({SV, FIN, FA, AU}),
    P.REPORT_FINALISE: frozenset({FIN}),
    P.REPORT_EXPORT: frozenset({SV, FIN, FA, AU}),
    P.AUDIT_VIEW: frozenset({DP, AU}),
    P.AUDIT_VERIFY: frozenset({DP, AU}),
}

CONFLICTS: tuple[tuple[P, P], ...] = (
    (P.PAY_RUN_PREPARE, P.PAY_RUN_APPROVE),
    (P.PAY_RUN_SUBMIT, P.PAY_RUN_APPROVE),
    (P.PAY_RUN_APPROVE, P.PAY_RUN_RELEASE),
    (P.PAYEE_SET, P.PAYEE_CONFIRM),
    (P.POLICY_DRAFT, P.POLICY_APPROVE),
)
"""Rights that no human may use both on one and the same thing; who holds both is shown on the page of roles."""

SYSTEM_MAY: frozenset[P] = frozenset(
    {
        P.ARRIVAL_VIEW,
        P.AUDIT_VERIFY,
        P.AUDIT_VIEW,
        P.CASE_VIEW,
        P.HOLD_VIEW,
        P.LEDGER_VIEW,
        P.OFFICE_VIEW,
        P.PAYMENT_VIEW,
        P.PAY_RUN_VIEW,
        P.PERSON_LIST,
        P.PERSON_VIEW,
        P.PROGRAMME_VIEW,
        P.REPORT_VIEW,
        P.STIPEND_VIEW,
        P.TASK_ADD,
        P.TASK_EDIT,
        P.TASK_VIEW,
    }
)
"""What scheduled work may do in nobody's name: look everywhere and make tasks. It approves and reveals nothing."""


def roles_with(permission: P) -> tuple[Role, ...]:
    """The roles that hold a right, in the order of the roles."""
    held = MATRIX.get(permission, frozenset())
    return tuple(role for role in Role if role in held)
