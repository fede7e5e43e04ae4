"""One's own second factor: set up, recovery codes, switched off."""

import pyotp
import segno
from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor
from receiver.accounts import actions, passwords, queries, rules
from receiver.accounts.actions.factor import pending_secret
from receiver.accounts.forms import CODE_DIGITS, CodeForm, RemoveFactorForm
from receiver.accounts.routes.account import own_id
from receiver.accounts.visits import address_of, demand_stepped_up
from receiver.kit.words import _
from receiver.web.answers import see_other
from receiver.web.deps import Bound, Db, ReadSession, Who, WriteSession
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/me/2fa")
ISSUER = "Receiver"


@router.get("")
def show(request: Request, session: ReadSession, actor: Who) -> Response:
    """Whether there is a second factor, and its setting up."""
    return _page(request, session, actor, CodeForm())


@router.post("")
def begin(request: Request, session: WriteSession, actor: Who) -> Response:
    """Make a secret to put into an app; it counts once a first code was right."""
    demand_stepped_up(request, actor)
    user = queries.user(session, own_id(actor))
    if not queries.has_second_factor(user):
        actions.begin_totp(session, user)
    return see_other("/me/2fa")


@router.post("/confirmation")
def confirm(request: Request, session: WriteSession, actor: Who, form: Bound[CodeForm]) -> Response:
    """Switch it on with a first code, and show the recovery codes, once."""
    demand_stepped_up(request, actor)
    user = queries.user(session, own_id(actor))
    if form.ok:
        try:
            codes = actions.confirm_totp(session, actor, user, form.code)
        except rules.WrongCode as refusal:
            form.add_error("code", refusal)
        else:
            return page(request, "accounts/recovery_codes.html", {"codes": codes})
    return _page(request, session, actor, form)


@router.post("/recovery-codes")
def new_codes(request: Request, session: WriteSession, actor: Who) -> Response:
    """Make new recovery codes; the old ones stop working."""
    demand_stepped_up(request, actor)
    user = queries.user(session, own_id(actor))
    if not queries.has_second_factor(user):
        return see_other("/me/2fa")
    codes = actions.new_recovery_codes(session, actor, user)
    return page(request, "accounts/recovery_codes.html", {"codes": codes})


@router.get("/removal")
def show_removal(request: Request, _actor: Who) -> Response:
    """The page that asks for password and code before the second factor is switched off."""
    return form_page(request, "accounts/remove_factor.html", form=RemoveFactorForm())


@router.post("/removal")
def remove(request: Request, db: Db, actor: Who, form: Bound[RemoveFactorForm]) -> Response:
    """Switch it off."""
    if form.ok:
        with db.write() as session:
            refusal = actions.count_attempt(
                session, what="step-up", account=str(actor.user_id), address=address_of(request)
            )
            password_hash = queries.user(session, own_id(actor)).password_hash
        if refusal is not None:
            raise refusal
        if passwords.verify(password_hash, form.password):
            try:
                with db.write() as session:
                    user = queries.user(session, own_id(actor))
                    actions.use_code(session, user, form.code)
                    actions.remove_totp(session, actor, user)
            except rules.WrongCode as wrong:
                form.add_error("code", wrong)
            else:
                return see_other("/me", done=_("The second factor is switched off."))
        else:
            form.add_error("password", _("This is not your password."))
    return form_page(request, "accounts/remove_factor.html", form=form)


def _page(request: Request, session: Session, actor: Actor, form: CodeForm) -> Response:
    user = queries.user(session, own_id(actor))
    secret = pending_secret(session, user)
    code = None
    if secret is not None:
        uri = pyotp.TOTP(secret, digits=CODE_DIGITS).provisioning_uri(name=user.email, issuer_name=ISSUER)
        code = segno.make_qr(uri).svg_inline(scale=4, svgclass="qr", lineclass=None, omitsize=True)
    ctx = {
        "on": queries.has_second_factor(user),
        "secret": None if secret is None else " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "qr": code,
        "codes_left": queries.recovery_codes_left(session, user.id),
    }
    return form_page(request, "accounts/second_factor.html", ctx, form=form)
