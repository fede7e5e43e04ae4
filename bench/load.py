"""Forty caseworkers at work for two minutes over a practice system of 50,000 people, on SQLite.

Run: python -m bench.load (or `make load`). The practice system is made once and kept in `.bench/`; each run works on a
copy of it. The real `receiver serve` answers; the caseworkers are simulated in this process, which does little else.
What they do and how long they think is in `caseworkers.py`. Ends with 1 when a target is missed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, Literal, LiteralString

import httpx
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from bench.caseworkers import THINKS, Answer, Caseworker, Notebook, StuckError
from receiver.kit import clock
from receiver.kit.months import Month
from tests.support.postgres import USER, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".bench"
READ_P95, WRITE_P99 = 300, 1000  # milliseconds
ENDS_WITHIN = 2.0  # seconds after SIGTERM, when nothing is under way
STARTS_WITHIN = 120.0
LINES_TOLD = 10
APART = 0.25  # seconds between two who sign in: checking a password is meant to be slow
LOCKED = ("database is locked", "database-busy")
PRACTICE = {"RECEIVER_PRACTICE": "1", "RECEIVER_LOG_FORMAT": "json"}

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
say = Console(highlight=False)


@dataclass(frozen=True)
class World:
    """A practice system: the variables that open it, and who works there."""

    environment: dict[str, str]
    accounts: list[dict[str, Any]]

    @property
    def caseworkers(self) -> list[dict[str, Any]]:
        """The accounts of caseworkers."""
        return [one for one in self.accounts if one["roles"] == ["caseworker"]]


@dataclass
class Served:
    """How the server fared."""

    ready_after: float = 0.0
    ended_after: float = 0.0
    cpu: float = 0.0
    megabytes: int = 0


@app.command()
def main(
    people: Annotated[int, typer.Option(help="How many people there are.")] = 50_000,
    users: Annotated[int, typer.Option(help="How many caseworkers are at work.")] = 40,
    seconds: Annotated[float, typer.Option(help="For how long it is measured.")] = 120.0,
    workers: Annotated[int, typer.Option(help="Web processes.")] = 1,
    database: Annotated[str, typer.Option(help="sqlite or postgresql.")] = "sqlite",
    think: Annotated[tuple[float, float], typer.Option(help="Least and most seconds between two clicks.")] = THINKS,
    read_p95: Annotated[int, typer.Option(help="Target in milliseconds.")] = READ_P95,
    write_p99: Annotated[int, typer.Option(help="Target in milliseconds.")] = WRITE_P99,
    ends_within: Annotated[float, typer.Option(help="Target in seconds after SIGTERM.")] = ENDS_WITHIN,
    folder: Annotated[Path, typer.Option(help="Where practice systems are kept.")] = KEPT,
) -> None:
    """Forty caseworkers for two minutes over 50,000 people."""
    if database not in {"sqlite", "postgresql"}:
        raise typer.BadParameter("sqlite or postgresql", param_hint="--database")
    with (
        tempfile.TemporaryDirectory(prefix="bench-load-") as scratch,
        opened(database, people, folder, Path(scratch)) as world,
    ):
        if len(world.caseworkers) < users:
            raise typer.BadParameter(f"there are {len(world.caseworkers)} caseworkers", param_hint="--users")
        log, notebook, served = Path(scratch) / "log", Notebook(), Served()
        try:
            with serving(world, workers, log, served) as origin:
                busy = asyncio.run(work(world, origin, users, seconds, think, notebook))
        finally:
            told = log.read_text(encoding="utf-8", errors="replace")
            complaints(told)
    show(notebook.answers, seconds)
    say.print(
        f"Server: {workers} process(es), ready after {served.ready_after:.1f} s, CPU {served.cpu:.0f} s in all, "
        f"peak {served.megabytes} MB, ended {served.ended_after:.1f} s after SIGTERM. "
        f"Caseworkers: {busy:.0%} of one core. Load of the machine now: {os.getloadavg()[0]:.1f}."
    )
    missed = judge(notebook.answers, told, served, read_p95, write_p99, ends_within)
    raise typer.Exit(int(missed))


@contextmanager
def opened(database: str, people: int, folder: Path, scratch: Path) -> Iterator[World]:
    """A practice system to work on: on SQLite a copy of one that is kept, on PostgreSQL a fresh one."""
    data = scratch / "data"
    if database == "sqlite":
        kept = kept_world(folder, people)
        shutil.copytree(kept, data)
        yield World({"RECEIVER_DATA_DIR": str(data)}, json.loads((kept / "summary.json").read_text())["accounts"])
        return
    scratch.chmod(0o711)  # the server runs as another user
    server = Server(scratch / "postgresql")
    server.start(in_memory=True)  # wherever it lies: so it waits for the disk, as a real one must
    try:
        _tell(server, "postgres", "CREATE DATABASE receiver")
        url = server.url("receiver").render_as_string(hide_password=False)
        environment = {"RECEIVER_DATA_DIR": str(data), "RECEIVER_DATABASE_URL": url}
        world = World(environment, seeded(environment, people)["accounts"])
        _tell(
            server, "receiver", "ANALYZE"
        )  # as a server does by itself within a minute; the one of the tests does not
        yield world
    finally:
        server.stop()


def _tell(server: Server, database: str, statement: LiteralString) -> None:
    with psycopg.connect(host=str(server.folder), user=USER, dbname=database, autocommit=True) as admin:
        admin.execute(statement)


def kept_world(folder: Path, people: int) -> Path:
    """The practice system that is kept for so many people; made anew when a month has passed or its making changed."""
    made_by = sorted([*(ROOT / "receiver" / "practice").glob("*.py"), *(ROOT / "migrations").rglob("*.py")])
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in made_by))
    mark.update(str(Month.of(clock.now().date())).encode())
    kept = folder / f"{people}-{mark.hexdigest()[:12]}"
    if not kept.exists():
        for old in folder.glob(f"{people}-*"):
            shutil.rmtree(old)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as making:
            new = Path(making) / "new"
            summary = seeded({"RECEIVER_DATA_DIR": str(new)}, people)
            (new / "summary.json").write_text(json.dumps(summary))
            new.rename(kept)
    return kept


def seeded(environment: dict[str, str], people: int) -> dict[str, Any]:
    """Make a practice system, and say how long that took and how much memory."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "receiver", "practice", "seed", "--people", str(people), "--json"]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **PRACTICE, **environment}, stdout=told)
        usage = waited_for(process)
        if process.returncode:
            raise SystemExit(process.returncode)
        told.seek(0)
        summary: dict[str, Any] = json.load(told)
    say.print(
        f"Seeded {people} people in {time.perf_counter() - began:.1f} s, CPU {usage.ru_utime + usage.ru_stime:.1f} s, "
        f"peak {usage.ru_maxrss // 1024} MB."
    )
    return summary


