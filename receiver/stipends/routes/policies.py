"""Policies (S30): the list, versions, a draft, its approval by a second human, and trying one out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.accounts.visits import demand_stepped_up, is_stepped_up, who_can
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import _
from receiver.partners.queries import programme, programmes
from receiver.partners.rules import NotACode
from receiver.people.models import Person
from receiver.people.queries import household_spans, person_by_reference
from receiver.stipends import actions, queries
from receiver.stipends.actions import PolicyTerms
from receiver.stipends.forms.amounts import amount_of, typed
from receiver.stipends.forms.policies import (
    ApprovalOfVersionForm,
    CompareForm,
    DraftForm,
    NewPolicyForm,
    RefusalForm,
    TermsFields,
    TryForm,
    VersionForm,
)
from receiver.stipends.models import Policy, PolicyVersion
from receiver.stipends.queries.overview import policy_rows
from receiver.stipends.queries.policies import household_sizes_in
from receiver.stipends.rules.entitlements import Entitlement, Span, clip, work_out
from receiver.stipends.rules.policies import DrafterPutsInForce, PolicyCodeTaken, PolicyState, Terms, changes
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router(prefix="/stipends/policies")
Viewer = Annotated[Actor, require(Permission.POLICY_VIEW)]
Drafter = Annotated[Actor, require(Permission.POLICY_DRAFT)]
Approver = Annotated[Actor, require(Permission.POLICY_APPROVE)]
_DRAFTED = _("The draft is written. Someone else has to put it in force.")


@router.get("")
def policies(request: Request, session: ReadSession, actor: Viewer) -> Response:
    """Every policy with what is in force and what waits."""
    ctx = {"rows": policy_rows(session, actor), "month": Month.of(clock.today(i18n.zone()))}
    return page(request, "stipends/policies.html", ctx)


@router.get("/new")
def new_policy(request: Request, session: ReadSession, _actor: Drafter) -> Response:
    """The page for a new policy."""
    form = NewPolicyForm()
    _offer(session, form)
    return form_page(request, "stipends/policy_new.html", form=form)


@router.post("")
def add_policy(request: Request, session: WriteSession, actor: Drafter, form: Bound[NewPolicyForm]) -> Response:
    """Write a new policy with its first version."""
    _offer(session, form)
    if form.ok:
        chosen = programme(session, UUID(form.programme))
        try:
            terms = _terms(form, chosen.currency)
            if terms is not None:
                made = actions.draft_policy(
                    session, actor, programme_id=chosen.id, code=form.code, name=form.name, terms=terms
                )
                return see_other(_address(queries.policy_of(session, made), made), done=_DRAFTED)
        except Refusal as refusal:
            form.add_error("code" if isinstance(refusal, PolicyCodeTaken | NotACode) else None, refusal)
    return form_page(request, "stipends/policy_new.html", form=form)


@router.get("/{code}")
def show_policy(request: Request, session: ReadSession, actor: Viewer, code: str, asked: Asked[TryForm]) -> Response:
    """A policy with all its versions, and what it would bring somebody."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_VIEW)
    ctx = {
        "policy": policy,
        "programme": programme(session, policy.programme_id),
        "versions": queries.versions_of(session, policy),
        "people": queries.users_of(session, policy),
        **_tried(session, actor, policy, asked),
    }
    return page(request, "stipends/policy.html", ctx, block="try", form=asked)


