"""Our application in this process for the benches: requests without a network, and the floor under each page.

The floor of a page is what cannot be left out: its statements sent by the database's driver alone, and its template
with every value at hand. It is recorded from one request of the real page, so it gives the same HTML.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jinja2
from sqlalchemy import Engine, event, select
from starlette.responses import Response
from starlette.routing import Route

from receiver import i18n
from receiver.accounts import actions
from receiver.accounts.models import User
from receiver.accounts.queries import actor_of
from receiver.accounts.visits import COOKIE
from receiver.app import create_app
from receiver.db import sqlite
from receiver.web import render
from receiver.web.forms.form import stamping
from receiver.web.stamps import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from starlette.requests import Request

    from receiver.worker import System

HOST = "127.0.0.1:8000"
_HEADERS = {"host": HOST, "accept": "text/html", "accept-language": "en", "accept-encoding": "gzip, br"}
PLAIN = "/privacy"
"""A page that asks nothing of the database by itself: what is asked for it, the layers round every page ask."""

try:
    import uvloop
except ImportError:
    loop = asyncio.new_event_loop()
else:
    loop = uvloop.new_event_loop()


def again(ask: Callable[[], Awaitable[object]], times: int) -> None:
    """Ask so many times in one task: a server lives in one, and keeps its threads from request to request."""

    async def asking() -> None:
        for _each in range(times):
            await ask()

    loop.run_until_complete(asking())


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Site:
    """One application, and somebody signed in to it."""

    def __init__(self, system: System, email: str) -> None:
        self.system = system
        self.app = create_app(system=system)
        with system.database.write() as session:
            user = session.scalars(select(User).where(User.email == email)).one()
            token = actions.start_session(session, actor_of(session, user.id, "web"), user, system.settings, device="")
            self.user_id = user.id
        self.headers = {**_HEADERS, "cookie": f"{COOKIE}={token.secret}"}

    async def call(self, path: str, sent: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """A request as a browser sends it; with values a POST."""
        body = urlencode(sent or {}).encode()
        more = {**self.headers, **headers}
        if sent is not None:
            kind, size = "application/x-www-form-urlencoded", str(len(body))
            more |= {"content-type": kind, "content-length": size, "origin": f"http://{HOST}"}
            more |= {"sec-fetch-site": "same-origin"}
        return await call(self.app, path, "GET" if sent is None else "POST", more, body)

    def get(self, path: str, **headers: str) -> Answer:
        """One page."""
        return loop.run_until_complete(self.page(path, **headers))

    async def page(self, path: str, **headers: str) -> Answer:
        """One page, as part of a longer task."""
        answer = await self.call(path, **headers)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return answer

    async def form(self, path: str, sent: Mapping[str, str]) -> str:
        """Send a form; gives the address to which the answer leads."""
        answer = await self.call(path, sent)
        if answer.status != 303:
            raise SystemExit(f"{path}: {answer.status}")
        return answer.headers["location"]

    def post(self, path: str, sent: Mapping[str, str]) -> str:
        """Send a form; gives the address to which the answer leads."""
        return loop.run_until_complete(self.form(path, sent))

    def statements(self, path: str) -> list[tuple[str, Any]]:
        """What a page asks of the database, the layers round it included."""
        with self._noting() as asked:
            self.get(path)
        return asked

    @contextmanager
    def _noting(self) -> Iterator[list[tuple[str, Any]]]:
        asked: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                asked.append((statement, parameters))

        engines = [each for each in vars(self.system.database).values() if isinstance(each, Engine)]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    def floor(self, path: str) -> Floor:
        """The floor under a page."""
        drawn: list[tuple[jinja2.Template, dict[str, Any]]] = []
        draw = jinja2.Template.render

        def noting(template: jinja2.Template, values: dict[str, Any]) -> str:
            drawn.append((template, values))
            return draw(template, values)

        jinja2.Template.render = noting
        try:
            asked, answer = self.statements(path), self.get(path, **{"accept-encoding": "identity"})
        finally:
            jinja2.Template.render = draw
        floor = Floor(self, asked[len(self.statements(PLAIN)) :], *drawn[-1])
        length = len(floor.html())
        if abs(length - len(answer.body.decode())) > 40:  # tickets and times differ a little
            raise SystemExit(f"{path}: the floor draws {length} signs, the page has {len(answer.body.decode())}")
        return floor


class Floor:
    """Statements and a template, without anything between them."""

    def __init__(
        self, site: Site, statements: list[tuple[str, Any]], template: jinja2.Template, values: dict[str, Any]
    ) -> None:
        self.statements = statements
        self.template = template
        self.values = values
        self.request: Request = values["request"]
        connection = sqlite.connect(site.system.database.path)
        sqlite.prepare(connection, read_only=True)
        self.cursor: sqlite3.Cursor = connection.cursor()

    def html(self) -> str:
        """The page."""
        for statement, parameters in self.statements:
            self.cursor.execute(statement, parameters).fetchall()
        drawing = render._drawing.set(self.request)  # noqa: SLF001 - what `page` does
        try:
            with i18n.use("en"), stamping(lambda each: stamp(self.request, each)):
                return self.template.render(self.values)
        finally:
            render._drawing.reset(drawing)  # noqa: SLF001

    def mount(self, site: Site, path: str) -> str:
        """Put it into an application, behind the layers that every page has; gives its address."""

        async def endpoint(_request: Request) -> Response:
            return Response(self.html(), media_type="text/html")

        site.app.router.routes.insert(0, Route(path, endpoint))
        return path


async def call(app: Any, path: str, method: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """One request to an ASGI application."""
    path, _mark, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 4321),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent = False
    status, told, parts = 0, {}, []

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, told
        if message["type"] == "http.response.start":
            status = message["status"]
            told = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, told, b"".join(parts))