@contextmanager
def serving(world: World, workers: int, log: Path, served: Served) -> Iterator[str]:
    """Run `receiver serve`, and end it as an operator does."""
    port = free_port()
    words = [sys.executable, "-m", "receiver", "serve", "--port", str(port), "--workers", str(workers)]
    began = time.perf_counter()
    with log.open("wb") as told:
        environment = {**os.environ, **PRACTICE, **world.environment}
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=told, stderr=told)
        beside = None
        if "RECEIVER_DATABASE_URL" in world.environment:  # PostgreSQL, where the web does no background work
            words = [sys.executable, "-m", "receiver", "worker"]
            beside = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=told, stderr=told)
        origin = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(process, origin, log)
            served.ready_after = time.perf_counter() - began
            yield origin
        finally:
            asked = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            usage = waited_for(process)
            served.ended_after = time.perf_counter() - asked
            served.cpu, served.megabytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024
            if beside is not None:
                beside.terminate()
                beside.wait()


def waited_for(process: subprocess.Popen[bytes]) -> Any:
    """Wait for the end of a process; what it used, its own children included."""
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def wait_until_ready(process: subprocess.Popen[bytes], origin: str, log: Path) -> None:
    """Return when pages are served.

    Raises:
        SystemExit: the server ended, or takes too long.
    """
    until = time.perf_counter() + STARTS_WITHIN
    while time.perf_counter() < until:
        try:
            if httpx.get(f"{origin}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
    raise SystemExit(f"The server did not start:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def work(
    world: World,
    origin: str,
    users: int,
    seconds: float,
    think: tuple[float, float],
    notebook: Notebook,
) -> float:
    """Let everybody sign in and begin, then take the time; the share of one core that they took themselves."""
    at_work = [
        Caseworker(origin, one["email"], one["password"], Random(one["email"]), notebook, think)
        for one in spread(world.caseworkers)[:users]
    ]
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for one in at_work:
            try:
                await one.arrive()
            except StuckError as error:
                raise SystemExit(f"{one.email} cannot sign in: {error}") from None
            group.create_task(one.work(over.is_set))
            await asyncio.sleep(min(APART, think[1]))
        notebook.open, cpu, began = True, time.process_time(), time.perf_counter()
        await asyncio.sleep(seconds)
        notebook.open = False
        share = (time.process_time() - cpu) / (time.perf_counter() - began)
        over.set()
    return share


def spread(accounts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The accounts, those of each office in turn, so that also a few are of several offices."""
    by_office: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in accounts:
        by_office[one["office"]].append(one)
    most = max(map(len, by_office.values()), default=0)
    return [some[place] for place in range(most) for some in by_office.values() if place < len(some)]


def complaints(log: str) -> None:
    """What the server complained of; the first lines of it."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    for line in [one for one in lines if one.get("level") not in {"debug", "info"}][:LINES_TOLD]:
        say.print("  " + json.dumps(line, ensure_ascii=False), style="yellow", markup=False)


def percentile(seconds: Sequence[float], share: float) -> float:
    """The least time that this share of answers took at most, in milliseconds (nearest rank)."""
    return sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)] * 1000 if seconds else 0.0


