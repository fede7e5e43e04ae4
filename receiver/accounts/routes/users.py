"""Users: who they are, their roles and offices, one-time links, locks, and roles that wait for a second human."""

from typing import Annotated
from uuid import UUID

import segno
from fastapi import Request
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts import actions, queries
from receiver.accounts.forms import NewUserForm, ReasonForm, RoleAnswer, UserFilter, UserForm, language_options
from receiver.accounts.models import User
from receiver.accounts.rules import SENSITIVE_ROLES, UserState
from receiver.accounts.visits import demand_stepped_up, settings_of
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.kit.words import _
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router(prefix="/admin/users")
Viewer = Annotated[Actor, require(Permission.USER_VIEW)]
Manager = Annotated[Actor, require(Permission.USER_MANAGE)]


@router.get("")
def users(request: Request, session: ReadSession, actor: Viewer, filters: Asked[UserFilter]) -> Response:
    """All users by name (S74), with what waits for this administrator."""
    like, role = filters.value_of("q"), filters.values.get("role")
    cursor = Cursor.decode(filters.value_of("after"), UUID)
    chosen = queries.users_page(role=role, like=like)
    if cursor is not None:
        here = select(User.name, User.id).where(User.id == cursor.place[0])
        place = tuple_(User.name, User.id)
        chosen = chosen.where(place < here.scalar_subquery() if cursor.back else place > here.scalar_subquery())
    order = (User.name.desc(), User.id.desc()) if cursor is not None and cursor.back else (User.name, User.id)
    found = session.scalars(chosen.order_by(*order).limit(DEFAULT_SIZE + 1)).all()
    listed = Page.build(found, DEFAULT_SIZE, lambda user: (user.id,), cursor=cursor)
    ctx = {
        "page": listed,
        "rows": queries.user_rows(session, listed.rows),
        "url": url("/admin/users", q=like, role=role.value if role else ""),
        "waiting": queries.roles_waiting(session, actor.user_id) if actor.user_id else [],
        "links": queries.links_waiting(session, actor.user_id, clock.now()) if actor.user_id else [],
        "filtered": bool(like or role),
    }
    return page(request, "accounts/users.html", ctx, block="results", form=filters)


@router.get("/new")
def new_user(request: Request, session: ReadSession, _actor: Manager) -> Response:
    """The page for somebody new."""
    form = NewUserForm.blank(language=i18n.current())
    _offer(session, form)
    return form_page(request, "accounts/user_new.html", form=form)


@router.post("")
def add_user(request: Request, session: WriteSession, actor: Manager, form: Bound[NewUserForm]) -> Response:
    """Add somebody and show the one-time link, once, as a slip to print."""
    demand_stepped_up(request, actor)
    _offer(session, form)
    if form.ok:
        try:
            user = actions.add_user(
                session,
                actor,
                email=form.email,
                name=form.name,
                roles=form.roles,
                offices=[UUID(office) for office in form.offices or ()],
                language=form.language,
            )
            return _slip(request, session, user, actions.invite(session, actor, user))
        except Refusal as refusal:
            form.add_error(None, refusal)
    return form_page(request, "accounts/user_new.html", form=form)


@router.get("/{user_id}")
def show_user(request: Request, session: ReadSession, actor: Viewer, user_id: UUID) -> Response:
    """One user: roles, offices, sessions, and what can be done."""
    return _user_page(request, session, actor, queries.user(session, user_id), ReasonForm())


@router.get("/{user_id}/edit")
def edit_user(request: Request, session: ReadSession, _actor: Manager, user_id: UUID) -> Response:
    """The page on which name, roles and offices are changed."""
    user = queries.user(session, user_id)
    form = _saved(session, user)
    return form_page(request, "accounts/user_edit.html", {"user": user}, form=form)


@router.post("/{user_id}")
def change_user(
    request: Request, session: WriteSession, actor: Manager, user_id: UUID, form: Bound[UserForm]
) -> Response:
    """Change name, roles and offices."""
    demand_stepped_up(request, actor)
    user = queries.user(session, user_id)
    _offer(session, form)
    if form.ok and (answer := clash(request, form, _saved(session, user))) is not None:
        return answer
    if form.ok:
        try:
            actions.change_user(
                session,
                actor,
                user,
                name=form.name,
                roles=form.roles,
                offices=[UUID(office) for office in form.offices or ()],
                partner_id=user.partner_id,
            )
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(f"/admin/users/{user_id}", done=_("The user is changed."))
    return form_page(request, "accounts/user_edit.html", {"user": user}, form=form)


@router.post("/{user_id}/link")
def make_link(request: Request, session: WriteSession, actor: Manager, user_id: UUID) -> Response:
    """Make a one-time link and show it, once, as a slip to print."""
    demand_stepped_up(request, actor)
    user = queries.user(session, user_id)
    return _slip(request, session, user, actions.invite(session, actor, user))


@router.post("/{user_id}/link/confirmation")
def confirm_link(request: Request, session: WriteSession, actor: Manager, user_id: UUID) -> Response:
    """Let a one-time link for a user with a sensitive role work, as the second administrator."""
    demand_stepped_up(request, actor)
    actions.confirm_link(session, actor, queries.user(session, user_id))
    return see_other(f"/admin/users/{user_id}", done=_("The link is confirmed and works now."))


