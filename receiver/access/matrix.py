"""Who may do what: the role table of the domain, one line a right. Whatever is not here, nobody may."""

from __future__ import annotations

from receiver.access.permissions import Permission as P
from receiver.access.roles import Role

CW, RO, SV = Role.CASEWORKER, Role.RECEPTION_OFFICER, Role.SUPERVISOR
FO, FA, JO = Role.FINANCE_OFFICER, Role.APPROVER, Role.JOB_OFFICER
DP, AU, AD = Role.DATA_PROTECTION_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR

MATRIX: dict[P, frozenset[Role]] = {
    # running the system; an administrator never reads personal data
    P.USER_VIEW: frozenset({AD}),
    P.USER_MANAGE: frozenset({AD}),
    P.OFFICE_MANAGE: frozenset({AD}),
    P.PROGRAMME_VIEW: frozenset({RO, SV, FO, FA, AU, AD}),
    P.PROGRAMME_MANAGE: frozenset({AD}),
    P.FUND_VIEW: frozenset({FO, FA, AU}),
    P.FUND_RECORD: frozenset({FO}),
    # arrivals and people
    P.ARRIVAL_VIEW: frozenset({CW, RO, SV}),
    P.ARRIVAL_MANAGE: frozenset({RO, SV}),
    P.MANIFEST_IMPORT: frozenset({RO, SV}),
    P.PERSON_LIST: frozenset({CW, RO, SV, FO, JO}),  # finance: name, reference and pay state only
    P.PERSON_VIEW: frozenset({CW, RO, SV, JO}),
    P.PERSON_EDIT: frozenset({CW, RO, SV}),
    P.CONTACT_REVEAL: frozenset({CW, RO, SV, JO}),
    P.DOCUMENT_VIEW: frozenset({CW, RO, SV}),
    P.DOCUMENT_REVEAL: frozenset({CW, RO, SV}),
    P.DOCUMENT_EDIT: frozenset({CW, RO, SV}),
    P.DUPLICATE_DECIDE: frozenset({RO, SV}),
    # the case; finance officers and auditors do not read social notes
    P.CASE_VIEW: frozenset({CW, RO, SV, JO}),
    P.CASE_EDIT: frozenset({CW, SV}),
    P.CASE_ASSIGN: frozenset({RO, SV}),
    P.NOTE_READ: frozenset({CW, SV}),
    P.NOTE_WRITE: frozenset({CW, SV}),
    P.TASK_VIEW: frozenset({CW, RO, SV, JO}),
    P.TASK_EDIT: frozenset({CW, RO, SV, JO}),
    # money; whoever approves neither prepares nor releases, and caseworkers do not touch it
    P.STIPEND_VIEW: frozenset({CW, SV, FO, FA, AU}),
    P.ENROL: frozenset({RO, SV, FO}),
    P.HOLD_PLACE: frozenset({SV, FO}),
    P.HOLD_RELEASE: frozenset({SV, FO}),
    P.PAYEE_ASK: frozenset({CW, RO, SV, FO}),
    P.PAYEE_CONFIRM: frozenset({SV, FA}),
    P.PAYEE_REVEAL: frozenset({FO, FA}),
    P.POLICY_VIEW: frozenset({SV, FO, FA, AU}),
    P.POLICY_DRAFT: frozenset({FO}),
    P.POLICY_APPROVE: frozenset({FA}),
    P.PAY_RUN_VIEW: frozenset({FO, FA, AU}),
    P.PAY_RUN_PREPARE: frozenset({FO}),
    P.PAY_RUN_SUBMIT: frozenset({FO}),
    P.PAY_RUN_APPROVE: frozenset({FA}),
    P.PAY_RUN_RELEASE: frozenset({FO}),
    P.PAY_RUN_RECONCILE: frozenset({FO}),
    P.PAY_RUN_CLOSE: frozenset({FO}),
    P.PAY_FILE_DOWNLOAD: frozenset({FO}),
    P.PAYMENT_VIEW: frozenset({CW, SV, FO, FA, AU}),
    P.RECEIPT_PRINT: frozenset({CW, SV, FO}),
    P.LEDGER_VIEW: frozenset({FO, FA, AU}),
    # reports and proof
    P.REPORT_VIEW: frozenset({SV, FO, FA, AU}),
    P.REPORT_FINALISE: frozenset({FO}),
    P.REPORT_EXPORT: frozenset({FO, FA, AU}),
    P.AUDIT_VIEW: frozenset({AU, DP}),
    P.AUDIT_VERIFY: frozenset({AU, DP}),
    P.WORDS_VIEW: frozenset({AD}),
    P.HEALTH_VIEW: frozenset({AD}),
    P.BACKGROUND_VIEW: frozenset({AD}),
}


def roles_with(permission: P) -> tuple[Role, ...]:
    """The roles that hold a right, in the order of the roles."""
    held = MATRIX.get(permission, frozenset())
    return tuple(role for role in Role if role in held)
