"""What a route can ask for in its signature: sessions, who is signed in, what they may do, the form that was sent.

Order matters and is kept here: first who may, then the body, then the database. The body is read before a session
opens, so that a slow sender never holds a connection or, on SQLite, the one write lock. So is whatever a route makes
of a file: in a dependency of its own, a plain function of the bound form, that FastAPI runs in a thread.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from receiver import access
from receiver.access import Actor, Permission
from receiver.db.engine import Database
from receiver.db.engine import ReadSession as DatabaseReadSession
from receiver.db.engine import WriteSession as DatabaseWriteSession
from receiver.web import idempotency, parking
from receiver.web.body import NotAForm, is_json, media_type, read_sent
from receiver.web.exchange import exchange_of
from receiver.web.forms.binding import bind, bind_query
from receiver.web.forms.form import Form
from receiver.web.sent import Sent
from receiver.web.visit import SignInNeeded, actor_of

F = TypeVar("F", bound=Form)
_FIRST_ERROR = 400


class _Undone(Exception):  # noqa: N818 - a signal that ends the transaction, not a fault
    """The answer is a refusal, so nothing of what was written stays."""


def database_of(request: Request) -> Database:
    """The application's database, for the rare route that opens sessions of its own (slow work between them)."""
    database: Database = request.app.state.database
    return database


async def sent_with(request: Request) -> Sent:
    """The body, read once."""
    return await read_sent(request)


async def _alone(request: Request, sent: Annotated[Sent, Depends(sent_with)]) -> AsyncIterator[None]:
    async for _turn in idempotency.one_at_a_time(request, sent):
        yield


async def read_session(request: Request) -> AsyncIterator[Session]:
    """A session that cannot write, closed before the answer leaves."""
    with database_of(request).read() as session:
        yield session


read_session.opens_session = True  # type: ignore[attr-defined]


def write_session(
    request: Request,
    sent: Annotated[Sent, Depends(sent_with)],
    _turn: Annotated[None, Depends(_alone, scope="function")],
) -> Iterator[Session]:
    """One transaction round the route: committed before the answer leaves, undone by a refusal, an error or a 4xx.

    The key of the request is taken first, and its answer kept last, in this same transaction.
    """
    with suppress(_Undone), database_of(request).write() as session:
        taken = idempotency.claim(session, request, sent)
        if not isinstance(taken, idempotency.Replay):
            yield session
        _end(session, request, sent, taken)
    if isinstance(taken, idempotency.Replay):
        raise taken


write_session.opens_session = True  # type: ignore[attr-defined]


def _end(session: Session, request: Request, sent: Sent, taken: idempotency.Taken) -> None:
    """What is written after the route: its answer, and that what was kept of the form is no longer needed.

    Of a refusal nothing stays, or only what the route asked for (`stays`): a wrong try that counts, but not the key.

    Raises:
        _Undone: the answer is a refusal.
    """
    exchange = exchange_of(request)
    answer = exchange.answer
    if answer is not None and answer.status_code >= _FIRST_ERROR:
        if not exchange.stays:
            raise _Undone
        if isinstance(taken, idempotency.Claim):
            idempotency.release(session, taken)
        return
    parking.forget_sent(session, request, sent)
    if isinstance(taken, idempotency.Claim) and answer is not None:
        idempotency.keep(session, taken, answer)


async def who(request: Request) -> Actor:
    """Who is signed in.

    Raises:
        SignInNeeded: nobody is.
    """
    actor = actor_of(request)
    if actor is None:
        raise SignInNeeded
    return actor


who.permission = access.SIGNED_IN  # type: ignore[attr-defined]


async def maybe_who(request: Request) -> Actor | None:
    """Who is signed in, or None."""
    return actor_of(request)


def require(permission: Permission) -> Any:
    """Let only those through who hold a permission: `dependencies=[require(Permission.PAY_RUN_APPROVE)]`.

    Also in the signature, where it gives the actor: `actor: Annotated[Actor, require(Permission.CASE_READ)]`.
    """

    async def allowed(request: Request) -> Actor:
        actor = await who(request)
        actor.demand(permission)
        return actor

    allowed.permission = permission  # type: ignore[attr-defined]
    return Depends(allowed)


async def _open_to_all() -> None:
    """Nothing is asked."""


_open_to_all.permission = access.PUBLIC  # type: ignore[attr-defined]

PUBLIC: Any = Depends(_open_to_all)
"""Says that a route is for everyone, signed in or not: `dependencies=[PUBLIC]`."""

SIGNED_IN: Any = Depends(who)
"""Says that a route is for everyone who is signed in, whatever their roles: `dependencies=[SIGNED_IN]`."""

Db = Annotated[Database, Depends(database_of)]
ReadSession = Annotated[DatabaseReadSession, Depends(read_session, scope="function")]
WriteSession = Annotated[DatabaseWriteSession, Depends(write_session, scope="function")]
Who = Annotated[Actor, SIGNED_IN]
MaybeWho = Annotated[Actor | None, Depends(maybe_who)]


@cache
def binder(form_class: type[F]) -> Any:
    """The dependency that reads a form of this class from the body; one for each class, so that it is read once."""

    async def read(request: Request, sent: Annotated[Sent, Depends(sent_with)]) -> F:
        if is_json(media_type(request)):
            raise NotAForm
        kept = None
        if form_class.claims_kept(sent.fields):
            kept = await run_in_threadpool(parking.restored_uploads, request, form_class, sent)
        return bind(form_class, sent, kept)

    read.form_class = form_class  # type: ignore[attr-defined]
    return Depends(read)


def query_binder(form_class: type[F]) -> Any:
    """The dependency that reads a form of this class from the query of a GET."""

    async def read(request: Request) -> F:
        return bind_query(form_class, request.query_params.multi_items())

    read.filter_class = form_class  # type: ignore[attr-defined]
    return Depends(read)


if TYPE_CHECKING:
    Bound: TypeAlias = Annotated[F, "the form that was sent"]
    Asked: TypeAlias = Annotated[F, "the filters in the query"]
else:

    class Bound:
        """`form: Bound[NoteForm]` is the form that was sent, read and checked; ask `form.ok`."""

        def __class_getitem__(cls, form_class: type[Form]) -> Any:
            return Annotated[form_class, binder(form_class)]

    class Asked:
        """`filters: Asked[PeopleFilter]` are the filters in the query of a GET, read and checked."""

        def __class_getitem__(cls, form_class: type[Form]) -> Any:
            return Annotated[form_class, query_binder(form_class)]
