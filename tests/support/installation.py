"""A real installation for journeys: made as `receiver init` makes it, and served by a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from http.client import HTTPConnection
from typing import TYPE_CHECKING

from receiver.access import SYSTEM, Role
from receiver.accounts import actions as accounts
from receiver.accounts import passwords
from receiver.kit.money import Money
from receiver.ledger.actions import receive_funds
from receiver.partners.actions import Terms, add_programme
from receiver.settings import Settings, variable
from receiver.stipends import actions as stipends
from receiver.stipends.actions import PolicyTerms
from receiver.worker import create_system
from tests.factories.accounts import acting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from receiver.accounts.models import User
    from receiver.db.engine import WriteSession
    from receiver.kit.months import Month

PASSWORD = "four quiet boats on the lake"
FUNDED, BASE = 50_000_000, 60_000
STAFF = {
    "reception": ("Solange Reception", Role.RECEPTION_OFFICER),
    "supervisor": ("Odette Supervisor", Role.SUPERVISOR),
    "caseworker": ("Amina Caseworker", Role.CASEWORKER),
    "finance": ("Aline Finance", Role.FINANCE_OFFICER),
    "releaser": ("Bosco Finance", Role.FINANCE_OFFICER),
    "approver": ("Claire Approver", Role.APPROVER),
}
"""Who works there, by the first part of their e-mail."""
IN_AN_OFFICE = ("reception", "supervisor", "caseworker")
READY_WITHIN = 60


@dataclass(frozen=True)
class Installation:
    """Where it lies and where it answers."""

    settings: Settings

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which its commands run: settings of the machine do not count."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("RECEIVER_")}
        chosen = ("data_dir", "port", "log_format", "log_level")
        return {**own, **{variable(name): str(getattr(self.settings, name)) for name in chosen}, "PYTHONUTF8": "1"}

    @property
    def said(self) -> Path:
        """What the server has written to its log."""
        return self.settings.data_dir / "server.log"

    def complaints(self) -> list[dict[str, object]]:
        """Warnings and faults in that log; that a write took long says something of the machine only."""
        told = [json.loads(line) for line in self.said.read_text().splitlines()]
        return [one for one in told if one["event"] != "database.slow_write"]

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it, background work included, as `receiver serve` does; gives its address."""
        command = [sys.executable, "-m", "receiver", "serve"]
        with (
            self.said.open("wb") as log,
            subprocess.Popen(command, env=self.environment, stdout=log, stderr=log) as one,
        ):
            try:
                self._wait(one)
                yield self.settings.base_url
            finally:
                one.terminate()
                one.wait(timeout=20)

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            assert server.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, f"not ready: {self.said.read_text()}"
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.settings.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def install(folder: Path, programme: str, since: Month) -> Installation:
    """An installation with an office, its staff, and a programme that has money and a policy, but nobody in it."""
    made = Installation(Settings(data_dir=folder, port=_free_port(), log_format="json", log_level="warning"))
    system = create_system(made.settings)
    with system.database.write() as session:
        staff = _hire(session)
        agreed = Terms(name="Lake arrangement", starts_on=since.first, bank_account="BNR-1", sending_country="GBR")
        added = add_programme(session, SYSTEM, code=programme, currency="RWF", terms=agreed)
        money, first = Money(FUNDED, "RWF"), date(since.year, since.month, 1)
        receive_funds(session, SYSTEM, programme, reference="First instalment", amount=money, received_on=first)
        terms = PolicyTerms(valid_from=since, base=Money(BASE, "RWF"))
        finance, approver = (acting(session, staff[name]) for name in ("finance", "approver"))
        drafted = stipends.draft_policy(
            session, finance, programme_id=added.id, code="BASE", name="Monthly support", terms=terms
        )
        stipends.approve_version(session, approver, drafted)
    system.close()
    return made


def _hire(session: WriteSession) -> dict[str, User]:
    actor = replace(SYSTEM, channel="cli", os_user="tests")
    office = accounts.add_office(session, actor, code="KGL", name="Kigali")
    password_hash = passwords.hash_password(PASSWORD)
    return {
        short: accounts.add_user(
            session,
            actor,
            email=f"{short}@example.org",
            name=name,
            roles=[role],
            offices=[office.id] if short in IN_AN_OFFICE else [],
            password_hash=password_hash,
        )
        for short, (name, role) in STAFF.items()
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