@router.get("/{code}/comparison")
def compare(request: Request, session: ReadSession, actor: Viewer, code: str, asked: Asked[CompareForm]) -> Response:
    """Two versions side by side, and for how many people the second brings more or less than the first."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_VIEW)
    versions = {str(one.number): one for one in queries.versions_of(session, policy)}
    for name in ("first", "second"):
        asked.offer(name, [(number, _("Version %(n)s", n=one.number)) for number, one in versions.items()])
    newest = next(iter(versions.values()))
    in_force = [one for one in versions.values() if one.state is PolicyState.IN_FORCE and one is not newest]
    first = versions.get(asked.value_of("first")) or next(iter(in_force), newest)
    second = versions.get(asked.value_of("second")) or newest
    sizes = household_sizes_in(session, policy, clock.today(i18n.zone()))
    found = changes(first.terms(code), second.terms(code), sizes)
    nothing = Money.zero(first.currency)
    form = CompareForm.blank(first=str(first.number), second=str(second.number))
    for name in ("first", "second"):
        form.offer(name, asked.options[name])
    ctx: dict[str, Any] = {
        "policy": policy,
        "form": form,
        "first": first,
        "second": second,
        "changes": found,
        "more": [one for one in found if one.each > nothing],
        "less": [one for one in found if one.each < nothing],
        "same": [one for one in found if one.each == nothing],
        "summed": lambda some: sum((one.together for one in some), nothing),
    }
    return page(request, "stipends/policy_comparison.html", ctx, block="compared")


@router.get("/{code}/versions/new")
def new_version(request: Request, session: ReadSession, actor: Drafter, code: str) -> Response:
    """The page for the next version, filled with the newest."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_DRAFT)
    form = VersionForm.blank(
        **_filled(queries.versions_of(session, policy)[0]) | {"valid_from": None, "valid_to": None}
    )
    return form_page(request, "stipends/version_new.html", {"policy": policy}, form=form)


@router.post("/{code}/versions")
def add_version(
    request: Request, session: WriteSession, actor: Drafter, code: str, form: Bound[VersionForm]
) -> Response:
    """Write the next version."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_DRAFT)
    if form.ok:
        try:
            terms = _terms(form, programme(session, policy.programme_id).currency)
            if terms is not None:
                made = actions.draft_version(session, actor, policy, terms=terms)
                return see_other(_address(policy, made), done=_DRAFTED)
        except Refusal as refusal:
            form.add_error(None, refusal)
    return form_page(request, "stipends/version_new.html", {"policy": policy}, form=form)


@router.get("/{code}/{number}")
def show_version(request: Request, session: ReadSession, actor: Viewer, code: str, number: int) -> Response:
    """One version: its terms beside those in force, and for a second human the way to put it in force."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_VIEW)
    return _version_page(request, session, actor, policy, queries.version_of(session, policy, number))


@router.get("/{code}/{number}/edit")
def edit_version(request: Request, session: ReadSession, actor: Drafter, code: str, number: int) -> Response:
    """The page on which a draft is changed."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_DRAFT)
    version = queries.version_of(session, policy, number)
    form = DraftForm.blank(version=version.version, **_filled(version))
    return form_page(request, "stipends/version_edit.html", {"policy": policy, "version": version}, form=form)


@router.post("/{code}/{number}")
def change_version(
    request: Request, session: WriteSession, actor: Drafter, code: str, number: int, form: Bound[DraftForm]
) -> Response:
    """Change a draft."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_DRAFT)
    version = queries.version_of(session, policy, number)
    if form.ok:
        saved = DraftForm.blank(version=version.version, **_filled(version))
        if (answer := clash(request, form, saved)) is not None:
            return answer
        terms = _terms(form, version.currency)
        if terms is not None:
            actions.change_version(session, actor, version, terms=terms)
            return see_other(_address(policy, version), done=_("The draft is changed."))
    return form_page(request, "stipends/version_edit.html", {"policy": policy, "version": version}, form=form)


@router.post("/{code}/{number}/approval")
def approve(
    request: Request,
    session: WriteSession,
    actor: Approver,
    code: str,
    number: int,
    form: Bound[ApprovalOfVersionForm],
) -> Response:
    """Put a version in force, as a second human."""
    demand_stepped_up(request, actor)
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_APPROVE)
    version = queries.version_of(session, policy, number)
    if form.ok:
        actions.approve_version(session, actor, version, end_previous=form.end_previous)
        return see_other(_address(policy, version), done=_("The version is in force."))
    return _version_page(request, session, actor, policy, version, form)