def show(answers: Sequence[Answer], seconds: float) -> None:
    """A line for each kind of click, and one for all reads and all writes."""
    table = Table(title=f"{len(answers)} requests in {seconds:.0f} s ({len(answers) / seconds:.1f} a second)")
    for name in ("What", "Count", "p50", "p95", "p99", "Most (ms)", "Failed"):
        table.add_column(name, justify="left" if name == "What" else "right")
    groups: dict[tuple[bool, str], list[Answer]] = defaultdict(list)
    for one in answers:
        groups[one.writes, one.kind].append(one)
    for writes in (False, True):
        for (_writes, kind), some in sorted(item for item in groups.items() if item[0][0] is writes):
            table.add_row(*_line(f"{'POST' if writes else 'GET'} {kind}", some))
        table.add_section()
        table.add_row(*_line("All writes" if writes else "All reads", of(answers, writes)), style="bold")
        table.add_section()
    say.print(table)


def _line(what: str, some: Sequence[Answer]) -> list[str]:
    took = [one.seconds for one in some]
    times = [f"{percentile(took, share):.0f}" for share in (0.5, 0.95, 0.99, 1.0)]
    return [what, str(len(some)), *times, str(sum(bool(one.fault) for one in some))]


def of(answers: Sequence[Answer], writes: Literal[True, False]) -> list[Answer]:
    """The answers to reads, or to writes."""
    return [one for one in answers if one.writes is writes]


def judge(
    answers: Sequence[Answer], log: str, served: Served, read_p95: int, write_p99: int, ends_within: float
) -> bool:
    """Say of each target whether it is met; whether one is missed."""
    reads, writes = ([one.seconds for one in of(answers, kind)] for kind in (False, True))
    faults = Counter(one.fault for one in answers if one.fault)
    locked = sum(line.count(words) for line in log.splitlines() for words in LOCKED)
    met = {
        f"read p95 {percentile(reads, 0.95):.0f} ms, at most {read_p95}": bool(reads)
        and percentile(reads, 0.95) <= read_p95,
        f"write p99 {percentile(writes, 0.99):.0f} ms, at most {write_p99}": bool(writes)
        and percentile(writes, 0.99) <= write_p99,
        f"{faults.total()} answers other than what a person waits for": not faults,
        f"{locked} times “database is locked” in the log": not locked,
        f"ended {served.ended_after:.1f} s after SIGTERM, at most {ends_within:.0f}": served.ended_after <= ends_within,
    }
    for fault, count in faults.most_common(10):
        say.print(f"  {count}x {fault}", style="red", markup=False)
    for words, good in met.items():
        say.print(f"{'met   ' if good else 'MISSED'} {words}", style="green" if good else "red")
    return not all(met.values())


if __name__ == "__main__":
    app()
