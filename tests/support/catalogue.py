"""Everything a database says about its own form, to compare two of them: what Alembic does not look at included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Inspector

Catalogue = dict[str, str]
_OURS = "alembic_version"


def read(connection: Connection) -> Catalogue:
    """Each column, key, constraint, index, trigger and function by name, with its definition as the database has it."""
    found = _columns(inspect(connection))
    found |= _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection)
    return found


def differences(migrated: Catalogue, declared: Catalogue) -> list[str]:
    """What the migrations make otherwise than the models, one line each."""
    lines = []
    for name in sorted(migrated.keys() | declared.keys()):
        ours, theirs = migrated.get(name, "missing"), declared.get(name, "missing")
        if ours != theirs:
            lines.append(f"{name}\n    migrations: {ours}\n    models:     {theirs}")
    return lines


def _columns(inspector: Inspector) -> Catalogue:
    found = {}
    for table in _tables(inspector):
        for column in inspector.get_columns(table):
            parts = (column["type"], f"nullable={column['nullable']}", f"default={column['default']}")
            found[f"column {table}.{column['name']}"] = " ".join(str(part) for part in parts)
    return found


def _tables(inspector: Inspector) -> list[str]:
    return [name for name in inspector.get_table_names() if name != _OURS]


def _sqlite(connection: Connection) -> Catalogue:
    inspector = inspect(connection)
    found = {}
    for table in _tables(inspector):
        key = inspector.get_pk_constraint(table)
        found[f"key {table}"] = f"{key['name']} {key['constrained_columns']}"
        for check in inspector.get_check_constraints(table):
            found[f"check {check['name']}"] = f"{table} {_plain(check['sqltext'])}"
        for unique in inspector.get_unique_constraints(table):
            found[f"unique {unique['name']}"] = f"{table} {unique['column_names']}"
        for foreign in inspector.get_foreign_keys(table):
            to = (foreign["constrained_columns"], foreign["referred_table"], foreign["referred_columns"])
            found[f"foreign key {foreign['name']}"] = f"{table} {to} {sorted(foreign['options'].items())}"
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')")
    return found | {f"{kind} {name}": _plain(sql) for kind, name, sql in rows if sql}


def _postgresql(connection: Connection) -> Catalogue:
    found = {}
    for label, query in {
        "constraint": "SELECT conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "function": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "sequence": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
    }.items():
        for name, definition in connection.exec_driver_sql(query):
            if _OURS not in name:
                found[f"{label} {name}"] = definition
    return found


def _plain(sql: str) -> str:
    """SQL without the accidents of layout, which SQLite keeps as they were typed."""
    return re.sub(r"\s+", " ", sql).strip()
