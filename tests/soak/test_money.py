"""The invariants of the money after any sequence of acts, on both databases: the short form, and the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from receiver.vault import Vault
from tests.soak.machine import Money

if TYPE_CHECKING:
    from pathlib import Path

    from receiver.db.engine import Database
    from tests.support.databases import Databases, Kind

UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def machine(databases: Databases, kind: Kind, keys: Path) -> type[Money]:
    """The machine over fresh databases of this kind, one for each example."""

    def new() -> Database:
        made = databases.migrated(kind)
        made.info["vault"] = Vault.load(keys)
        return made

    return type("OnThisDatabase", (Money,), {"new_database": staticmethod(new), "drop": staticmethod(databases.drop)})


def test_no_sequence_of_acts_breaks_a_promise(databases: Databases, kind: Kind, keys: Path) -> None:
    short = settings(max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=UNHURRIED)
    run_state_machine_as_test(machine(databases, kind, keys), settings=short)


@pytest.mark.slow
def test_no_long_sequence_of_acts_breaks_a_promise(databases: Databases, kind: Kind, keys: Path) -> None:
    long = settings(max_examples=200, stateful_step_count=30, deadline=None, suppress_health_check=UNHURRIED)
    run_state_machine_as_test(machine(databases, kind, keys), settings=long)
