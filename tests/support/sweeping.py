"""A PostgreSQL database brought back to what migrations left, which is four times as fast as a new one.

Making one copies a thousand files, and throwing one away makes the server write down everything it holds. Tests put in
few rows, so those are deleted. A test that changed tables, functions or triggers is noticed by the server's own
catalogues, and its database is thrown away.
"""

from __future__ import annotations

from time import sleep
from typing import Any

import psycopg
from psycopg import sql

_SHAPE = """
select (select count(*) from pg_namespace),
    (select sum(hashtext(oid::text || xmin::text)) from pg_class where relnamespace = 'public'::regnamespace),
    (select sum(hashtext(attrelid::text || attnum::text || a.xmin::text)) from pg_attribute a join pg_class c
        on c.oid = attrelid where relnamespace = 'public'::regnamespace),
    (select sum(hashtext(t.oid::text || t.xmin::text)) from pg_trigger t),
    (select sum(hashtext(oid::text || xmin::text)) from pg_constraint where connamespace = 'public'::regnamespace),
    (select sum(hashtext(oid::text || xmin::text)) from pg_proc where pronamespace = 'public'::regnamespace),
    (select count(*) from pg_db_role_setting)
"""
"""Every change of a row of a catalogue gives it another transaction's number, also one that was taken back later."""

_TOUCHED = """
select relname from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0 order by 1
"""
"""Tables that have ever had a row: fewer than all, and asking whether they have one now would cost as much."""

_NUMBERS = "select schemaname, sequencename, start_value, last_value from pg_sequences"
_OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


class Sweeper:
    """Knows what a database was like before the first test, and stays connected to it to put that back."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.shape = self._one(_SHAPE)
        self.numbers = self._numbers()
        self.filled = {table: self._rows(table) for table in self._touched()}
        connection.commit()

    def sweep(self, *, idle: int = 0) -> bool:
        """Whether the database is as it was, with `idle` connections kept; if not, it is of no use any more."""
        try:
            if not self._alone(idle) or self._one(_SHAPE) != self.shape:
                return False
            self._put_rows_back()
            self._put_numbers_back()
            self.connection.commit()
        except psycopg.Error:  # a test cut every connection
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def _put_rows_back(self) -> None:
        self.connection.execute("set session_replication_role = replica")  # no trigger fires, no reference is asked
        for table in self._touched():
            self.connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
        with self.connection.cursor() as cursor:
            for table, rows in self.filled.items():
                with cursor.copy(sql.SQL("copy {} from stdin").format(sql.Identifier(table))) as copied:
                    for row in rows:
                        copied.write(row)

    def _put_numbers_back(self) -> None:
        before = {(schema, name): last for schema, name, _, last in self.numbers}
        for schema, name, start, _ in self._numbers() - self.numbers:
            last = before[schema, name]
            place = sql.Identifier(schema, name).as_string(self.connection)
            given = [place, start if last is None else last, last is not None]
            self.connection.execute("select setval(%s, %s, %s)", given)

    def _alone(self, idle: int) -> bool:
        """Whether only those who wait are connected; a connection that was closed may take a moment to go."""
        for _ in range(40):
            if self._one(_OTHERS) == (idle,):
                return True
            self.connection.commit()  # within a transaction the answer stays the same
            sleep(0.003)
        return False

    def _one(self, statement: str) -> Any:
        return self.connection.execute(statement).fetchone()

    def _touched(self) -> list[str]:
        return [name for (name,) in self.connection.execute(_TOUCHED)]

    def _numbers(self) -> frozenset[tuple[Any, ...]]:
        return frozenset(self.connection.execute(_NUMBERS).fetchall())

    def _rows(self, table: str) -> list[bytes]:
        with (
            self.connection.cursor() as cursor,
            cursor.copy(sql.SQL("copy {} to stdout").format(sql.Identifier(table))) as copied,
        ):
            return [bytes(each) for each in copied]
