"""Walk the routes of the application as everybody who works in one of two offices, and as nobody."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from receiver import access
from receiver.access import MATRIX, Permission, Role
from receiver.accounts.visits import COOKIE
from receiver.app import create_app
from receiver.db.engine import Database
from receiver.db.installation import mark_installation
from receiver.settings import Settings
from receiver.vault import Vault, mark
from receiver.web.forms.form import VERSION
from receiver.web.router import calls_of, forms_of, permissions_of
from receiver.worker import System, wire
from tests.house.test_routes import contexts, line_of
from tests.support import two_offices
from tests.support.addresses import fill, names_in, unknown
from tests.support.pages import ORIGIN, Browser, check_headers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx import Response

    from tests.support.databases import Databases
    from tests.support.two_offices import Place, TwoOffices

FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": ORIGIN}
NOT_READY = "/readyz"
"""Says 503 where no background work is done, as here."""


class World:
    """The application over two offices, and a browser for everybody in them."""

    def __init__(self, system: System, offices: TwoOffices) -> None:
        self.system, self.offices = system, offices
        self.app = create_app(system=system)
        self.nobody = self._browser()
        self._known: dict[tuple[str, Role], Browser] = {}
        self._watching = sqlite3.connect(system.database.path or "")

    def _browser(self, cookie: str | None = None) -> Browser:
        browser = Browser(self.app)
        browser.client.headers["Accept-Encoding"] = "identity"
        if cookie:
            browser.client.cookies.set(COOKIE, cookie, domain="localhost.local", path="/")
        return browser

    @contextmanager
    def thrown_away(self) -> Iterator[Database]:
        """Whatever is written meanwhile is not there afterwards."""
        whole = self.system.database
        assert whole.path is not None
        copied = whole.path.with_suffix(".copy")
        shutil.copy(whole.path, copied)
        database = Database(f"sqlite:///{copied}", info=dict(whole.info))
        self.app.state.database = database
        try:
            yield database
        finally:
            self.app.state.database = whole
            database.close()
            for left in copied.parent.glob(f"{copied.name}*"):
                left.unlink()

    def using(self, route: Any) -> tuple[Role, Browser]:
        """Somebody here who may use a route, and a browser for it; nobody where everybody may."""
        role = holders(route)[0]
        return role, self.nobody if is_public(route) else self.browser(self.here, role)

    @property
    def here(self) -> Place:
        return self.offices.here

    @property
    def there(self) -> Place:
        return self.offices.there

    def browser(self, place: Place, role: Role) -> Browser:
        """The browser of the one of a role in an office."""
        key = (place.office.code, role)
        if key not in self._known:
            self._known[key] = self._browser(place.cookies[role])
        return self._known[key]

    def changes(self) -> int:
        """A number that differs once anything was written."""
        return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        self._watching.close()


@contextmanager
def opened(databases: Databases, keys: Path, folder: Path) -> Iterator[World]:
    """A practice system over a database of its own, with two offices in it."""
    database = databases.migrated("sqlite")
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=folder, database_url=url, practice=True)
    database.info.update(vault=Vault.load(keys), settings=settings)
    wire(settings)
    system = System(settings, database.info["vault"], database)
    with database.write() as session:
        mark(session)
        mark_installation(session, practice=True)
        offices = two_offices.build(session, system)
    database.truncate_log()
    made = World(system, offices)
    yield made
    made.close()
    databases.drop(database)


def routes(verb: str | None = None, *, public: bool = True) -> pytest.MarkDecorator:
    """Every route of a verb, or of any."""
    chosen = [each for each in contexts() if verb in {None, *each.methods} and (public or not is_public(each))]
    return pytest.mark.parametrize("route", chosen, ids=line_of)


def addresses() -> pytest.MarkDecorator:
    """One route of each address, whatever its verb."""
    chosen = {each.path: each for each in contexts()}.values()
    return pytest.mark.parametrize("route", list(chosen), ids=[each.path for each in chosen])


def is_public(route: Any) -> bool:
    return access.PUBLIC in permissions_of(route.original_route.dependant)


def needed(route: Any) -> list[Permission]:
    return [each for each in permissions_of(route.original_route.dependant) if isinstance(each, Permission)]


def holders(route: Any) -> list[Role]:
    """The roles that may use a route."""
    return [role for role in Role if all(role in MATRIX[permission] for permission in needed(route))]


def verb(route: Any) -> str:
    return str(next(iter(route.methods)))


def form_of(route: Any) -> Any:
    return next(forms_of(route.original_route.dependant), None)


def address(route: Any, place: Place, role: Role, **instead: Any) -> str:
    """The address of a route, its names filled with what an office has."""
    missing = sorted(set(names_in(route.path)) - place.known(role).keys())
    if missing:
        pytest.skip(f"nothing known for {missing}; see test_every_name_is_known")
    values = {stem: instead.get(stem, place.known(role)[stem]) for stem in names_in(route.path)}
    return fill(route.path, values)


def body(route: Any) -> dict[str, str]:
    """The least that a form needs in order to be read."""
    kind = form_of(route)
    return {VERSION: "1"} if kind is not None and kind.versioned else {}


def ask(browser: Browser, route: Any, url: str, **more: Any) -> Response:
    """What a route answers to a request from a page of ours."""
    headers = {**FROM_HERE, **more.pop("headers", {})}
    if verb(route) == "GET":
        del headers["Origin"]
        return checked(browser.send("GET", url, headers=headers, **more))
    return checked(browser.send(verb(route), url, headers=headers, data={**body(route), **more.pop("data", {})}))


def checked(response: Response) -> Response:
    """An answer that is dressed as all are, and no fault of the program."""
    told = f"{response.request.method} {response.request.url}: {response.status_code}"
    assert response.status_code < 500 or response.request.url.path == NOT_READY, f"{told}\n{response.text[:2000]}"
    check_headers(response)
    return response


def nowhere(route: Any, place: Place, role: Role) -> str:
    """An address that names only what is not there."""
    return address(route, place, role, **{stem: unknown(value) for stem, value in place.known(role).items()})


def asked_of(route: Any) -> set[str]:
    """The names of the filters that a route takes."""
    kinds = [call.filter_class for call in calls_of(route.original_route.dependant) if hasattr(call, "filter_class")]
    return {part for kind in kinds for each in kind.fields.values() for part in each.parts}
