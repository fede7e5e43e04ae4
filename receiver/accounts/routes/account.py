"""One's own account: how pages look, the password, open sessions, and confirming again who one is."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import audit, i18n
from receiver.access import Actor
from receiver.accounts import actions, passwords, queries, rules
from receiver.accounts.forms import ChangePasswordForm, PreferencesForm, StepUpForm, language_options
from receiver.accounts.models import User, UserSession
from receiver.accounts.visits import address_of, keep_session
from receiver.audit import Kind
from receiver.db.engine import Database
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.web.answers import see_other
from receiver.web.deps import Bound, Db, ReadSession, Who, WriteSession
from receiver.web.render import form_page, page
from receiver.web.router import Router
from receiver.web.security import local_path

router = Router(prefix="/me")


@router.get("")
def show(request: Request, session: ReadSession, actor: Who) -> Response:
    """My account (S3)."""
    user = queries.user(session, own_id(actor))
    return _account(request, session, user, _preferences(user))


@router.post("/preferences")
def set_preferences(request: Request, session: WriteSession, actor: Who, form: Bound[PreferencesForm]) -> Response:
    """Keep how pages look."""
    user = queries.user(session, own_id(actor))
    form.offer("language", language_options())
    if not form.ok:
        return _account(request, session, user, form)
    actions.set_preferences(session, actor, user, language=form.language, dark=form.dark, text_size=form.text_size)
    return see_other("/me", done=_("Your settings are saved."))


@router.get("/password")
def show_password(request: Request, _actor: Who) -> Response:
    """The page for a new password."""
    return form_page(request, "accounts/password.html", form=ChangePasswordForm())


@router.post("/password")
def change_password(request: Request, db: Db, actor: Who, form: Bound[ChangePasswordForm]) -> Response:
    """Change the password; the present one is asked, and every other session ends."""
    if form.ok:
        try:
            _check_password(request, db, actor, form.present)
        except rules.WrongSignIn:
            form.add_error("present", _("This is not your present password."))
    if form.ok:
        try:
            passwords.check_new(form.password, email=actor.email, name=actor.name)
        except Refusal as refusal:
            form.add_error("password", refusal)
    if not form.ok:
        return form_page(request, "accounts/password.html", form=form)
    password_hash = passwords.hash_password(form.password)
    with db.write() as session:
        user = queries.user(session, own_id(actor))
        actions.change_password(session, actor, user, password_hash)
        token = actions.renew_session(session.get_one(UserSession, actor.session_id))
    response = see_other("/me", done=_("Your password is changed. Your other sessions have ended."))
    keep_session(request, response, token)
    return response


@router.post("/session")
def stay(_actor: Who) -> Response:
    """Stay signed in (U25): to have asked is enough; the page stays, and a header says how long the session lasts."""
    return Response(status_code=204)


@router.get("/sessions")
def show_sessions(request: Request, session: ReadSession, actor: Who) -> Response:
    """Where I am signed in."""
    sessions = queries.open_sessions(session, own_id(actor), clock.now())
    return page(request, "accounts/sessions.html", {"sessions": sessions})


@router.post("/sessions/end")
def end_other_sessions(session: WriteSession, actor: Who) -> Response:
    """End every session but this one."""
    actions.end_all_sessions(session, actor, own_id(actor), but=actor.session_id)
    return see_other("/me/sessions", done=_("Your other sessions have ended."))


@router.post("/sessions/{session_id}/end")
def end_session(session: WriteSession, actor: Who, session_id: UUID) -> Response:
    """End one of my sessions."""
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound
    actions.end_session(session, actor, row)
    return see_other("/me/sessions", done=_("The session has ended."))


@router.get("/step-up")
def show_step_up(
    request: Request,
    session: ReadSession,
    actor: Who,
    next: Annotated[str, Query(alias="next")] = "/",  # noqa: A002
) -> Response:
    """The page that asks again who one is, before a sensitive act."""
    return _step_up_page(request, session, actor, StepUpForm.blank(next=local_path(next)))


@router.post("/step-up")
def step_up(request: Request, db: Db, actor: Who, form: Bound[StepUpForm]) -> Response:
    """Check password and code again; the session gets a new secret."""
    token = None
    if form.ok:
        try:
            _check_password(request, db, actor, form.password)
            with db.write() as session:
                user = queries.user(session, own_id(actor))
                if queries.has_second_factor(user):
                    actions.use_code(session, user, form.code or "")
                row = session.get_one(UserSession, actor.session_id, with_for_update=True)
                token = actions.step_up(session, actor, row)
        except rules.WrongSignIn:
            form.add_error("password", _("This is not your password."))
        except rules.WrongCode as refusal:
            form.add_error("code", refusal)
    if token is None:
        with db.read() as session:
            return _step_up_page(request, session, actor, form)
    response = see_other(local_path(form.next))
    keep_session(request, response, token)
    return response


def own_id(actor: Actor) -> UUID:
    """The id of who is signed in.

    Raises:
        NotFound: it is the system itself, which has no account.
    """
    if actor.user_id is None:
        raise NotFound
    return actor.user_id


def _check_password(request: Request, db: Database, actor: Actor, password: str) -> None:
    """Check one's own password, counted like a sign-in and outside any transaction.

    Raises:
        TooManyAttempts, WrongSignIn
    """
    with db.write() as session:
        refusal = actions.count_attempt(
            session, what="step-up", account=str(actor.user_id), address=address_of(request)
        )
        password_hash = queries.user(session, own_id(actor)).password_hash
    if refusal is not None:
        raise refusal
    right = passwords.verify(password_hash, password)
    with db.write() as session:
        if right:
            actions.clear_attempts(session, what="step-up", account=str(actor.user_id), address=address_of(request))
        else:
            audit.record(session, Kind.STEP_UP_FAILED, actor, str(actor.user_id))
    if not right:
        raise rules.WrongSignIn


def _account(request: Request, session: Session, user: User, form: PreferencesForm) -> Response:
    form.offer("language", language_options())
    roles = [held.role for held in queries.roles_of(session, user.id) if held.confirmed_at is not None]
    names = queries.office_names(session, queries.office_ids_of(session, user.id))
    ctx = {
        "user": user,
        "roles": roles,
        "offices": sorted(names.values()),
        "second_factor": queries.has_second_factor(user),
        "codes_left": queries.recovery_codes_left(session, user.id),
    }
    return form_page(request, "accounts/me.html", ctx, form=form)


def _preferences(user: User) -> PreferencesForm:
    return PreferencesForm.blank(language=user.language or i18n.current(), text_size=user.text_size, dark=user.dark)


def _step_up_page(request: Request, session: Session, actor: Actor, form: StepUpForm) -> Response:
    second_factor = queries.has_second_factor(queries.user(session, own_id(actor)))
    return form_page(request, "accounts/step_up.html", {"second_factor": second_factor}, form=form)
