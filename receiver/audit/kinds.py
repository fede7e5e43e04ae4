"""The catalogue of what can be recorded: a sentence, how loud it is, and who acts next.

Values are for ever: they stand in the chain. A kind that nothing records any more stays here with its sentence.
"""

from __future__ import annotations

from typing import Self

from receiver.kit.words import LabelledEnum, Words, _, p_


class Level(LabelledEnum):
    """How loud a record is."""

    INFO = "info", p_("level of a record", "Normal")
    NOTICE = "notice", p_("level of a record", "Worth a look")
    ALERT = "alert", p_("level of a record", "Alarm")


_INFO, _NOTICE, _ALERT = Level.INFO, Level.NOTICE, Level.ALERT


class Kind(LabelledEnum):
    """What was done. `next_actor` is the code of the role that has something to do now, if any."""

    level: Level
    next_actor: str | None

    def __new__(cls, value: str, label: Words, level: Level = Level.INFO, next_actor: str | None = None) -> Self:
        """A member: the value that stands in the chain, the sentence, the level, and who acts next."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.level = level
        member.next_actor = next_actor
        return member

    @property
    def sentence(self) -> Words:
        """What happened, as a sentence."""
        return self.label

    # The installation and its keys
    SYSTEM_INITIALISED = "system.initialised", _("This installation was set up."), _NOTICE
    SYSTEM_MIGRATED = "system.migrated", _("The database was brought to a newer form."), _NOTICE
    PRACTICE_SEEDED = "practice.seeded", _("A practice system was filled with invented people."), _NOTICE
    MASTER_KEY_ADDED = "keys.master_added", _("A new master key came into use."), _NOTICE
    KEYS_ROTATED = "keys.rotated", _("Data keys were wrapped anew under the current master key."), _NOTICE
    MASTER_KEY_RETIRED = "keys.master_retired", _("An old master key was taken out of the key file."), _ALERT

    # Signing in
    SIGNED_IN = "session.signed_in", _("Someone signed in.")
    SIGN_IN_FAILED = "session.sign_in_failed", _("An attempt to sign in failed."), _NOTICE
    SIGN_IN_THROTTLED = "session.throttled", _("Signing in was stopped for a while after many failed attempts."), _ALERT
    SIGNED_OUT = "session.signed_out", _("Someone signed out.")
    SESSION_ENDED = "session.ended", _("An open session was ended from elsewhere."), _NOTICE
    STEPPED_UP = "session.stepped_up", _("Someone confirmed again who they are, before a sensitive step.")
    STEP_UP_FAILED = "session.step_up_failed", _("Someone could not confirm who they are."), _NOTICE

    # Accounts
    USER_INVITED = "user.invited", _("A new user was invited."), _NOTICE
    INVITATION_ACCEPTED = "user.invitation_accepted", _("An invitation was accepted and a password was set.")
    USER_CHANGED = "user.changed", _("The details of a user were changed.")
    USER_ROLES_CHANGED = "user.roles_changed", _("The roles of a user were changed."), _NOTICE
    USER_OFFICES_CHANGED = "user.offices_changed", _("The offices of a user were changed."), _NOTICE
    USER_LOCKED = "user.locked", _("A user was locked out."), _NOTICE
    USER_UNLOCKED = "user.unlocked", _("A locked user was let in again."), _NOTICE
    PREFERENCES_CHANGED = "user.preferences_changed", _("Someone changed their own settings.")
    PASSWORD_CHANGED = "user.password_changed", _("A password was changed.")
    RESET_LINK_MADE = "user.reset_link_made", _("A one-time link for a new password was made."), _NOTICE
    RESET_LINK_CONFIRMED = "user.reset_link_confirmed", _("A second administrator confirmed a one-time link."), _NOTICE
    RESET_LINK_REFUSED = "user.reset_link_refused", _("A one-time link was not confirmed."), _NOTICE
    SECOND_FACTOR_SET = "user.second_factor_set", _("A second factor was set up.")
    SECOND_FACTOR_REMOVED = "user.second_factor_removed", _("A second factor was removed."), _NOTICE
    RECOVERY_CODES_MADE = "user.recovery_codes_made", _("New recovery codes were made.")
    RECOVERY_CODE_USED = "user.recovery_code_used", _("A recovery code was used to sign in."), _NOTICE
    OFFICE_ADDED = "office.added", _("An office was added.")
    OFFICE_CHANGED = "office.changed", _("An office was changed.")

    # What someone was not allowed to do, and what was opened
    ACCESS_REFUSED = "access.refused", _("Someone was refused something that their roles do not allow."), _NOTICE
    DOCUMENT_REVEALED = "document.revealed", _("The number of an identity document was shown."), _NOTICE
    CONTACT_REVEALED = "contact.revealed", _("A sealed way to reach a person was shown."), _NOTICE
    PAYEE_REVEALED = "payee.revealed", _("The full account or number of a payee was shown."), _NOTICE
    ATTACHMENT_OPENED = "attachment.opened", _("An attachment was opened.")
    NOTE_OPENED = "note.opened", _("A sensitive note was opened."), _NOTICE
    PEOPLE_LIST_OPENED = "people.list_opened", _("A list of people was opened for printing."), _NOTICE
    RECEPTION_LIST_OPENED = "batch.list_opened", _("The reception list of an arrival was opened.")
    PERSON_SAMPLED = "person.sampled", _("An auditor opened a case of the sample."), _NOTICE

    # Programmes, funds, organisations
    PROGRAMME_ADDED = "programme.added", _("A programme was added."), _NOTICE
    PROGRAMME_CHANGED = "programme.changed", _("A programme was changed."), _NOTICE
    ORGANISATION_ADDED = "organisation.added", _("A partner organisation was added.")
    ORGANISATION_CHANGED = "organisation.changed", _("A partner organisation was changed.")
    FUND_RECEIVED = "fund.received", _("Money was received for a programme."), _NOTICE
    LEDGER_REVERSED = "ledger.reversed", _("Ledger entries were reversed by new entries."), _ALERT
    LEDGER_LISTED = "ledger.listed", _("A list of ledger entries was written to a file."), _NOTICE
    LEDGER_DUMPED = "ledger.dumped", _("The whole ledger was written to a file."), _NOTICE

    # Arrivals and manifests
    BATCH_ANNOUNCED = "batch.announced", _("An arrival was announced."), _INFO, "reception_officer"
    BATCH_CHANGED = "batch.changed", _("The details of an arrival were changed.")
    BATCH_ARRIVED = "batch.arrived", _("A group of people arrived."), _INFO, "reception_officer"
    BATCH_RECEIVED = "batch.received", _("A group of people was received."), _INFO, "supervisor"
    ARRIVAL_ADDED = "arrival.added", _("A person was added to an arrival.")
    ARRIVAL_PLANNED = "arrival.planned", _("It was arranged who meets people of an arrival, and where they sleep.")
    ARRIVAL_MARKED = "arrival.marked", _("It was recorded what became of somebody who was expected.")
    IMPORT_UPLOADED = "import.uploaded", _("A manifest was uploaded."), _INFO, "reception_officer"
    IMPORT_MAPPED = "import.mapped", _("The columns of a manifest were assigned.")
    IMPORT_CHECKED = "import.checked", _("A manifest was checked."), _INFO, "reception_officer"
    IMPORT_ROW_FIXED = "import.row_fixed", _("A row of a manifest was corrected before its import.")
    IMPORT_DUPLICATE_DECIDED = "import.duplicate_decided", _("Someone decided whether a row is a known person.")
    IMPORT_ROW_LEFT = "import.row_left", _("A row of a manifest was left out, or taken back.")
    IMPORT_MERGED = "import.merged", _("A manifest was imported."), _NOTICE, "supervisor"
    IMPORT_REST_LEFT = "import.rest_left", _("The rows left over from an import were said not to be wanted."), _NOTICE
    IMPORT_REFUSED = "import.refused", _("A manifest was refused, and its upload deleted.")

    # People and households
    PERSON_REGISTERED = "person.registered", _("A person was registered.")
    PERSON_CHANGED = "person.changed", _("The details of a person were changed.")
    PERSON_LEFT = "person.left", _("It was recorded that a person left or died."), _NOTICE, "supervisor"
    PERSON_LEFT_UNDONE = "person.left_undone", _("It was recorded in error that a person left or died."), _NOTICE
    PERSON_MOVED = "person.moved", _("A person was moved to another office."), _NOTICE, "supervisor"
    CONTACT_CHANGED = "person.contact_changed", _("The ways to reach a person were changed.")
    DOCUMENT_CHANGED = "person.document_changed", _("The identity documents of a person were changed.")
    HOUSEHOLD_CHANGED = "household.changed", _("A household was changed.")
    COLLECTOR_CHANGED = "household.collector_changed", _("Who collects money for a household was changed."), _NOTICE
    DUPLICATE_FOUND = "duplicate.found", _("Two records look like one person."), _NOTICE, "caseworker"
    DUPLICATE_DECIDED = "duplicate.decided", _("Someone decided whether two records are one person."), _NOTICE

    # Cases
    CASE_OPENED = "case.opened", _("A case was opened."), _INFO, "supervisor"
    CASE_ASSIGNED = "case.assigned", _("A case was given to a caseworker."), _INFO, "caseworker"
    CASE_STAGE_MOVED = "case.stage_moved", _("A case moved to another stage."), _INFO, "caseworker"
    CASE_PROPOSED = "case.proposed", _("A move or the end of a case was proposed."), _INFO, "supervisor"
    CASE_PROPOSAL_DECIDED = "case.proposal_decided", _("A proposal about a case was decided."), _INFO, "caseworker"
    CASE_CLOSED = "case.closed", _("A case was closed."), _NOTICE
    CASE_REOPENED = "case.reopened", _("A case was opened again."), _NOTICE, "caseworker"
    NOTE_WRITTEN = "note.written", _("A note was written.")
    NOTE_CORRECTED = "note.corrected", _("A note was corrected by a new version.")
    TASK_ADDED = "task.added", _("A task was added."), _INFO, "caseworker"
    TASK_DONE = "task.done", _("A task was done.")
    TASK_MOVED = "task.moved", _("A task was moved to another day.")
    TASK_HANDED_OVER = "task.handed_over", _("A task was handed to someone else.")
    TASK_DROPPED = "task.dropped", _("A task was dropped.")
    APPOINTMENT_MADE = "appointment.made", _("An appointment was made.")
    APPOINTMENT_CHANGED = "appointment.changed", _("An appointment was changed.")
    ATTACHMENT_ADDED = "attachment.added", _("An attachment was added.")
    ATTACHMENT_REMOVED = "attachment.removed", _("An attachment was removed."), _NOTICE

    # Payees, policies, enrolments, holds
    PAYEE_SET = "payee.set", _("How a person is paid was set or changed."), _NOTICE, "approver"
    PAYEE_CONFIRMED = "payee.confirmed", _("A second person confirmed how a person is paid."), _NOTICE
    PAYEE_READ_BACK_WRONG = "payee.read_back_wrong", _("The digits read back were not those of the number."), _NOTICE
    PAYEE_REFUSED = "payee.refused", _("How a person is paid was not confirmed."), _NOTICE, "caseworker"
    POLICY_DRAFTED = "policy.drafted", _("A version of a stipend policy was drafted."), _INFO, "approver"
    POLICY_APPROVED = "policy.approved", _("A stipend policy was put in force."), _NOTICE
    POLICY_REJECTED = "policy.rejected", _("A stipend policy was sent back."), _NOTICE, "finance_officer"
    ENROLMENT_STARTED = "enrolment.started", _("People were enrolled in a stipend policy.")
    ENROLMENT_MOVED = "enrolment.moved", _("The first day of an enrolment was moved with the day of arrival."), _NOTICE
    ENROLMENT_ENDED = "enrolment.ended", _("The enrolment of a person ended."), _NOTICE
    HOLD_PLACED = "hold.placed", _("The stipend of a person was put on hold."), _NOTICE, "supervisor"
    HOLD_EXTENDED = "hold.extended", _("The hold on a stipend was extended."), _NOTICE, "supervisor"
    HOLD_RELEASED = "hold.released", _("The hold on a stipend was ended."), _NOTICE

    # Pay runs
    PAY_RUN_STARTED = "pay_run.started", _("A pay run was started.")
    PAY_RUN_BUILT = "pay_run.built", _("A pay run was built."), _INFO, "finance_officer"
    PAY_RUN_REBUILT = "pay_run.rebuilt", _("A pay run was built again."), _INFO, "finance_officer"
    PAY_RUN_FOLLOW_UP_BUILT = "pay_run.follow_up_built", _("A follow-up run was built."), _INFO, "finance_officer"
    PAY_RUN_LINE_SETTLED = "pay_run.line_settled", _("A finding about a line of a pay run was settled with a reason.")
    PAY_RUN_LINE_LEFT_OUT = "pay_run.line_left_out", _("Somebody was left out of a pay run, with a reason."), _NOTICE
    PAY_RUN_LINE_TAKEN_BACK = "pay_run.line_taken_back", _("Somebody was taken back into a pay run."), _NOTICE
    PAY_RUN_SUBMITTED = "pay_run.submitted", _("A pay run was sent for approval."), _NOTICE, "approver"
    PAY_RUN_APPROVED = "pay_run.approved", _("A pay run was approved."), _NOTICE, "finance_officer"
    PAY_RUN_REJECTED = "pay_run.rejected", _("A pay run was sent back."), _NOTICE, "finance_officer"
    PAY_RUN_LINE_COMMENTED = "pay_run.line_commented", _("An approver wrote a comment beside a line of a pay run.")
    PAY_RUN_RELEASED = "pay_run.released", _("A pay run was released."), _NOTICE, "finance_officer"
    PAY_RUN_LINE_HELD_BACK = "pay_run.line_held_back", _("A line of a pay run was held back."), _NOTICE
    PAY_FILE_OPENED = "pay_run.file_opened", _("Somebody said why they need a pay file."), _NOTICE, "approver"
    PAY_FILE_DOWNLOADED = "pay_run.file_downloaded", _("A pay file was downloaded."), _NOTICE
    PAY_FILE_HANDED_OVER = "pay_run.file_handed_over", _("A pay file was handed to the provider."), _NOTICE
    RESULTS_UPLOADED = "pay_run.results_uploaded", _("A file of results was uploaded.")
    PAY_RUN_RECONCILED = "pay_run.reconciled", _("The results of a pay run were taken in."), _INFO, "finance_officer"
    CASH_MARKED = "pay_run.cash_marked", _("It was recorded who was paid at the cash desk."), _NOTICE
    EXCEPTION_ASSIGNED = "pay_run.exception_assigned", _("A row that did not fit was given to somebody.")
    EXCEPTION_MATCHED = (
        "pay_run.exception_matched",
        _("A row that did not fit was matched with a payment by hand."),
        _NOTICE,
    )
    EXCEPTION_SETTLED = "pay_run.exception_settled", _("A row that did not fit was settled by hand."), _NOTICE
    PAY_RUN_CLOSED = "pay_run.closed", _("A pay run was closed."), _NOTICE
    PAY_RUN_ABANDONED = "pay_run.abandoned", _("A pay run was abandoned before its release."), _NOTICE
    RECEIPT_MADE = "payment.receipt_made", _("A receipt was made.")

    # Reports
    REPORT_FINALISED = "report.finalised", _("A monthly report was finalised."), _NOTICE
    REPORT_REVISED = "report.revised", _("A numbered revision of a monthly report was made."), _NOTICE
    REPORT_EXPORTED = "report.exported", _("A report was exported.")

    # The chain itself, words, background work
    AUDIT_READ = "audit.read", _("The audit trail was read.")
    AUDIT_VERIFIED = "audit.verified", _("The audit chain was verified.")
    AUDIT_CHECKPOINT_MADE = "audit.checkpoint_made", _("A signed checkpoint of the audit chain was made.")
    AUDIT_DUMPED = "audit.dumped", _("The audit chain was written to a file."), _NOTICE
    WORDS_CHANGED = "words.changed", _("The words of the interface were changed."), _NOTICE
    WORK_CANCELLED = "work.cancelled", _("Background work was cancelled."), _NOTICE
    WORK_FAILED = "work.failed", _("Background work failed."), _ALERT, "administrator"
