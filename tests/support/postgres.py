"""One PostgreSQL server for a run of the tests: the system's own programs, in a folder of the run, on a unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

from tests.support.system import postgres_bin

if TYPE_CHECKING:
    from pathlib import Path

USER = "postgres"
_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "300",
    "autovacuum": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
}


def missing() -> str | None:
    """Why there is no server here, or None."""
    if postgres_bin() is None:
        return "PostgreSQL is not installed (/usr/lib/postgresql/*/bin/initdb)"
    if os.geteuid() == 0 and USER not in {user.pw_name for user in pwd.getpwall()}:
        return f"PostgreSQL does not run as root, and there is no user {USER}"
    return None


class Server:
    """A server whose data and socket lie in `folder`; several processes may hold this object, one starts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def running(self) -> bool:
        """Whether it has been started and not stopped."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def url(self, name: str) -> URL:
        """The address of one of its databases."""
        return URL.create("postgresql+psycopg", username=USER, database=name, query={"host": str(self.folder)})

    @property
    def careful(self) -> bool:
        """Whether it waits for the disk, as a real one must."""
        return (self.folder / "careful").exists()

    def start(self, *, in_memory: bool) -> None:
        """Make a new, empty server and start it.

        On a file system in memory fsync costs nothing and stays on; elsewhere it is off, which `Database.findings`
        rightly reports.
        """
        self.folder.mkdir(mode=0o755)
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, USER, USER)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = _OPTIONS | {"unix_socket_directories": str(self.folder), "fsync": "on" if in_memory else "off"}
        if in_memory:
            (self.folder / "careful").touch()
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", words, "start")

    def stop(self) -> None:
        """Stop it at once; its data are thrown away."""
        if self.running:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *words: str) -> None:
        found = postgres_bin()
        assert found is not None
        as_user: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
        # Not a pipe: the server would inherit it, and reading to its end would wait for the server's.
        with tempfile.TemporaryFile() as told:
            done = subprocess.run(
                [str(found / program), *words], cwd="/", stdout=told, stderr=told, check=False, **as_user
            )
            told.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program}: {told.read().decode(errors='replace')}")
