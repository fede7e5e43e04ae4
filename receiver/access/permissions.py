"""Everything that somebody may be allowed to do, by name; who may is in the matrix."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One right. The name says the thing, then the act; routes and templates ask for these and never for a role."""

    USER_VIEW = "user.view"
    USER_MANAGE = "user.manage"
    OFFICE_MANAGE = "office.manage"
    PROGRAMME_VIEW = "programme.view"
    PROGRAMME_MANAGE = "programme.manage"
    FUND_VIEW = "fund.view"
    FUND_RECORD = "fund.record"

    ARRIVAL_VIEW = "arrival.view"
    ARRIVAL_MANAGE = "arrival.manage"
    MANIFEST_IMPORT = "manifest.import"
    PERSON_LIST = "person.list"
    PERSON_VIEW = "person.view"
    PERSON_EDIT = "person.edit"
    CONTACT_REVEAL = "contact.reveal"
    DOCUMENT_VIEW = "document.view"
    DOCUMENT_REVEAL = "document.reveal"
    DOCUMENT_EDIT = "document.edit"
    DUPLICATE_DECIDE = "duplicate.decide"

    CASE_VIEW = "case.view"
    CASE_EDIT = "case.edit"
    CASE_ASSIGN = "case.assign"
    NOTE_READ = "note.read"
    NOTE_WRITE = "note.write"
    TASK_VIEW = "task.view"
    TASK_EDIT = "task.edit"

    STIPEND_VIEW = "stipend.view"
    ENROL = "stipend.enrol"
    HOLD_PLACE = "hold.place"
    HOLD_RELEASE = "hold.release"
    PAYEE_ASK = "payee.ask"
    PAYEE_CONFIRM = "payee.confirm"
    PAYEE_REVEAL = "payee.reveal"
    POLICY_VIEW = "policy.view"
    POLICY_DRAFT = "policy.draft"
    POLICY_APPROVE = "policy.approve"
    PAY_RUN_VIEW = "pay_run.view"
    PAY_RUN_PREPARE = "pay_run.prepare"
    PAY_RUN_SUBMIT = "pay_run.submit"
    PAY_RUN_APPROVE = "pay_run.approve"
    PAY_RUN_RELEASE = "pay_run.release"
    PAY_RUN_RECONCILE = "pay_run.reconcile"
    PAY_RUN_CLOSE = "pay_run.close"
    PAY_FILE_DOWNLOAD = "pay_file.download"
    PAYMENT_VIEW = "payment.view"
    RECEIPT_PRINT = "receipt.print"
    LEDGER_VIEW = "ledger.view"

    REPORT_VIEW = "report.view"
    REPORT_FINALISE = "report.finalise"
    REPORT_EXPORT = "report.export"
    AUDIT_VIEW = "audit.view"
    AUDIT_VERIFY = "audit.verify"

    WORDS_VIEW = "words.view"
    HEALTH_VIEW = "health.view"
    BACKGROUND_VIEW = "background.view"


class Public:
    """Marks a route that anyone may open, signed in or not."""

    def __repr__(self) -> str:
        return "PUBLIC"


class SignedIn:
    """Marks a route that everyone who is signed in may open: their own account, today, the menu."""

    def __repr__(self) -> str:
        return "SIGNED_IN"


PUBLIC = Public()
SIGNED_IN = SignedIn()
