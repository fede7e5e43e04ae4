"""Rules that the database itself keeps, the same on both: rows that stay as written, words a column may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import CheckConstraint, Connection, FromClause, Table, column, event

from receiver.db.types import is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TEXT_END = "''"


@dataclass(frozen=True)
class Guard:
    """A trigger that refuses to `act` on a row of `table`, always or `when` a condition on OLD and NEW holds.

    `when` is SQL that both databases read alike, except `{differs}` for their words for "is distinct from". `only` is
    a plain condition in front of a `when` that looks at other rows: it spares most rows the looking. A refused
    statement raises IntegrityError with `message`.
    """

    table: str
    name: str
    act: Literal["INSERT", "UPDATE", "DELETE"]
    message: str
    when: str = ""
    only: str = ""

    @property
    def trigger(self) -> str:
        """Its name in the database."""
        return f"tr_{self.table}_{self.name}"

    def statements(self, dialect: str) -> list[str]:
        """The SQL that creates it."""
        message = self.message.replace("'", _TEXT_END)
        differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
        condition, only = self.when.format(differs=differs), self.only.format(differs=differs)
        if dialect == "sqlite":
            both = " AND ".join(f"({part})" for part in (only, condition) if part)
            when = f" WHEN {both}" if both else ""
            body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            return [f"CREATE TRIGGER {self.trigger} BEFORE {self.act} ON {self.table}{when} {body}"]
        # WHEN is far cheaper than calling a function for each row, but cannot hold a sub-select.
        inside = "SELECT" in condition.upper()
        both = " AND ".join(f"({part})" for part in (only, "" if inside else condition) if part)
        when = f" WHEN ({both})" if both else ""
        body = (
            f"BEGIN IF {condition if inside else 'true'} THEN RAISE EXCEPTION USING MESSAGE = '{message}', "
            f"ERRCODE = 'restrict_violation'; END IF; RETURN {'OLD' if self.act == 'DELETE' else 'NEW'}; END"
        )
        fire = f"BEFORE {self.act} ON {self.table} FOR EACH ROW{when} EXECUTE FUNCTION {self.trigger}()"
        return [
            f"CREATE FUNCTION {self.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE TRIGGER {self.trigger} {fire}",
        ]

    def drop_statements(self, dialect: str) -> list[str]:
        """The SQL that removes it."""
        if dialect == "sqlite":
            return [f"DROP TRIGGER {self.trigger}"]
        return [f"DROP TRIGGER {self.trigger} ON {self.table}", f"DROP FUNCTION {self.trigger}()"]


def append_only(table: FromClause, *, may_change: Iterable[str] = ()) -> list[Guard]:
    """The guards of a table whose rows are never deleted, and never changed but for the columns in `may_change`.

    Raises:
        ValueError: `may_change` names a column that the table has not.
    """
    table = cast("Table", table)  # what `Model.__table__` is, though its type says less
    free = frozenset(may_change)
    if unknown := free - set(table.columns.keys()):
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}")
    stays = f"rows of {table.name} stay as written"
    frozen = [name for name in table.columns.keys() if name not in free]  # noqa: SIM118 - a column collection
    quoted = [f'"{name}"' for name in frozen]
    changed = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in quoted) if free else ""
    return [
        Guard(table.name, "no_update", "UPDATE", stays, changed),
        Guard(table.name, "no_delete", "DELETE", stays),
    ]


def keep(table: FromClause, guards: Sequence[Guard]) -> None:
    """Put guards on a table of the models: `keep(Entry.__table__, append_only(Entry.__table__))`."""
    table = cast("Table", table)

    def create(_table: Table, connection: Connection, **_kw: object) -> None:
        install(connection, guards)

    event.listen(table, "after_create", create)
    table.info.setdefault("guards", []).extend(guards)


def install(connection: Connection, guards: Sequence[Guard]) -> None:
    """Create guards in a migration: `install(op.get_bind(), append_only(op.create_table(...)))`.

    After `op.batch_alter_table` install them again: SQLite builds the table anew and forgets its triggers.
    """
    for guard in guards:
        for statement in guard.statements(connection.dialect.name):
            connection.exec_driver_sql(statement)


def known(name: str, *values: str) -> CheckConstraint:
    """The CHECK that `Choice` puts on a column, for migrations, which write the words out."""
    return CheckConstraint(is_one_of(column(name), *values), name=f"{name}_known")
