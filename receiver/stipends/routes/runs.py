"""Pay runs (S32, S33): the list, a new one, its lines, what is done with them, sending it to approval, paper."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.months import Month
from receiver.kit.words import _, n_
from receiver.ledger.queries import fund_position
from receiver.ledger.rules import FundOverdrawn
from receiver.partners.models import Programme
from receiver.partners.queries import programmes
from receiver.stipends import actions, queries
from receiver.stipends.forms.runs import LinesFilter, LinesForm, NewRunForm, PageFilter, ReasonForm, SubmissionForm
from receiver.stipends.queries.leaving_out import omissions
from receiver.stipends.queries.missed import missed_counts
from receiver.stipends.queries.run_pages import (
    flag_counts,
    line_numbers,
    line_page,
    people_of_lines,
    printed_lines,
)
from receiver.stipends.queries.run_pages import (
    run_page as runs_listed,
)
from receiver.stipends.routes.framing import Code, Run, found, frame, remarks, run_page
from receiver.stipends.rules.checklist import ADVICE, AcceptanceNeedsReason, ChecklistOpen, Flag, is_missed
from receiver.stipends.rules.listing import LineFilter
from receiver.stipends.rules.runs import ReasonMissing, RunState
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.render import form_page, page
from receiver.web.router import Router
from receiver.web.visit import actor_of

router = Router(prefix="/stipends")
Lister = Annotated[Actor, require(Permission.PAY_RUN_LIST)]
Viewer = Annotated[Actor, require(Permission.PAY_RUN_VIEW)]
Preparer = Annotated[Actor, require(Permission.PAY_RUN_PREPARE)]
Submitter = Annotated[Actor, require(Permission.PAY_RUN_SUBMIT)]
Abandoner = Annotated[Actor, require(Permission.PAY_RUN_ABANDON)]
ON_PAPER = 250


@router.get("")
def runs(request: Request, session: ReadSession, actor: Lister, filters: Asked[PageFilter]) -> Response:
    """Every run, the newest month on top."""
    ctx = {"page": runs_listed(session, actor, filters.value_of("after")), "url": "/stipends"}
    return page(request, "stipends/runs.html", ctx, block="rows")


@router.get("/runs/new")
def new_run(request: Request, session: ReadSession, _actor: Preparer) -> Response:
    """The page on which a run is started."""
    known = programmes(session)
    form = NewRunForm.blank(
        month=Month.of(clock.today(i18n.zone())), programme=str(known[0].id) if len(known) == 1 else None
    )
    _offer(form, known)
    return form_page(request, "stipends/run_new.html", {"programmes": known}, form=form)


@router.post("/runs")
def start(request: Request, session: WriteSession, actor: Preparer, form: Bound[NewRunForm]) -> Response:
    """Start a run and let the background fill it."""
    known = programmes(session)
    _offer(form, known)
    if form.ok:
        chosen = next(one for one in known if str(one.id) == form.programme)
        try:
            run = actions.start_run(session, actor, chosen, form.month)
        except Refusal as refusal:
            form.add_error("month", refusal)
        else:
            return see_other(f"/progress/{actions.build_in_background(session, actor, run)}")
    return form_page(request, "stipends/run_new.html", {"programmes": known}, form=form)


@router.get("/runs/{name}")
@router.get("/runs/{name}/lines")
def show_run(
    request: Request,
    session: ReadSession,
    actor: Viewer,
    name: str,
    filters: Asked[LinesFilter],
    programme: Code = None,
) -> Response:
    """A run with its figures and its lines (S33b has them at an address of their own)."""
    return _lines_page(request, session, found(session, actor, name, programme, Permission.PAY_RUN_VIEW), filters)


@router.get("/runs/{name}/print")
def paper(request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None) -> Response:
    """A run for paper: totals, who did what, and its lines."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    ctx = {
        **frame(request, session, run),
        "rows": printed_lines(session, run.run, ON_PAPER),
        "numbers": line_numbers(run.run),
        "which": LineFilter,
        "now": clock.now(),
        "back": run.url(),
    }
    return page(request, "stipends/run_print.html", ctx)


@router.post("/runs/{name}/build")
def build(session: WriteSession, actor: Preparer, name: str, programme: Code = None) -> Response:
    """Build a draft again with what is true now."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    return see_other(f"/progress/{actions.build_in_background(session, actor, run.run)}")


@router.post("/runs/{name}/follow-up")
def follow_up(session: WriteSession, actor: Preparer, name: str, programme: Code = None) -> Response:
    """Start a run for what is still to be paid of the month."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    made = actions.start_follow_up(session, actor, run.programme, run.run.month)
    return see_other(f"/progress/{actions.build_in_background(session, actor, made)}")


@router.post("/runs/{name}/acceptance")
def accept(
    request: Request, session: WriteSession, actor: Preparer, name: str, form: Bound[LinesForm], programme: Code = None
) -> Response:
    """Take findings as they are, with a reason."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    people = _chosen(session, run, form)
    if form.ok:
        try:
            count = actions.accept_findings(session, actor, run.run, people, reason=form.reason)
        except AcceptanceNeedsReason as refusal:
            form.add_error("reason", refusal)
        else:
            return see_other(_back(run, form), done=n_("%(n)s line is accepted.", "%(n)s lines are accepted.", count))
    return _lines_page(request, session, run, form.seen, form)


@router.post("/runs/{name}/cash-desk-lines")
def to_the_desk(
    request: Request, session: WriteSession, actor: Preparer, name: str, form: Bound[LinesForm], programme: Code = None
) -> Response:
    """Pay people at the cash desk this once."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    people = _chosen(session, run, form)
    if form.ok:
        count = actions.pay_at_desk(session, actor, run.run, people)
        told = n_("%(n)s person will be paid at the cash desk.", "%(n)s people will be paid at the cash desk.", count)
        return see_other(_back(run, form), done=told)
    return _lines_page(request, session, run, form.seen, form)


