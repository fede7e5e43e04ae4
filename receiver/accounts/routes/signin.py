"""Signing in and out, the second factor's code, one-time links, and the language of pages."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import audit
from receiver.access import SYSTEM, Actor
from receiver.accounts import actions, passwords, queries, rules
from receiver.accounts.actions.signin import token_hash
from receiver.accounts.forms import (
    CodeForm,
    LanguageForm,
    NewPasswordForm,
    RecoveryForm,
    SignInForm,
    language_options,
)
from receiver.accounts.models import User, UserSession
from receiver.accounts.rules import UserState
from receiver.accounts.visits import address_of, drop_session, keep_session, open_visit, settings_of
from receiver.audit import Kind
from receiver.db.engine import Database
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.web import parking
from receiver.web.answers import see_other
from receiver.web.deps import PUBLIC, Bound, Db, MaybeWho, ReadSession, WriteSession
from receiver.web.middleware import LANGUAGE_COOKIE
from receiver.web.render import form_page, page
from receiver.web.router import Router
from receiver.web.security import local_path, set_cookie

router = Router(dependencies=[PUBLIC])
LANGUAGE_SECONDS = 365 * 24 * 60 * 60


def sign_in_page(request: Request, *, next_path: str, parked: bool) -> Response:
    """The sign-in page in place of one that needs it: 401, and where to go on afterwards."""
    ctx = {"parked": parked, "ended": True}
    form = SignInForm.blank(next=next_path)
    response = form_page(request, "accounts/sign_in.html", ctx, form=form)
    response.status_code = 401
    return response


@router.get("/sign-in")
def show_sign_in(request: Request, next: Annotated[str, Query(alias="next")] = "/") -> Response:  # noqa: A002 - its name
    """The page that asks for e-mail and password (S1)."""
    form = SignInForm.blank(next=local_path(next))
    return form_page(request, "accounts/sign_in.html", {"parked": False, "ended": False}, form=form)


@router.post("/sign-in")
def sign_in(request: Request, db: Db, form: Bound[SignInForm]) -> Response:
    """Check the password: count the attempt, check outside any transaction, then begin the session."""
    again = {"parked": False, "ended": False}
    if not form.ok:
        return form_page(request, "accounts/sign_in.html", again, form=form)
    email = form.email.lower()
    _count(request, db, what="password", account=email)
    with db.read() as session:
        found = queries.user_by_email(session, email)
    known = found if found is not None and found.state is UserState.ACTIVE else None
    right = passwords.verify(known.password_hash if known else None, form.password)
    if known is None or not right:
        why = "locked" if found is not None and found.state is UserState.LOCKED else "wrong"
        with db.write() as session:
            actions.refuse_sign_in(session, SYSTEM, account=email, why=why)
        form.add_error(None, rules.WrongSignIn())
        return form_page(request, "accounts/sign_in.html", again, form=form)
    with db.write() as session:
        user = queries.user(session, known.id)
        actions.clear_attempts(session, what="password", account=email, address=address_of(request))
        awaits = queries.has_second_factor(user)
        token = actions.start_session(
            session,
            _acting(session, user),
            user,
            settings_of(request),
            device=rules.device_words(request.headers.get("user-agent", "")),
            awaits_code=awaits,
        )
    return _enter(request, token, form.next, awaits_code=awaits)


@router.get("/sign-in/code")
def show_code(request: Request, next: Annotated[str, Query(alias="next")] = "/") -> Response:  # noqa: A002 - its name
    """The page that asks for the code (S2)."""
    if _awaiting(request) is None:
        return see_other("/sign-in")
    return form_page(request, "accounts/code.html", form=CodeForm.blank(next=local_path(next)))


@router.post("/sign-in/code")
def give_code(request: Request, db: Db, form: Bound[CodeForm]) -> Response:
    """Check the code of the second factor."""
    return _look_at_code(request, db, form, "accounts/code.html", actions.use_code)


@router.get("/sign-in/recovery")
def show_recovery(request: Request, next: Annotated[str, Query(alias="next")] = "/") -> Response:  # noqa: A002 - its name
    """The page for somebody whose phone is lost."""
    if _awaiting(request) is None:
        return see_other("/sign-in")
    return form_page(request, "accounts/recovery.html", form=RecoveryForm.blank(next=local_path(next)))


@router.post("/sign-in/recovery")
def give_recovery(request: Request, db: Db, form: Bound[RecoveryForm]) -> Response:
    """Check a recovery code."""

    def use(session: Session, user: User, code: str) -> None:
        actions.use_recovery_code(session, _acting(session, user), user, code)

    return _look_at_code(request, db, form, "accounts/recovery.html", use)


@router.post("/sign-out")
def sign_out(request: Request, session: WriteSession, actor: MaybeWho) -> Response:
    """End this session; the browser forgets it, and the pages it may have kept."""
    _end(session, actor)
    response = see_other("/sign-in", done=_("You are signed out."))
    drop_session(request, response)
    return response


@router.post("/leave")
def leave(request: Request, session: WriteSession, actor: MaybeWho) -> Response:
    """Leave quickly (U53): signed out, on a page that says nothing about anyone."""
    _end(session, actor)
    response = see_other("/help")
    drop_session(request, response)
    return response


@router.get("/sign-in/link/{token}")
def show_link(request: Request, session: ReadSession, token: str) -> Response:
    """The page of a one-time link (S2b). Looking at it does not use it up."""
    user, kind = _link(session, token)
    return form_page(
        request, "accounts/link.html", {"user": user, "kind": kind, "token": token}, form=NewPasswordForm()
    )


@router.post("/sign-in/link/{token}")
def use_link(request: Request, db: Db, token: str, form: Bound[NewPasswordForm]) -> Response:
    """Keep the password that the holder of the link chose."""
    with db.read() as session:
        user, kind = _link(session, token)
    if form.ok:
        try:
            passwords.check_new(form.password, email=user.email, name=user.name)
        except Refusal as refusal:
            form.add_error("password", refusal)
    if not form.ok:
        return form_page(request, "accounts/link.html", {"user": user, "kind": kind, "token": token}, form=form)
    password_hash = passwords.hash_password(form.password)
    with db.write() as session:
        invitation = queries.invitation_by_token(session, token_hash(token))
        if invitation is None:
            raise rules.LinkGone
        acting = Actor(user_id=user.id, name=user.name)
        actions.accept_invitation(session, acting, invitation, password_hash)
    return see_other("/sign-in", done=_("Your password is set. You can sign in with it now."))


@router.get("/language")
def show_languages(request: Request, next: Annotated[str, Query(alias="next")] = "/") -> Response:  # noqa: A002 - its name
    """The languages there are, for browsers on which the foot of the page is hard to reach (S3b)."""
    return page(request, "accounts/language.html", {"next": local_path(next)})


@router.post("/language")
def choose_language(request: Request, session: WriteSession, actor: MaybeWho, form: Bound[LanguageForm]) -> Response:
    """Keep the language in a cookie and, for somebody signed in, with the account."""
    form.offer("language", language_options())
    if not form.ok:
        return page(
            request, "accounts/language.html", {"next": local_path(form.value_of("next"))}, status=422, form=form
        )
    if actor is not None and actor.user_id is not None:
        user = queries.user(session, actor.user_id)
        actions.set_preferences(session, actor, user, language=form.language, dark=user.dark, text_size=user.text_size)
    response = see_other(local_path(form.next))
    set_cookie(request, response, LANGUAGE_COOKIE, form.language, seconds=LANGUAGE_SECONDS)
    return response


def _count(request: Request, db: Database, *, what: str, account: str) -> None:
    with db.write() as session:
        address = address_of(request)
        refusal = actions.count_attempt(session, what=what, account=account, address=address)
        if refusal is not None:
            audit.record(
                session,
                Kind.SIGN_IN_THROTTLED,
                SYSTEM,
                "sign-in",
                account=audit.fingerprint(session, "users.email", account),
            )
    if refusal is not None:
        raise refusal


def _awaiting(request: Request) -> UserSession | None:
    found = open_visit(request)
    if found is None or not found.awaits_code:
        return None
    with request.app.state.database.read() as session:
        row: UserSession | None = session.get(UserSession, found.session_id)
        return row


def _look_at_code(
    request: Request,
    db: Database,
    form: CodeForm | RecoveryForm,
    template: str,
    use: Callable[[Session, User, str], None],
) -> Response:
    """Let somebody in whose code `use` accepts; a wrong one is counted and shown again."""
    row = _awaiting(request)
    if row is None:
        return see_other("/sign-in")
    if form.ok:
        _count(request, db, what="code", account=str(row.user_id))
        try:
            with db.write() as session:
                user = queries.user(session, row.user_id)
                use(session, user, form.code)
                token = _pass(request, session, user, row)
        except rules.WrongCode as refusal:
            _refuse_code(db, row)
            form.add_error("code", refusal)
        else:
            return _enter(request, token, form.next)
    return form_page(request, template, form=form)


def _pass(request: Request, session: Session, user: User, awaiting: UserSession) -> actions.Token:
    row = session.get_one(UserSession, awaiting.id, with_for_update=True)
    actions.clear_attempts(session, what="code", account=str(user.id), address=address_of(request))
    return actions.pass_code(session, _acting(session, user), row, settings_of(request))


def _refuse_code(db: Database, row: UserSession) -> None:
    with db.write() as session:
        actions.refuse_sign_in(session, SYSTEM, account=str(row.user_id), why="code")


def _acting(session: Session, user: User) -> Actor:
    return queries.actor_of(session, user.id, "web") or SYSTEM


def _enter(request: Request, token: actions.Token, next_path: str | None, *, awaits_code: bool = False) -> Response:
    """On to where the visitor was going: over the code, or over what was kept when the last session ended (U26)."""
    going = local_path(next_path)
    if awaits_code:
        onward = f"/sign-in/code?next={quote(going)}" if going != "/" else "/sign-in/code"
    else:
        with request.app.state.database.read() as session:
            onward = parking.UNSENT if parking.is_waiting(session, token.row.user_id) else going
    response = see_other(onward)
    keep_session(request, response, token)
    return response


def _end(session: Session, actor: Actor | None) -> None:
    if actor is not None and actor.session_id is not None:
        actions.end_session(session, actor, session.get_one(UserSession, actor.session_id))


def _link(session: Session, token: str) -> tuple[User, rules.InvitationKind]:
    """The user of a one-time link that works.

    Raises:
        LinkGone: also for a link that never was.
        LinkWaits: it works once a second administrator has confirmed it.
    """
    found = queries.invitation_by_token(session, token_hash(token))
    if found is None:
        raise rules.LinkGone
    rules.check_link(
        ends_at=found.ends_at,
        used_at=found.used_at,
        revoked_at=found.revoked_at,
        confirmed_at=found.confirmed_at,
        now=clock.now(),
    )
    user = queries.user(session, found.user_id)
    if user.state is UserState.LOCKED:
        raise rules.LinkGone
    return user, found.kind