@router.post("/{user_id}/link/refusal")
def refuse_link(session: WriteSession, actor: Manager, user_id: UUID) -> Response:
    """Stop a one-time link that waits."""
    actions.refuse_link(session, actor, queries.user(session, user_id))
    return see_other(f"/admin/users/{user_id}", done=_("The link was not confirmed and will not work."))


@router.post("/{user_id}/lock")
def lock(request: Request, session: WriteSession, actor: Manager, user_id: UUID, form: Bound[ReasonForm]) -> Response:
    """Lock an account at once."""
    user = queries.user(session, user_id)
    if not form.ok:
        return _user_page(request, session, actor, user, form)
    actions.lock_user(session, actor, user, reason=form.reason)
    return see_other(f"/admin/users/{user_id}", done=_("The account is locked and its sessions have ended."))


@router.post("/{user_id}/unlock")
def unlock(request: Request, session: WriteSession, actor: Manager, user_id: UUID) -> Response:
    """Open a locked account again."""
    demand_stepped_up(request, actor)
    actions.unlock_user(session, actor, queries.user(session, user_id))
    return see_other(f"/admin/users/{user_id}", done=_("The account is open again."))


@router.post("/{user_id}/sessions/end")
def end_sessions(session: WriteSession, actor: Manager, user_id: UUID) -> Response:
    """End every session of a user."""
    actions.end_all_sessions(session, actor, queries.user(session, user_id).id)
    return see_other(f"/admin/users/{user_id}", done=_("All sessions of this user have ended."))


@router.post("/{user_id}/second-factor/reset")
def reset_factor(
    request: Request, session: WriteSession, actor: Manager, user_id: UUID, form: Bound[ReasonForm]
) -> Response:
    """Switch off the second factor of somebody who lost phone and codes."""
    demand_stepped_up(request, actor)
    user = queries.user(session, user_id)
    if not form.ok:
        return _user_page(request, session, actor, user, form)
    actions.reset_totp(session, actor, user, reason=form.reason)
    return see_other(f"/admin/users/{user_id}", done=_("The second factor of this user is switched off."))


@router.post("/{user_id}/roles/confirmation")
def confirm_role(
    request: Request, session: WriteSession, actor: Manager, user_id: UUID, form: Bound[RoleAnswer]
) -> Response:
    """Let a sensitive role take effect, as the second administrator."""
    demand_stepped_up(request, actor)
    user = queries.user(session, user_id)
    if form.ok:
        actions.confirm_role(session, actor, user, form.role)
    return see_other(f"/admin/users/{user_id}", done=_("The role is confirmed."))


@router.post("/{user_id}/roles/refusal")
def refuse_role(session: WriteSession, actor: Manager, user_id: UUID, form: Bound[RoleAnswer]) -> Response:
    """Take back a sensitive role that waits."""
    user = queries.user(session, user_id)
    if form.ok:
        actions.refuse_role(session, actor, user, form.role)
    return see_other(f"/admin/users/{user_id}", done=_("The role was not given."))


def _offer(session: Session, form: NewUserForm | UserForm) -> None:
    form.offer("offices", [(str(office.id), office.name) for office in queries.offices(session)])
    if isinstance(form, NewUserForm):
        form.offer("language", language_options())


def _saved(session: Session, user: User) -> UserForm:
    form = UserForm.blank(
        version=user.version,
        name=user.name,
        roles=[held.role for held in queries.roles_of(session, user.id)],
        offices=[str(office) for office in queries.office_ids_of(session, user.id)],
    )
    _offer(session, form)
    return form


def _user_page(request: Request, session: Session, actor: Actor, user: User, form: ReasonForm) -> Response:
    held = queries.roles_of(session, user.id)
    link = queries.open_invitation(session, user.id, clock.now())
    ctx = {
        "link_waits": link is not None and link.confirmed_at is None,
        "link_for_me": link is not None and actor.user_id not in {user.id, link.made_by},
        "user": user,
        "own": user.id == actor.user_id,
        "held": held,
        "waiting": [one for one in held if one.confirmed_at is None and actor.user_id not in {user.id, one.asked_by}],
        "offices": sorted(queries.office_names(session, queries.office_ids_of(session, user.id)).values()),
        "second_factor": queries.has_second_factor(user),
        "sessions": queries.open_sessions(session, user.id, clock.now()),
        "locked": user.state is UserState.LOCKED,
        "active": user.state is UserState.ACTIVE,
        "invited": user.state is UserState.INVITED,
    }
    return form_page(request, "accounts/user.html", ctx, form=form)


def _slip(request: Request, session: Session, user: User, token: str) -> Response:
    made = queries.open_invitation(session, user.id, clock.now())
    waits = made is not None and made.confirmed_at is None
    alone = not waits and bool(queries.roles_in_effect(session, user.id) & SENSITIVE_ROLES)
    link = f"{settings_of(request).base_url}/sign-in/link/{token}"
    code = segno.make_qr(link).svg_inline(scale=4, svgclass="qr", lineclass=None, omitsize=True)
    ctx = {"user": user, "link": link, "qr": code, "waits": waits, "alone": alone}
    return page(request, "accounts/slip.html", ctx)