@router.post("/runs/{name}/held-back-lines")
def hold_back(
    request: Request, session: WriteSession, actor: Preparer, name: str, form: Bound[LinesForm], programme: Code = None
) -> Response:
    """Hold lines back after freezing; the list and its digest stay as they are."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    people = _chosen(session, run, form)
    if form.ok:
        try:
            count = actions.hold_back(session, actor, run.run, people, reason=form.reason)
        except ReasonMissing as refusal:
            form.add_error("reason", refusal)
        else:
            return see_other(_back(run, form), done=n_("%(n)s line is held back.", "%(n)s lines are held back.", count))
    return _lines_page(request, session, run, form.seen, form)


@router.get("/runs/{name}/submission")
def check(request: Request, session: ReadSession, actor: Submitter, name: str, programme: Code = None) -> Response:
    """The check before a run is frozen: everyone who would be missed or is odd, and the fund."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_SUBMIT)
    return _check_page(request, session, run, SubmissionForm())


@router.post("/runs/{name}/submission")
def submit(
    request: Request,
    session: WriteSession,
    actor: Submitter,
    name: str,
    form: Bound[SubmissionForm],
    programme: Code = None,
) -> Response:
    """Freeze the list and ask for approval."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_SUBMIT)
    if form.ok:
        because = {"accept_because": form.accept_because, "overdraw_because": form.overdraw_because}
        try:
            # The fund is looked at last: what was written until then must not show on the page that says so.
            with session.begin_nested():
                actions.submit_run(session, actor, run.run, **because)
        except (ChecklistOpen, AcceptanceNeedsReason) as refusal:
            form.add_error("accept_because", refusal)
        except FundOverdrawn as refusal:
            form.add_error("overdraw_because", refusal)
        else:
            return see_other(run.url(), done=_("The list is frozen. Someone else has to approve it."))
    return _check_page(request, session, run, form)


@router.get("/runs/{name}/abandonment")
def show_abandonment(
    request: Request, session: ReadSession, actor: Abandoner, name: str, programme: Code = None
) -> Response:
    """The page that asks why a run is abandoned."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_ABANDON)
    return run_page(request, session, run, "stipends/run_abandon.html", {}, form=ReasonForm())


@router.post("/runs/{name}/abandonment")
def abandon(
    request: Request,
    session: WriteSession,
    actor: Abandoner,
    name: str,
    form: Bound[ReasonForm],
    programme: Code = None,
) -> Response:
    """Abandon a run before its release."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_ABANDON)
    if form.ok:
        actions.abandon_run(session, actor, run.run, reason=form.reason)
        return see_other(run.url(), done=_("The run is abandoned. What people are owed stays owed."))
    return run_page(request, session, run, "stipends/run_abandon.html", {}, form=form)


def _lines_page(
    request: Request, session: Session, run: Run, filters: LinesFilter, bulk: LinesForm | None = None
) -> Response:
    which = filters.values.get("show") or LineFilter.ALL
    numbers = line_numbers(run.run)
    here = {one: _filtered(run, one) for one in LineFilter}
    actor, listed = actor_of(request), line_page(session, run.run, which, filters.value_of("after"))
    tells = actor is not None and actor.may(Permission.STIPEND_VIEW)
    omitted = [row.reference for row in listed.rows if Flag.LEFT_OUT in row.findings]
    ctx: dict[str, Any] = {
        "page": listed,
        "omitted": omissions(session, run.run, omitted, told=tells) if omitted else {},
        "leaves_out": run.run.state is RunState.DRAFT and actor is not None and actor.may(Permission.PAY_RUN_PREPARE),
        "numbers": numbers,
        "which": which,
        "after": filters.value_of("after"),
        "url": here[which],
        "all": numbers[LineFilter.ALL][0],
        "chips": [
            {"url": here[one], "label": one.label, "count": numbers[one][0], "current": one is which}
            for one in LineFilter
        ],
        "bulk": bulk or LinesForm(prefix="b"),
        "advice": ADVICE,
        "is_missed": is_missed,
        "month_missed": missed_counts(session, run.run, clock.now()),
        **remarks(request, session, run),
    }
    return run_page(request, session, run, "stipends/run.html", ctx, form=bulk, block="lines")


def _check_page(request: Request, session: Session, run: Run, form: Form) -> Response:
    ctx = {
        "flags": flag_counts(session, run.run),
        "advice": ADVICE,
        "unresolved": queries.open_findings(session, run.run),
        "fund": fund_position(session, run.programme.code, run.programme.currency),
        "draft": run.run.state is RunState.DRAFT,
    }
    return run_page(request, session, run, "stipends/run_check.html", ctx, form=form)


def _chosen(session: Session, run: Run, form: LinesForm) -> list[UUID]:
    """The people of the ticked lines."""
    form.offer("person", [(each, each) for each in form.values_of("person")])
    return people_of_lines(session, run.run, [each for each in form.values_of("person") if each])


def _filtered(run: Run, which: LineFilter) -> str:
    return f"{run.url()}&show={which.value}"


def _back(run: Run, form: LinesForm) -> str:
    """The lines among which some were chosen: whoever works through a list is not sent to the beginning of another."""
    return run.url() if form.which is LineFilter.ALL else _filtered(run, form.which)


def _offer(form: NewRunForm, known: Sequence[Programme]) -> None:
    form.offer("programme", [(str(one.id), one.name) for one in known])
