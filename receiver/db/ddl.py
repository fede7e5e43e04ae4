"""Rules that the database itself keeps, the same on both: rows that stay as written, words a column may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import CheckConstraint, Connection, FromClause, Table, column, event

from receiver.db.types import is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_KEPT: dict[Table, list[Guard]] = {}


@dataclass(frozen=True)
class Guard:
    """A trigger that refuses to `act` on a row of `table`, always or `when` a condition on OLD and NEW holds.

    `when` is SQL that both databases read alike, except `{differs}` for their words for "is distinct from". `only` is
    a plain condition in front of a `when` that looks at other rows: it spares most rows the looking. A refused
    statement raises IntegrityError with `message`. TRUNCATE exists on PostgreSQL only.
    """

    table: str
    name: str
    act: Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]
    message: str
    when: str = ""
    only: str = ""

    @property
    def trigger(self) -> str:
        """Its name in the database."""
        return f"tr_{self.table}_{self.name}"

    def statements(self, dialect: str) -> list[str]:
        """The SQL that creates it, or creates it anew."""
        differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
        condition, only = self.when.format(differs=differs), self.only.format(differs=differs)
        message = self.message.replace("'", "''")
        if dialect == "sqlite":
            return self._for_sqlite(message, condition, only)
        return self._for_postgresql(message, condition, only)

    def _for_sqlite(self, message: str, condition: str, only: str) -> list[str]:
        if self.act == "TRUNCATE":
            return []
        fire = f"BEFORE {self.act} ON {self.table}{_when(only, condition)}"
        body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        return [f"DROP TRIGGER IF EXISTS {self.trigger}", f"CREATE TRIGGER {self.trigger} {fire} {body}"]

    def _for_postgresql(self, message: str, condition: str, only: str) -> list[str]:
        # WHEN is far cheaper than calling a function for each row, but cannot hold a sub-select.
        inside = "SELECT" in condition.upper()
        each = "STATEMENT" if self.act == "TRUNCATE" else "ROW"
        row = "NEW" if self.act in {"INSERT", "UPDATE"} else "OLD"
        refuse = f"RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'restrict_violation'"
        body = f"BEGIN IF {condition if inside else 'true'} THEN {refuse}; END IF; RETURN {row}; END"
        when = _when(only, "" if inside else condition)
        fire = f"BEFORE {self.act} ON {self.table} FOR EACH {each}{when} EXECUTE FUNCTION {self.trigger}()"
        return [
            f"CREATE OR REPLACE FUNCTION {self.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE OR REPLACE TRIGGER {self.trigger} {fire}",
        ]


def _when(*conditions: str) -> str:
    """The clause that holds a trigger back until all conditions hold."""
    given = " AND ".join(f"({condition})" for condition in conditions if condition)
    return f" WHEN ({given})" if given else ""


def append_only(table: FromClause, *, may_change: Iterable[str] = ()) -> list[Guard]:
    """The guards of a table whose rows are never deleted, and never changed but for the columns in `may_change`.

    Raises:
        ValueError: `may_change` names a column that the table has not.
    """
    table = cast("Table", table)  # what `Model.__table__` is, though its type says less
    free = frozenset(may_change)
    names = [column.name for column in table.columns]
    if unknown := free.difference(names):
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}")
    stays = f"rows of {table.name} stay as written"
    frozen = [f'"{name}"' for name in names if name not in free]
    changed = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in frozen) if free else ""
    return [
        Guard(table.name, "no_update", "UPDATE", stays, changed),
        Guard(table.name, "no_delete", "DELETE", stays),
        Guard(table.name, "no_truncate", "TRUNCATE", stays),
    ]


def keep(table: FromClause, guards: Sequence[Guard]) -> None:
    """Put guards on a table of the models: `keep(Entry.__table__, append_only(Entry.__table__))`."""
    table = cast("Table", table)

    def create(_table: Table, connection: Connection, **_kw: object) -> None:
        install(connection, guards)

    event.listen(table, "after_create", create)
    _KEPT.setdefault(table, []).extend(guards)


def guards_of(table: Table) -> list[Guard]:
    """The guards that `keep` has put on a table of the models."""
    return list(_KEPT.get(table, []))


def install(connection: Connection, guards: Sequence[Guard]) -> None:
    """Create guards in a migration: `install(op.get_bind(), append_only(op.create_table(...)))`.

    After `op.batch_alter_table` install them again: SQLite builds the table anew and forgets its triggers.
    """
    for guard in guards:
        for statement in guard.statements(connection.dialect.name):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})  # a % is only a %


def known(name: str, *values: str) -> CheckConstraint:
    """The CHECK that `Choice` puts on a column, for migrations, which write the words out."""
    return CheckConstraint(is_one_of(column(name), *values), name=f"{name}_known")
