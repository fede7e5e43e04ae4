"""Everything that somebody may be allowed to do, by name and in words; who may is in the matrix."""

from __future__ import annotations

from receiver.kit.words import LabelledEnum, p_


class Permission(LabelledEnum):
    """One right. The name says the thing, then the act; routes and templates ask for these and never for a role."""

    # The system
    USER_VIEW = "user.view", p_("permission", "See users, roles and open sessions")
    USER_MANAGE = "user.manage", p_("permission", "Invite, change and lock users")
    OFFICE_VIEW = "office.view", p_("permission", "See offices")
    OFFICE_MANAGE = "office.manage", p_("permission", "Add and change offices")
    ORGANISATION_VIEW = "organisation.view", p_("permission", "See partner organisations")
    ORGANISATION_MANAGE = "organisation.manage", p_("permission", "Add and change partner organisations")
    PROGRAMME_VIEW = "programme.view", p_("permission", "See programmes")
    PROGRAMME_MANAGE = "programme.manage", p_("permission", "Add and change programmes")
    WORDS_VIEW = "words.view", p_("permission", "See the words of the interface")
    WORDS_EDIT = "words.edit", p_("permission", "Change the words of the interface")
    HEALTH_VIEW = "health.view", p_("permission", "See the health of the system")
    BACKGROUND_VIEW = "background.view", p_("permission", "See background work")

    # Arrivals and people
    ARRIVAL_VIEW = "arrival.view", p_("permission", "See arrivals")
    ARRIVAL_MANAGE = "arrival.manage", p_("permission", "Announce arrivals and record who was met")
    MANIFEST_IMPORT = "manifest.import", p_("permission", "Import manifests")
    PERSON_NAME = "person.name", p_("permission", "See the names of people beside their references")
    PERSON_LIST = "person.list", p_("permission", "List and search people")
    PERSON_VIEW = "person.view", p_("permission", "Open the page of a person")
    PERSON_EDIT = "person.edit", p_("permission", "Register people and change their details")
    PERSON_SAMPLE = "person.sample", p_("permission", "Open a case of the audit sample, with a reason")
    CONTACT_REVEAL = "contact.reveal", p_("permission", "Show how to reach a person")
    DOCUMENT_VIEW = "document.view", p_("permission", "See identity documents with masked numbers")
    DOCUMENT_REVEAL = "document.reveal", p_("permission", "Show the number of an identity document")
    DOCUMENT_EDIT = "document.edit", p_("permission", "Add and change identity documents")
    HOUSEHOLD_EDIT = "household.edit", p_("permission", "Change households and who collects for them")
    DUPLICATE_DECIDE = "duplicate.decide", p_("permission", "Decide whether two records are one person")

    # Cases
    CASE_VIEW = "case.view", p_("permission", "See cases and their timeline")
    CASE_EDIT = "case.edit", p_("permission", "Open cases and move them on")
    CASE_ASSIGN = "case.assign", p_("permission", "Give cases to caseworkers")
    CASE_CLOSE = "case.close", p_("permission", "Close and reopen cases")
    NOTE_READ = "note.read", p_("permission", "Read notes")
    NOTE_READ_SENSITIVE = "note.read_sensitive", p_("permission", "Read sensitive notes of colleagues")
    NOTE_WRITE = "note.write", p_("permission", "Write and correct notes")
    ATTACHMENT_VIEW = "attachment.view", p_("permission", "Open attachments")
    ATTACHMENT_ADD = "attachment.add", p_("permission", "Add attachments")
    TASK_VIEW = "task.view", p_("permission", "See tasks")
    TASK_ADD = "task.add", p_("permission", "Add tasks")
    TASK_EDIT = "task.edit", p_("permission", "Do, move and hand over tasks")

    # Stipends
    STIPEND_VIEW = "stipend.view", p_("permission", "See the stipend of a person")
    ENROL = "stipend.enrol", p_("permission", "Enrol people in a stipend policy")
    HOLD_VIEW = "hold.view", p_("permission", "See holds")
    HOLD_PLACE = "hold.place", p_("permission", "Put stipends on hold")
    HOLD_RELEASE = "hold.release", p_("permission", "End holds")
    PAYEE_VIEW = "payee.view", p_("permission", "See how people are paid, with masked numbers")
    PAYEE_SET = "payee.set", p_("permission", "Set how a person is paid, until someone else confirms it")
    PAYEE_CONFIRM = "payee.confirm", p_("permission", "Confirm how a person is paid")
    PAYEE_REVEAL = "payee.reveal", p_("permission", "Show the full number of a payee")
    POLICY_VIEW = "policy.view", p_("permission", "See stipend policies")
    POLICY_DRAFT = "policy.draft", p_("permission", "Draft stipend policies")
    POLICY_APPROVE = "policy.approve", p_("permission", "Put stipend policies in force")
    PAY_RUN_LIST = "pay_run.list", p_("permission", "See pay runs and their totals")
    PAY_RUN_VIEW = "pay_run.view", p_("permission", "Open pay runs and their lines")
    PAY_RUN_PREPARE = "pay_run.prepare", p_("permission", "Build pay runs and settle their findings")
    PAY_RUN_SUBMIT = "pay_run.submit", p_("permission", "Send pay runs for approval")
    PAY_RUN_APPROVE = "pay_run.approve", p_("permission", "Approve pay runs or send them back")
    PAY_RUN_RELEASE = "pay_run.release", p_("permission", "Release pay runs")
    PAY_FILE_DOWNLOAD = "pay_file.download", p_("permission", "Download pay files")
    PAY_RUN_RECONCILE = "pay_run.reconcile", p_("permission", "Take in results and settle exceptions")
    PAY_RUN_CLOSE = "pay_run.close", p_("permission", "Close pay runs")
    PAY_RUN_ABANDON = "pay_run.abandon", p_("permission", "Abandon pay runs before their release")
    PAYMENT_VIEW = "payment.view", p_("permission", "See payments across pay runs")
    RECEIPT_PRINT = "receipt.print", p_("permission", "Print receipts")

    # Funds, ledger, reports, proof
    FUND_VIEW = "fund.view", p_("permission", "See funds")
    FUND_RECORD = "fund.record", p_("permission", "Record money received")
    LEDGER_VIEW = "ledger.view", p_("permission", "Read the ledger")
    REPORT_VIEW = "report.view", p_("permission", "Read monthly reports")
    REPORT_FINALISE = "report.finalise", p_("permission", "Finalise monthly reports")
    REPORT_EXPORT = "report.export", p_("permission", "Export monthly reports")
    AUDIT_VIEW = "audit.view", p_("permission", "Read the audit trail")
    AUDIT_VERIFY = "audit.verify", p_("permission", "Verify the audit chain")


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
