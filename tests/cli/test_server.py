"""Several web processes: one that ended is replaced, and all end when they are told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from receiver.cli import server
from receiver.settings import Settings, variable

ROOT = Path(__file__).parents[2]


class Watched:
    """A web process as its supervisor sees it."""

    started = 0

    def __init__(self, *_arguments: Any, alive: bool = True, code: int | None = None) -> None:
        self.process = SimpleNamespace(is_alive=lambda: alive)
        self.exitcode, self.joined = code, False

    def start(self) -> None:
        Watched.started += 1

    def join(self) -> None:
        self.joined = True


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> server.Supervisor:
    monkeypatch.setattr(server, "Process", Watched)
    monkeypatch.setattr(signal, "signal", lambda *_each: None)
    monkeypatch.setattr(Watched, "started", 0)
    return server.Supervisor(uvicorn.Config("receiver.app:create_app", workers=2), [])


def test_a_process_that_ended_is_replaced_and_one_that_is_slow_is_not(supervisor):
    slow, ended = Watched(), Watched(alive=False, code=-9)
    supervisor.processes = [slow, ended]
    supervisor.keep_subprocess_alive()
    assert supervisor.processes[0] is slow
    assert supervisor.processes[1] is not ended
    assert (ended.joined, Watched.started) == (True, 1)
    assert not supervisor.should_exit.is_set()


def test_where_one_cannot_begin_all_end(supervisor):
    failed = Watched(alive=False, code=STARTUP_FAILURE)
    supervisor.processes = [failed, Watched(alive=False, code=STARTUP_FAILURE)]
    supervisor.keep_subprocess_alive()
    assert supervisor.should_exit.is_set()
    assert supervisor.processes[0] is failed
    assert Watched.started == 0


def test_each_process_finds_its_settings_in_the_environment(monkeypatch):
    ran = []
    monkeypatch.setattr(uvicorn.Config, "bind_socket", lambda _self: "socket")
    monkeypatch.setattr(server.Supervisor, "__init__", lambda _self, config, sockets: ran.append((config, sockets)))
    monkeypatch.setattr(server.Supervisor, "run", lambda _self: ran.append("run"))
    for name in ("host", "port", "workers"):
        monkeypatch.setenv(variable(name), "")  # put back at the end
    server.run_many(Settings(port=8123, workers=3))
    (config, sockets), told = ran
    assert (config.app, config.factory, config.workers, sockets, told) == (
        "receiver.cli.server:one_of_many",
        True,
        3,
        ["socket"],
        "run",
    )
    assert os.environ[variable("port")] == "8123"


def test_the_log_of_each_process_is_set_up_before_anything_else(run, monkeypatch):
    run("init")
    order: list[str] = []
    monkeypatch.setattr(server.log, "configure", lambda _settings: order.append("log"))
    monkeypatch.setattr(server, "create_app", lambda settings: order.append(str(settings.practice)))
    server.one_of_many()
    assert order == ["log", "True"]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_two_processes_serve_and_end_when_told(run, port, tmp_path):
    run("init")
    with (tmp_path / "log").open("wb") as told:
        words = [sys.executable, "-m", "receiver", "serve", "--port", str(port), "--workers", "2"]
        begun = time.monotonic()
        process = subprocess.Popen(words, cwd=ROOT, stdout=told, stderr=told)
        try:
            assert _answers(f"http://127.0.0.1:{port}/healthz")
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    # Two seconds on a quiet machine, where to start takes longer; on a busy one both do.
    assert time.monotonic() - asked < max(10, 2 * (asked - begun))
    lines = (tmp_path / "log").read_text()
    assert '"route": "/healthz"' in lines  # as the settings want the log, also of a process that began by itself


def _answers(url: str) -> bool:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            return httpx.get(url, timeout=30).status_code == httpx.codes.OK
        except httpx.HTTPError:
            time.sleep(0.2)
    return False
