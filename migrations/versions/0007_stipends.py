"""The tables of stipends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import Guard, append_only, install, known
from receiver.db.types import CurrencyCode, Json, Minor, MonthType, UtcDateTime, Uuid

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _pay_runs()
    _policies()
    _result_files()
    _enrolments()
    _instructions()
    _pay_run_steps()
    _payees()
    _policy_versions()
    _run_acceptances()
    _entitlements()
    _holds()
    _entitlement_changes()
    _payments()
    _result_exceptions()
    _run_lines()


def _pay_runs() -> None:
    op.create_table(
        "pay_runs",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("month", MonthType(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("follows_id", Uuid()),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("odd", sa.Integer(), nullable=False),
        sa.Column("already", sa.Integer(), nullable=False),
        sa.Column("total_minor", Minor(0), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("approvals_needed", sa.SmallInteger(), nullable=False),
        sa.Column("built_at", UtcDateTime()),
        sa.Column("submitted_at", UtcDateTime()),
        sa.Column("submitted_by", Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("kind", "regular", "top_up", "follow_up", "correction"),
        sa.CheckConstraint(
            "state IN ('draft', 'abandoned') OR (digest IS NOT NULL AND submitted_at IS NOT NULL AND attempt > 0)",
            name=op.f("ck_pay_runs_frozen_has_digest"),
        ),
        known("state", "draft", "submitted", "approved", "released", "reconciling", "closed", "abandoned"),
        sa.CheckConstraint("digest IS NULL OR length(digest) = 64", name=op.f("ck_pay_runs_digest_length")),
        sa.CheckConstraint(
            "people >= 0 AND missed >= 0 AND odd >= 0 AND already >= 0", name=op.f("ck_pay_runs_counts")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["pay_runs.id"], name=op.f("fk_pay_runs_follows_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_pay_runs_programme_id_programmes"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["users.id"], name=op.f("fk_pay_runs_submitted_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_runs")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_pay_runs_programme_id_name")),
    )
    op.create_index(op.f("ix_pay_runs_follows_id"), "pay_runs", ["follows_id"])
    op.create_index(op.f("ix_pay_runs_month"), "pay_runs", ["month"])
    op.create_index(op.f("ix_pay_runs_programme_id"), "pay_runs", ["programme_id"])
    op.create_index(op.f("ix_pay_runs_submitted_by"), "pay_runs", ["submitted_by"])
    op.create_index(
        "uq_pay_runs_programme_id_month_underway",
        "pay_runs",
        ["programme_id", "month"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'approved')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'approved')"),
    )
    install(
        op.get_bind(),
        [
            Guard(
                table="pay_runs",
                name="arrows",
                act="UPDATE",
                message="a pay run moves along its arrows only",
                when=(
                    "OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ('approved abandoned', "
                    "'approved draft', 'approved released', 'draft abandoned', 'draft submitted', 'reconciling "
                    "closed', 'released reconciling', 'submitted abandoned', 'submitted approved', 'submitted "
                    "draft')"
                ),
            ),
            Guard(
                table="pay_runs",
                name="freezes",
                act="UPDATE",
                message="what was frozen with a pay run never changes",
                when=(
                    "OLD.id {differs} NEW.id OR OLD.programme_id {differs} NEW.programme_id OR OLD.name "
                    "{differs} NEW.name OR OLD.month {differs} NEW.month OR OLD.purpose {differs} NEW.purpose "
                    "OR OLD.currency {differs} NEW.currency OR NEW.attempt < OLD.attempt OR (OLD.state NOT IN "
                    "('draft', 'abandoned') AND NEW.state <> 'draft' AND (OLD.digest {differs} NEW.digest OR "
                    "OLD.total_minor {differs} NEW.total_minor OR OLD.people {differs} NEW.people OR "
                    "OLD.attempt {differs} NEW.attempt OR OLD.approvals_needed {differs} NEW.approvals_needed "
                    "OR OLD.submitted_at {differs} NEW.submitted_at OR OLD.submitted_by {differs} "
                    "NEW.submitted_by))"
                ),
            ),
            Guard(table="pay_runs", name="no_delete", act="DELETE", message="rows of pay_runs stay"),
        ],
    )


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_policies_programme_id_programmes"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("code", name=op.f("uq_policies_code")),
    )
    op.create_index(op.f("ix_policies_programme_id"), "policies", ["programme_id"])


def _result_files() -> None:
    table = op.create_table(
        "result_files",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("format", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("uploaded_by", Uuid()),
        sa.Column("taken_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (content IS NOT NULL)", name=op.f("ck_result_files_waits_with_content")
        ),
        known("state", "waiting", "taken"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_result_files_sha256_length")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["users.id"], name=op.f("fk_result_files_uploaded_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_files")),
        sa.UniqueConstraint("sha256", name=op.f("uq_result_files_sha256")),
    )
    op.create_index(op.f("ix_result_files_uploaded_by"), "result_files", ["uploaded_by"])
    install(op.get_bind(), append_only(table, may_change=["state", "counts", "content", "taken_at"]))


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("policy_id", Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("end_reason", sa.String(40)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name=op.f("ck_enrolments_ended_has_reason")),
        sa.CheckConstraint("(state = 'ended') = (until IS NOT NULL)", name=op.f("ck_enrolments_ended_has_day")),
        known(
            "end_reason",
            "support_period_ended",
            "goals_met",
            "at_own_wish",
            "moved_onward",
            "returned_voluntarily",
            "transferred",
            "died",
            "duplicate_record",
        ),
        known("state", "active", "on_hold", "ended"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_enrolments_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_enrolments_policy_id_policies"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    op.create_index(op.f("ix_enrolments_person_id"), "enrolments", ["person_id"])
    op.create_index(op.f("ix_enrolments_policy_id"), "enrolments", ["policy_id"])
    op.create_index(
        "uq_enrolments_person_id_live",
        "enrolments",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )


def _instructions() -> None:
    table = op.create_table(
        "instructions",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sum_minor", Minor(1), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", Json, nullable=False),
        sa.Column("made_by", Uuid(), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("channel", "cash_desk", "mobile_money_file", "bank_file", "momo_api"),
        sa.CheckConstraint("count > 0", name=op.f("ck_instructions_instructs_something")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_instructions_sha256_length")),
        sa.ForeignKeyConstraint(
            ["made_by"], ["users.id"], name=op.f("fk_instructions_made_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_instructions_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructions")),
        sa.UniqueConstraint("run_id", "channel", name=op.f("uq_instructions_run_id_channel")),
    )
    op.create_index(op.f("ix_instructions_made_by"), "instructions", ["made_by"])
    op.create_index(op.f("ix_instructions_run_id"), "instructions", ["run_id"])
    install(op.get_bind(), append_only(table, may_change=["downloads"]))


def _pay_run_steps() -> None:
    table = op.create_table(
        "pay_run_steps",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", Uuid()),
        sa.Column("digest", sa.String(64)),
        sa.Column("reason", sa.LargeBinary()),
        known(
            "act",
            "build",
            "rebuild",
            "accept",
            "pay_at_desk",
            "submit",
            "approve",
            "reject",
            "hold_back",
            "release",
            "reconcile",
            "close",
            "abandon",
        ),
        known("state", "draft", "submitted", "approved", "released", "reconciling", "closed", "abandoned"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_pay_run_steps_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pay_run_steps_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run_steps")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_pay_run_steps_run_id_number")),
    )
    op.create_index(op.f("ix_pay_run_steps_run_id"), "pay_run_steps", ["run_id"])
    op.create_index(op.f("ix_pay_run_steps_user_id"), "pay_run_steps", ["user_id"])
    install(op.get_bind(), append_only(table))


def _payees() -> None:
    table = op.create_table(
        "payees",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("number", sa.LargeBinary()),
        sa.Column("blind", sa.LargeBinary()),
        sa.Column("tail", sa.String(2), nullable=False),
        sa.Column("name", sa.LargeBinary()),
        sa.Column("likeness", sa.SmallInteger()),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("changes", sa.Boolean(), nullable=False),
        sa.Column("asked_by", Uuid(), nullable=False),
        sa.Column("decided_by", Uuid()),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("usable_from", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(channel = 'cash_desk') = (number IS NULL)", name=op.f("ck_payees_number_given")),
        sa.CheckConstraint("channel IN ('cash_desk', 'mobile_money_file')", name=op.f("ck_payees_channel_offered")),
        known("channel", "cash_desk", "mobile_money_file", "bank_file", "momo_api"),
        sa.CheckConstraint(
            "state <> 'confirmed' OR usable_from IS NOT NULL", name=op.f("ck_payees_confirmed_is_usable")
        ),
        known("state", "awaiting", "confirmed", "refused", "replaced"),
        sa.CheckConstraint("(number IS NULL) = (blind IS NULL)", name=op.f("ck_payees_blind_given")),
        sa.CheckConstraint("(number IS NULL) = (name IS NULL)", name=op.f("ck_payees_name_given")),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_payees_four_eyes")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_payees_asked_by_users"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_payees_decided_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_payees_person_id_people"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payees")),
    )
    op.create_index(op.f("ix_payees_asked_by"), "payees", ["asked_by"])
    op.create_index(op.f("ix_payees_blind"), "payees", ["blind"])
    op.create_index(op.f("ix_payees_decided_by"), "payees", ["decided_by"])
    op.create_index(op.f("ix_payees_person_id"), "payees", ["person_id"])
    op.create_index(op.f("ix_payees_state"), "payees", ["state"])
    op.create_index(
        "uq_payees_person_id_awaiting",
        "payees",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'awaiting'"),
        postgresql_where=sa.text("state = 'awaiting'"),
    )
    op.create_index(
        "uq_payees_person_id_confirmed",
        "payees",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    install(
        op.get_bind(), append_only(table, may_change=["state", "decided_by", "decided_at", "usable_from", "version"])
    )


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("policy_id", Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("base_minor", Minor(1), nullable=False),
        sa.Column("member_minor", Minor(0), nullable=False),
        sa.Column("members_most", sa.SmallInteger(), nullable=False),
        sa.Column("limit_minor", Minor(1)),
        sa.Column("valid_from", MonthType(), nullable=False),
        sa.Column("valid_to", MonthType()),
        sa.Column("drafted_by", Uuid(), nullable=False),
        sa.Column("decided_by", Uuid()),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (decided_at IS NULL)", name=op.f("ck_policy_versions_decided_when_no_draft")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR state <> 'in_force' OR decided_by <> drafted_by",
            name=op.f("ck_policy_versions_four_eyes"),
        ),
        known("state", "draft", "in_force", "withdrawn"),
        sa.CheckConstraint(
            "limit_minor IS NULL OR limit_minor >= base_minor", name=op.f("ck_policy_versions_limit_above_base")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_policy_versions_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_policy_versions_decided_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["users.id"], name=op.f("fk_policy_versions_drafted_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_policy_versions_policy_id_policies"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("policy_id", "number", name=op.f("uq_policy_versions_policy_id_number")),
    )
    op.create_index(op.f("ix_policy_versions_decided_by"), "policy_versions", ["decided_by"])
    op.create_index(op.f("ix_policy_versions_drafted_by"), "policy_versions", ["drafted_by"])
    op.create_index(op.f("ix_policy_versions_policy_id"), "policy_versions", ["policy_id"])
    install(
        op.get_bind(),
        [
            Guard(
                table="policy_versions",
                name="terms_stay",
                act="UPDATE",
                message="a policy version that is no longer a draft is never edited",
                when=(
                    "OLD.state <> 'draft' AND (OLD.state {differs} NEW.state OR OLD.base_minor {differs} "
                    "NEW.base_minor OR OLD.member_minor {differs} NEW.member_minor OR OLD.members_most "
                    "{differs} NEW.members_most OR OLD.limit_minor {differs} NEW.limit_minor OR OLD.valid_from "
                    "{differs} NEW.valid_from OR OLD.currency {differs} NEW.currency OR OLD.policy_id {differs}"
                    " NEW.policy_id OR OLD.number {differs} NEW.number OR (OLD.valid_to IS NOT NULL AND "
                    "OLD.valid_to {differs} NEW.valid_to))"
                ),
            )
        ],
    )


def _run_acceptances() -> None:
    table = op.create_table(
        "run_acceptances",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("accepted_by", Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["users.id"], name=op.f("fk_run_acceptances_accepted_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_run_acceptances_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_acceptances")),
    )
    op.create_index(op.f("ix_run_acceptances_accepted_by"), "run_acceptances", ["accepted_by"])
    op.create_index(op.f("ix_run_acceptances_run_id"), "run_acceptances", ["run_id"])
    install(op.get_bind(), append_only(table))


def _entitlements() -> None:
    table = op.create_table(
        "entitlements",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("month", MonthType(), nullable=False),
        sa.Column("pseudonym", sa.String(40), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("policy_version_id", Uuid(), nullable=False),
        sa.Column("amount_minor", Minor(0), nullable=False),
        sa.Column("full_minor", Minor(0), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("covered_from", sa.Date()),
        sa.Column("covered_to", sa.Date()),
        sa.Column("arrived_on", sa.Date()),
        sa.Column("left_on", sa.Date()),
        sa.Column("lines", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor <= full_minor", name=op.f("ck_entitlements_at_most_a_month")),
        sa.CheckConstraint(
            "amount_minor = 0 OR (covered_from >= arrived_on AND days > 0)", name=op.f("ck_entitlements_after_arrival")
        ),
        sa.CheckConstraint("days BETWEEN 0 AND 31", name=op.f("ck_entitlements_days_of_a_month")),
        sa.CheckConstraint(
            "left_on IS NULL OR amount_minor = 0 OR covered_to <= left_on", name=op.f("ck_entitlements_before_exit")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_entitlements_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_versions.id"],
            name=op.f("fk_entitlements_policy_version_id_policy_versions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_entitlements_programme_id_programmes"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_entitlements_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
        sa.UniqueConstraint("person_id", "purpose", "month", name=op.f("uq_entitlements_person_id_purpose_month")),
    )
    op.create_index(op.f("ix_entitlements_person_id"), "entitlements", ["person_id"])
    op.create_index(op.f("ix_entitlements_policy_version_id"), "entitlements", ["policy_version_id"])
    op.create_index("ix_entitlements_programme_id_month", "entitlements", ["programme_id", "month"])
    op.create_index("ix_entitlements_pseudonym", "entitlements", ["pseudonym"])
    op.create_index(op.f("ix_entitlements_run_id"), "entitlements", ["run_id"])
    install(
        op.get_bind(),
        [
            *append_only(
                table,
                may_change=[
                    "policy_version_id",
                    "amount_minor",
                    "full_minor",
                    "days",
                    "covered_from",
                    "covered_to",
                    "arrived_on",
                    "left_on",
                    "lines",
                    "revision",
                ],
            ),
            Guard(
                table="entitlements",
                name="sent_stays",
                act="UPDATE",
                message="an entitlement of which something was sent stays as it is",
                when=(
                    "EXISTS (SELECT 1 FROM payments sent WHERE sent.entitlement_id = OLD.id AND sent.state NOT "
                    "IN ('pending', 'cancelled'))"
                ),
            ),
            Guard(
                table="entitlements",
                name="counts_up",
                act="UPDATE",
                message="a correction of an entitlement is a revision of its own",
                when=("NEW.revision <> OLD.revision + 1"),
            ),
        ],
    )


def _holds() -> None:
    table = op.create_table(
        "holds",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("enrolment_id", Uuid(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("notice_language", sa.String(20), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=False),
        sa.Column("placed_by", Uuid(), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("released_by", Uuid()),
        sa.Column("released_at", UtcDateTime()),
        sa.Column("until", sa.Date()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known(
            "reason",
            "duplicate_suspected",
            "identity_in_doubt",
            "account_name_differs",
            "number_in_doubt",
            "not_reached",
            "death_reported",
            "person_asked",
            "court_order",
        ),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_holds_released_by_somebody")),
        sa.CheckConstraint(
            "released_at IS NULL OR released_at >= placed_at", name=op.f("ck_holds_released_after_placed")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_holds_enrolment_id_enrolments"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_holds_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["users.id"], name=op.f("fk_holds_placed_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["users.id"], name=op.f("fk_holds_released_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_enrolment_id"), "holds", ["enrolment_id"])
    op.create_index(op.f("ix_holds_person_id"), "holds", ["person_id"])
    op.create_index(op.f("ix_holds_placed_by"), "holds", ["placed_by"])
    op.create_index(op.f("ix_holds_released_by"), "holds", ["released_by"])
    op.create_index(op.f("ix_holds_review_on"), "holds", ["review_on"])
    op.create_index(
        "uq_holds_person_id_standing",
        "holds",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    install(
        op.get_bind(), append_only(table, may_change=["review_on", "released_by", "released_at", "until", "version"])
    )


def _entitlement_changes() -> None:
    table = op.create_table(
        "entitlement_changes",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("entitlement_id", Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("was_minor", Minor(0), nullable=False),
        sa.Column("becomes_minor", Minor(0), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlements.id"],
            name=op.f("fk_entitlement_changes_entitlement_id_entitlements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_entitlement_changes_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement_changes")),
        sa.UniqueConstraint("entitlement_id", "revision", name=op.f("uq_entitlement_changes_entitlement_id_revision")),
    )
    op.create_index(
        op.f("ix_entitlement_changes_entitlement_id"), "entitlement_changes", ["entitlement_id"], unique=False
    )
    op.create_index(op.f("ix_entitlement_changes_run_id"), "entitlement_changes", ["run_id"])
    install(op.get_bind(), append_only(table))


def _payments() -> None:
    table = op.create_table(
        "payments",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("entitlement_id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("end_to_end_id", sa.String(35), nullable=False),
        sa.Column("pseudonym", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("month", MonthType(), nullable=False),
        sa.Column("amount_minor", Minor(1), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("payee_id", Uuid()),
        sa.Column("payee", sa.String(32), nullable=False),
        sa.Column("reissue_of", Uuid()),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("instructed_at", UtcDateTime()),
        sa.Column("accepted_at", UtcDateTime()),
        sa.Column("failed_at", UtcDateTime()),
        sa.Column("settled_at", UtcDateTime()),
        sa.Column("confirmed_at", UtcDateTime()),
        sa.Column("returned_at", UtcDateTime()),
        sa.Column("cancelled_at", UtcDateTime()),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("provider_reference", sa.String(120), nullable=False),
        sa.Column("result_file_id", Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("channel", "cash_desk", "mobile_money_file", "bank_file", "momo_api"),
        known("state", "pending", "instructed", "accepted", "settled", "confirmed", "failed", "returned", "cancelled"),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlements.id"],
            name=op.f("fk_payments_entitlement_id_entitlements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payee_id"], ["payees.id"], name=op.f("fk_payments_payee_id_payees"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_payments_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reissue_of"], ["payments.id"], name=op.f("fk_payments_reissue_of_payments"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["result_file_id"],
            ["result_files.id"],
            name=op.f("fk_payments_result_file_id_result_files"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_payments_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_payments_end_to_end_id")),
        sa.UniqueConstraint("run_id", "attempt", "number", name=op.f("uq_payments_run_id_attempt_number")),
        sa.UniqueConstraint("run_id", "attempt", "person_id", name=op.f("uq_payments_run_id_attempt_person_id")),
    )
    op.create_index(op.f("ix_payments_entitlement_id"), "payments", ["entitlement_id"])
    op.create_index(op.f("ix_payments_payee_id"), "payments", ["payee_id"])
    op.create_index("ix_payments_person_id_month", "payments", ["person_id", "month"])
    op.create_index(op.f("ix_payments_reissue_of"), "payments", ["reissue_of"])
    op.create_index(op.f("ix_payments_result_file_id"), "payments", ["result_file_id"])
    op.create_index(
        "ix_payments_run_id_attempt_channel_state", "payments", ["run_id", "attempt", "channel", "state"], unique=False
    )
    op.create_index("ix_payments_state_id", "payments", ["state", "id"])
    op.create_index(
        "uq_payments_entitlement_id_live",
        "payments",
        ["entitlement_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('accepted', 'confirmed', 'instructed', 'pending', 'settled')"),
        postgresql_where=sa.text("state IN ('accepted', 'confirmed', 'instructed', 'pending', 'settled')"),
    )
    install(
        op.get_bind(),
        [
            *append_only(
                table,
                may_change=[
                    "state",
                    "instructed_at",
                    "accepted_at",
                    "failed_at",
                    "settled_at",
                    "confirmed_at",
                    "returned_at",
                    "cancelled_at",
                    "reason",
                    "provider_reference",
                    "result_file_id",
                ],
            ),
            Guard(
                table="payments",
                name="arrows",
                act="UPDATE",
                message="a payment moves along its arrows only",
                when=(
                    "OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ('accepted failed', "
                    "'accepted returned', 'accepted settled', 'confirmed returned', 'failed settled', "
                    "'instructed accepted', 'instructed failed', 'instructed returned', 'instructed settled', "
                    "'pending cancelled', 'pending instructed', 'settled confirmed', 'settled returned')"
                ),
            ),
        ],
    )


def _result_exceptions() -> None:
    table = op.create_table(
        "result_exceptions",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("file_id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid()),
        sa.Column("payment_id", Uuid()),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("end_to_end_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("amount_minor", Minor(0), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("provider_reference", sa.String(120), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("decision", sa.String(40)),
        sa.Column("decided_by", Uuid()),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'settled') = (decision IS NOT NULL)", name=op.f("ck_result_exceptions_settled_has_decision")
        ),
        known("decision", "nothing", "paid", "failed", "returned"),
        known(
            "kind",
            "unknown_reference",
            "duplicate_in_file",
            "amount_differs",
            "currency_differs",
            "contradiction",
            "wrong_state",
        ),
        known("state", "open", "settled"),
        known("status", "settled", "failed", "pending", "returned"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_result_exceptions_decided_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["result_files.id"],
            name=op.f("fk_result_exceptions_file_id_result_files"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_result_exceptions_payment_id_payments"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_result_exceptions_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_exceptions")),
        sa.UniqueConstraint("key", name=op.f("uq_result_exceptions_key")),
    )
    op.create_index(op.f("ix_result_exceptions_decided_by"), "result_exceptions", ["decided_by"])
    op.create_index(op.f("ix_result_exceptions_file_id"), "result_exceptions", ["file_id"])
    op.create_index(op.f("ix_result_exceptions_payment_id"), "result_exceptions", ["payment_id"])
    op.create_index(op.f("ix_result_exceptions_run_id"), "result_exceptions", ["run_id"])
    op.create_index("ix_result_exceptions_state_id", "result_exceptions", ["state", "id"])
    install(op.get_bind(), append_only(table, may_change=["state", "decision", "decided_by", "decided_at", "version"]))


def _run_lines() -> None:
    op.create_table(
        "run_lines",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("amount_minor", Minor(0), nullable=False),
        sa.Column("previous_minor", Minor(0)),
        sa.Column("channel", sa.String(40)),
        sa.Column("payee_id", Uuid()),
        sa.Column("payee_changed", sa.Boolean(), nullable=False),
        sa.Column("at_desk", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("acceptance_id", Uuid()),
        sa.Column("reissue_of", Uuid()),
        sa.Column("payment_id", Uuid()),
        known("channel", "cash_desk", "mobile_money_file", "bank_file", "momo_api"),
        sa.CheckConstraint(
            "status = 'missed' OR (amount_minor > 0 AND channel IS NOT NULL)", name=op.f("ck_run_lines_pays_something")
        ),
        known("status", "included", "held_back", "missed"),
        sa.ForeignKeyConstraint(
            ["acceptance_id"],
            ["run_acceptances.id"],
            name=op.f("fk_run_lines_acceptance_id_run_acceptances"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payee_id"], ["payees.id"], name=op.f("fk_run_lines_payee_id_payees"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_run_lines_payment_id_payments"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_run_lines_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reissue_of"], ["payments.id"], name=op.f("fk_run_lines_reissue_of_payments"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_run_lines_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_lines")),
        sa.UniqueConstraint("run_id", "person_id", name=op.f("uq_run_lines_run_id_person_id")),
    )
    op.create_index(op.f("ix_run_lines_acceptance_id"), "run_lines", ["acceptance_id"])
    op.create_index(op.f("ix_run_lines_payee_id"), "run_lines", ["payee_id"])
    op.create_index(op.f("ix_run_lines_payment_id"), "run_lines", ["payment_id"])
    op.create_index(op.f("ix_run_lines_person_id"), "run_lines", ["person_id"])
    op.create_index(op.f("ix_run_lines_reissue_of"), "run_lines", ["reissue_of"])
    op.create_index("ix_run_lines_run_id_id", "run_lines", ["run_id", "id"])
    op.create_index("ix_run_lines_run_id_status_id", "run_lines", ["run_id", "status", "id"])
    install(
        op.get_bind(),
        [
            Guard(
                table="run_lines",
                name="frozen_stays",
                act="UPDATE",
                message="a frozen line of a pay run is never edited",
                when=(
                    "EXISTS (SELECT 1 FROM pay_runs run WHERE run.id = OLD.run_id AND run.state <> 'draft') AND"
                    " (OLD.payment_id {differs} NEW.payment_id OR OLD.amount_minor {differs} NEW.amount_minor "
                    "OR OLD.person_id {differs} NEW.person_id OR OLD.run_id {differs} NEW.run_id OR OLD.channel"
                    " {differs} NEW.channel OR OLD.payee_id {differs} NEW.payee_id OR (OLD.status {differs} "
                    "NEW.status AND NEW.status <> 'held_back'))"
                ),
                only=("OLD.payment_id IS NOT NULL"),
            ),
            Guard(
                table="run_lines",
                name="frozen_no_delete",
                act="DELETE",
                message="a list of people that was frozen is never thrown away",
                when=("EXISTS (SELECT 1 FROM pay_runs run WHERE run.id = OLD.run_id AND run.state <> 'draft')"),
            ),
        ],
    )