@router.post("/{code}/{number}/refusal")
def refuse(
    request: Request, session: WriteSession, actor: Approver, code: str, number: int, form: Bound[RefusalForm]
) -> Response:
    """Do not put a draft in force."""
    policy = queries.policy_by_code(session, actor, code, Permission.POLICY_APPROVE)
    version = queries.version_of(session, policy, number)
    if form.ok:
        actions.reject_version(session, actor, version, reason=form.reason)
        return see_other(_address(policy, version), done=_("The draft is withdrawn."))
    return _version_page(request, session, actor, policy, version, form)


def _version_page(
    request: Request, session: Session, actor: Actor, policy: Policy, version: PolicyVersion, sent: Form | None = None
) -> Response:
    others = [one for one in queries.versions_in_force(session, policy) if one.id != version.id]
    waits = version.state is PolicyState.DRAFT
    names = user_names(session, {one for one in (version.drafted_by, version.decided_by) if one})
    wrong = None
    if waits and actor.user_id == version.drafted_by:
        wrong = DrafterPutsInForce(policy=policy.code, version=version.number).words
    ctx = {
        "policy": policy,
        "version": version,
        "before": others[-1] if others else None,
        "names": names,
        "waits": waits,
        "wrong": wrong,
        "who_can": who_can(session, actor, Permission.POLICY_APPROVE) if waits else [],
        "fresh": is_stepped_up(request, actor),
        "here": request.url.path if request.method == "GET" else _address(policy, version),
        "approval": sent if isinstance(sent, ApprovalOfVersionForm) else ApprovalOfVersionForm(prefix="a"),
        "refusal": sent if isinstance(sent, RefusalForm) else RefusalForm(prefix="r"),
    }
    return page(request, "stipends/version.html", ctx, form=sent, status=422 if sent else 200)


def _tried(session: Session, actor: Actor, policy: Policy, asked: TryForm) -> dict[str, object]:
    """What the policy would bring somebody, the newest draft taken as if it were in force."""
    reference, month = asked.values.get("person"), asked.values.get("month")
    if not reference or month is None:
        return {"result": None, "tried": None}
    person = person_by_reference(session, actor, reference, Permission.POLICY_VIEW)
    versions = queries.versions_of(session, policy)
    newest_draft = next((one for one in versions if one.state is PolicyState.DRAFT), None)
    speaking = [one for one in versions if one.state is PolicyState.IN_FORCE or one is newest_draft]
    terms = tuple(one.terms(policy.code) for one in speaking)
    return {"result": _would_bring(session, person, month, terms) if terms else None, "tried": person}


def _would_bring(session: Session, person: Person, month: Month, terms: tuple[Terms, ...]) -> Entitlement:
    here = None
    if person.arrived_on is not None:
        here = clip(month, Span(person.arrived_on, person.left_on))
    together = household_spans(session, [person.id], month.first, month.last).get(person.id, ())
    members = (clip(month, Span(other.first, other.last)) for other in together)
    return work_out(month, terms, here, tuple(span for span in members if span is not None))


def _terms(form: TermsFields, currency: str) -> PolicyTerms | None:
    base, member, limit = (amount_of(form, name, currency) for name in ("base", "member", "limit"))
    if not form.ok or base is None:
        return None
    return PolicyTerms(
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        base=base,
        member=member,
        members_most=form.members_most or 0,
        limit=limit,
    )


def _filled(version: PolicyVersion) -> dict[str, Any]:
    currency = version.currency
    return {
        "base": typed(version.base_minor, currency),
        "member": typed(version.member_minor or None, currency),
        "members_most": version.members_most or None,
        "limit": typed(version.limit_minor, currency),
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
    }


def _offer(session: Session, form: NewPolicyForm) -> None:
    form.offer("programme", [(str(one.id), one.name) for one in programmes(session)])


def _address(policy: Policy, version: PolicyVersion) -> str:
    return url("/stipends/policies/{code}/{number}", code=policy.code, number=version.number)
