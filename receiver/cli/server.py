"""uvicorn with what it lacks: a deadline for the head of a request, a cap of connections an address, a prompt end."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from receiver import log
from receiver.app import create_app
from receiver.settings import load_settings, variable
from receiver.web import assets

if TYPE_CHECKING:
    import asyncio

    from fastapi import FastAPI

    from receiver.settings import Settings
    from receiver.worker import System

HEAD_SECONDS = 20
"""How long the head of a request may take; a person on a line of 2 kB/s needs less than one."""
KEEP_ALIVE_SECONDS = 75
"""A connection that rests keeps its handshake paid: a fragment on a slow line then takes a third of the time."""
PER_ADDRESS = 200
"""Connections of one address at a time: a whole office behind one, but no more."""
STOPS_WITHIN = 8
"""Seconds for requests in flight after SIGTERM; whoever sent it waits ten."""

_open: Counter[str] = Counter()


class Patient(HttpToolsProtocol):
    """HTTP/1.1 that does not wait for ever: slow heads are closed, and no address takes all connections."""

    deadline: asyncio.TimerHandle | None = None
    address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and begin to wait for its first head."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        _open[self.address] += 1
        if self.address and _open[self.address] > PER_ADDRESS and not _is_proxy(self.address):
            transport.close()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Uncount it."""
        self._arrived()
        _open[self.address] -= 1
        if _open[self.address] <= 0:
            del _open[self.address]
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A next head has begun on a connection that rested."""
        super().on_message_begin()
        if self.deadline is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head is here; how fast the body must come is the application's to say."""
        self._arrived()
        super().on_headers_complete()

    def _wait(self) -> None:
        self.deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _arrived(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _give_up(self) -> None:
        self.deadline = None
        if not self.transport.is_closing():
            self.transport.close()


_proxies: set[str] = set()


def _is_proxy(address: str) -> bool:
    """Whether everybody comes from this address because a proxy stands there."""
    return address in _proxies


def options(settings: Settings) -> dict[str, Any]:
    """How uvicorn runs."""
    _proxies.update(str(network.network_address) for network in settings.trusted_proxies if network.num_addresses == 1)
    return {
        "host": settings.host,
        "port": settings.port,
        "http": Patient,
        "lifespan": "on",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": STOPS_WITHIN,
        "backlog": 2048,
    }


def run_one(system: System, *, executes: bool) -> None:
    """Serve in this process.

    Raises:
        AssetsMissing: without them every page would fail.
    """
    assets.load()
    uvicorn.run(create_app(system=system, executes=executes), **options(system.settings))


def run_many(settings: Settings) -> None:
    """Serve in several processes, each of which opens the system by the same settings.

    Raises:
        AssetsMissing: without them every page would fail.
    """
    assets.load()
    for name in ("host", "port", "workers"):
        os.environ[variable(name)] = str(getattr(settings, name))
    factory = f"{one_of_many.__module__}:{one_of_many.__name__}"
    config = uvicorn.Config(factory, factory=True, workers=settings.workers, **options(settings))
    Supervisor(config, [config.bind_socket()]).run()


def one_of_many() -> FastAPI:
    """The application of one of several web processes, which begins with nothing but the environment."""
    settings = load_settings()
    log.configure(settings)
    return create_app(settings)


class Supervisor(Multiprocess):
    """Keeps web processes alive, and ends when it is told to.

    uvicorn's own asks each process for a sign of life, waits five seconds for it, and hears no SIGTERM meanwhile. A
    process that still imports gives none: it would be killed and started over on a slow machine.
    """

    def keep_subprocess_alive(self) -> None:
        """Replace processes that have ended; give up where one cannot even begin."""
        for place, process in enumerate(self.processes):
            if process.process.is_alive():
                continue
            process.join()
            if process.exitcode == STARTUP_FAILURE:
                self.should_exit.set()
                return
            log.get_logger().error("server.process_ended", code=process.exitcode)
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()
