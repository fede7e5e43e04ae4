"""People, households, contacts, documents, batches, manifests and possible duplicates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import known
from receiver.db.types import Json, UtcDateTime, Uuid

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one table after another
    """Create the tables."""
    op.create_table(
        "batches",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("slug", sa.String(20), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("office_id", Uuid(), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("arrives_time", sa.Time(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("announced", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("carrier", sa.String(100), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("state", "announced", "arrived", "received"),
        sa.CheckConstraint("announced IS NULL OR announced > 0", name=op.f("ck_batches_announced_above_zero")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_batches_office_id_offices"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_batches_programme_id_programmes"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("slug", name=op.f("uq_batches_slug")),
    )
    op.create_index(op.f("ix_batches_arrives_on"), "batches", ["arrives_on"], unique=False)
    op.create_index(op.f("ix_batches_office_id"), "batches", ["office_id"], unique=False)
    op.create_index(op.f("ix_batches_programme_id"), "batches", ["programme_id"], unique=False)
    op.create_index(op.f("ix_batches_state"), "batches", ["state"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("office_id", Uuid(), nullable=False),
        sa.Column("full_name", sa.String(200), nullable=False),
        sa.Column("name_latin", sa.String(200), nullable=False),
        sa.Column("name_on_document", sa.String(200), nullable=False),
        sa.Column("other_names", sa.String(400), nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("father_name", sa.String(100), nullable=False),
        sa.Column("grandfather_name", sa.String(100), nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("sex", sa.String(40), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birth_month", sa.SmallInteger(), nullable=True),
        sa.Column("birth_day", sa.SmallInteger(), nullable=True),
        sa.Column("birth_precision", sa.String(40), nullable=False),
        sa.Column("nationality", sa.String(3), nullable=True),
        sa.Column("languages", Json, nullable=False),
        sa.Column("interpreter_needed", sa.Boolean(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_kind", sa.String(40), nullable=True),
        sa.Column("needs", sa.LargeBinary(), nullable=True),
        sa.Column("remark", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("birth_precision", "day", "month", "year", "estimated", "unknown"),
        known("left_kind", "left", "died"),
        known("sex", "f", "m", "o", "u"),
        sa.CheckConstraint("(left_on IS NULL) = (left_kind IS NULL)", name=op.f("ck_people_left_kind_given")),
        sa.CheckConstraint("birth_day IS NULL OR birth_day BETWEEN 1 AND 31", name=op.f("ck_people_birth_day_real")),
        sa.CheckConstraint(
            "birth_month IS NULL OR birth_month BETWEEN 1 AND 12", name=op.f("ck_people_birth_month_real")
        ),
        sa.CheckConstraint(
            "left_on IS NULL OR arrived_on IS NULL OR left_on >= arrived_on", name=op.f("ck_people_left_after_arrival")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_people_office_id_offices"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("reference", name=op.f("uq_people_reference")),
    )
    op.create_index(op.f("ix_people_arrived_on"), "people", ["arrived_on"], unique=False)
    op.create_index(op.f("ix_people_office_id"), "people", ["office_id"], unique=False)
    op.create_index("ix_people_full_name_id", "people", ["full_name", "id"])
    op.create_index("ix_people_office_id_full_name_id", "people", ["office_id", "full_name", "id"], unique=False)
    op.create_table(
        "arrivals",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("batch_id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("room", sa.String(60), nullable=False),
        sa.Column("meets_id", Uuid(), nullable=True),
        sa.Column("caseworker_id", Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("state", "expected", "met", "not_arrived", "hospital", "other"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_arrivals_batch_id_batches"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["caseworker_id"], ["users.id"], name=op.f("fk_arrivals_caseworker_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meets_id"], ["users.id"], name=op.f("fk_arrivals_meets_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_arrivals_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_batch_id"), "arrivals", ["batch_id"], unique=False)
    op.create_index(op.f("ix_arrivals_caseworker_id"), "arrivals", ["caseworker_id"], unique=False)
    op.create_index(op.f("ix_arrivals_meets_id"), "arrivals", ["meets_id"], unique=False)
    op.create_index(op.f("ix_arrivals_person_id"), "arrivals", ["person_id"], unique=False)
    op.create_index("uq_arrivals_batch_id_person_id", "arrivals", ["batch_id", "person_id"], unique=True)
    op.create_table(
        "contact_ways",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("safe_to_call", sa.Boolean(), nullable=False),
        sa.Column("safe_to_text", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("kind", "phone", "email", "address", "relative"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_contact_ways_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_ways")),
    )
    op.create_index(op.f("ix_contact_ways_blind"), "contact_ways", ["blind"], unique=False)
    op.create_index(op.f("ix_contact_ways_person_id"), "contact_ways", ["person_id"], unique=False)
    op.create_table(
        "households",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("collector_id", Uuid(), nullable=True),
        sa.Column("alternate_id", Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alternate_id"], ["people.id"], name=op.f("fk_households_alternate_id_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["people.id"], name=op.f("fk_households_collector_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("reference", name=op.f("uq_households_reference")),
    )
    op.create_index(op.f("ix_households_alternate_id"), "households", ["alternate_id"], unique=False)
    op.create_index(op.f("ix_households_collector_id"), "households", ["collector_id"], unique=False)
    op.create_table(
        "identity_documents",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("tail", sa.String(3), nullable=False),
        sa.Column("country", sa.String(3), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known(
            "kind",
            "passport",
            "national_id",
            "refugee_id",
            "proof_of_registration",
            "residence_permit",
            "birth_certificate",
            "travel_document",
            "sending_number",
            "other",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_identity_documents_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_documents")),
    )
    op.create_index(op.f("ix_identity_documents_blind"), "identity_documents", ["blind"], unique=False)
    op.create_index(op.f("ix_identity_documents_expires_on"), "identity_documents", ["expires_on"], unique=False)
    op.create_index(op.f("ix_identity_documents_person_id"), "identity_documents", ["person_id"], unique=False)
    op.create_table(
        "manifest_imports",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("office_id", Uuid(), nullable=False),
        sa.Column("batch_id", Uuid(), nullable=True),
        sa.Column("uploaded_by", Uuid(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("columns", Json, nullable=False),
        sa.Column("date_order", sa.String(3), server_default=sa.text("'dmy'"), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("state", "uploaded", "checked", "in_review", "merged", "refused"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_manifest_imports_batch_id_batches"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_manifest_imports_office_id_offices"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_manifest_imports_programme_id_programmes"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["users.id"], name=op.f("fk_manifest_imports_uploaded_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_imports")),
        sa.UniqueConstraint("reference", name=op.f("uq_manifest_imports_reference")),
    )
    op.create_index(op.f("ix_manifest_imports_batch_id"), "manifest_imports", ["batch_id"], unique=False)
    op.create_index(op.f("ix_manifest_imports_fingerprint"), "manifest_imports", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_manifest_imports_office_id"), "manifest_imports", ["office_id"], unique=False)
    op.create_index(op.f("ix_manifest_imports_programme_id"), "manifest_imports", ["programme_id"], unique=False)
    op.create_index(op.f("ix_manifest_imports_state"), "manifest_imports", ["state"], unique=False)
    op.create_index(op.f("ix_manifest_imports_uploaded_by"), "manifest_imports", ["uploaded_by"], unique=False)
    op.create_table(
        "name_keys",
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("key", sa.String(60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_name_keys_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_name_keys")),
    )
    op.create_index("ix_name_keys_key_person_id", "name_keys", ["key", "person_id"], unique=False)
    op.create_table(
        "possible_duplicates",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("a_id", Uuid(), nullable=False),
        sa.Column("b_id", Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("raised_by", Uuid(), nullable=True),
        sa.Column("decided_by", Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("state", "open", "same", "different"),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_possible_duplicates_ordered")),
        sa.ForeignKeyConstraint(
            ["a_id"], ["people.id"], name=op.f("fk_possible_duplicates_a_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["b_id"], ["people.id"], name=op.f("fk_possible_duplicates_b_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_possible_duplicates_decided_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["raised_by"], ["users.id"], name=op.f("fk_possible_duplicates_raised_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicates")),
    )
    op.create_index(op.f("ix_possible_duplicates_a_id"), "possible_duplicates", ["a_id"], unique=False)
    op.create_index(op.f("ix_possible_duplicates_b_id"), "possible_duplicates", ["b_id"], unique=False)
    op.create_index(op.f("ix_possible_duplicates_decided_by"), "possible_duplicates", ["decided_by"], unique=False)
    op.create_index(op.f("ix_possible_duplicates_raised_by"), "possible_duplicates", ["raised_by"], unique=False)
    op.create_index(op.f("ix_possible_duplicates_state"), "possible_duplicates", ["state"], unique=False)
    op.create_index("uq_possible_duplicates_a_id_b_id", "possible_duplicates", ["a_id", "b_id"], unique=True)
    op.create_table(
        "household_members",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("household_id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("relationship", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        known(
            "relationship",
            "head",
            "spouse",
            "child",
            "parent",
            "sibling",
            "grandparent",
            "grandchild",
            "relative",
            "other",
        ),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_household_members_until_after_since")),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["households.id"],
            name=op.f("fk_household_members_household_id_households"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_household_members_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_members")),
    )
    op.create_index(op.f("ix_household_members_household_id"), "household_members", ["household_id"], unique=False)
    op.create_index(op.f("ix_household_members_person_id"), "household_members", ["person_id"], unique=False)
    op.create_index(
        "uq_household_members_person_id_now",
        "household_members",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "manifest_rows",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("import_id", Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.Column("candidates", Json, nullable=False),
        sa.Column("decision", sa.String(40), nullable=True),
        sa.Column("same_as", Uuid(), nullable=True),
        sa.Column("decided_by", Uuid(), nullable=True),
        sa.Column("person_id", Uuid(), nullable=True),
        known("decision", "same", "other", "later"),
        known("verdict", "new", "match", "decide", "wrong", "ignored"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_manifest_rows_decided_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["manifest_imports.id"],
            name=op.f("fk_manifest_rows_import_id_manifest_imports"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_manifest_rows_person_id_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["same_as"], ["people.id"], name=op.f("fk_manifest_rows_same_as_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_rows")),
    )
    op.create_index(op.f("ix_manifest_rows_decided_by"), "manifest_rows", ["decided_by"], unique=False)
    op.create_index(op.f("ix_manifest_rows_import_id"), "manifest_rows", ["import_id"], unique=False)
    op.create_index(
        "ix_manifest_rows_import_id_verdict_number", "manifest_rows", ["import_id", "verdict", "number"], unique=False
    )
    op.create_index(op.f("ix_manifest_rows_person_id"), "manifest_rows", ["person_id"], unique=False)
    op.create_index(op.f("ix_manifest_rows_same_as"), "manifest_rows", ["same_as"], unique=False)
    op.create_index("uq_manifest_rows_import_id_number", "manifest_rows", ["import_id", "number"], unique=True)
