"""What became of the money (S38, S39): results of providers, rows to decide, the cash desk, the end of a run."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import vault
from receiver.access import Actor, Permission
from receiver.accounts.visits import who_can
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.money import Money
from receiver.kit.words import Words, _, n_
from receiver.partners.models import Programme
from receiver.stipends import actions, queries
from receiver.stipends.forms.runs import DecisionForm, DeskForm, PageFilter, ResultsForm
from receiver.stipends.models import PayRun, ResultException, ResultFile
from receiver.stipends.queries import ResultCheck
from receiver.stipends.queries.assignments import owners, reconcilers
from receiver.stipends.queries.run_pages import desk_page
from receiver.stipends.queries.sheets import desk_sheet
from receiver.stipends.routes.framing import Code, Run, found, frame, run_page, told
from receiver.stipends.rules.closing import why_not_close
from receiver.stipends.rules.exceptions import ResultsFaulty, decisions_for
from receiver.stipends.rules.matching import MATCHABLE
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.reasons import explained
from receiver.stipends.rules.result_formats import ResultRow
from receiver.stipends.rules.results import EXPLAIN, MISPLACED, OTHER_MONEY, Effect
from receiver.stipends.rules.runs import RunState
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, Db, ReadSession, WriteSession, require
from receiver.web.render import page
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Viewer = Annotated[Actor, require(Permission.PAY_RUN_VIEW)]
Reconciler = Annotated[Actor, require(Permission.PAY_RUN_RECONCILE)]
Closer = Annotated[Actor, require(Permission.PAY_RUN_CLOSE)]
AT_ONCE = 2_000
"""Rows of a file that are taken in while one waits; more go to the background."""
SHOWN = 50
RECONCILE, CLOSE = 5, 6


def _read_first(db: Db, form: Bound[ResultsForm]) -> list[ResultRow] | Refusal | None:
    """The rows of what was sent or why they cannot be read, known before the transaction begins."""
    if not form.ok:
        return None
    with db.read() as session:
        most = queries.limits(session)
    try:
        return queries.read_rows(most, form.file.data, form.values["format"])
    except Refusal as refusal:
        return refusal


@router.get("/reconciliation")
def reconciliation(
    request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None
) -> Response:
    """How far the payments of a run are, rows that wait for a decision, and the next file of results."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    return _page(request, session, actor, run)


@router.post("/reconciliation")
def upload(
    request: Request,
    session: WriteSession,
    actor: Reconciler,
    name: str,
    form: Bound[ResultsForm],
    read: Annotated[list[ResultRow] | Refusal | None, Depends(_read_first)],
    programme: Code = None,
) -> Response:
    """Keep a file of results that can be read, and show what it would do."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    faults: tuple[Any, ...] = ()
    form.offer("format", _formats(session, run))
    if form.ok:
        try:
            if isinstance(read, Refusal):
                raise read
            file = actions.store_results(session, actor, run.run, form.file.data, form=form.format, rows=read)
        except Refusal as refusal:
            form.add_error("file", refusal)
            faults = refusal.faults[:SHOWN] if isinstance(refusal, ResultsFaulty) else ()
        else:
            return see_other(run.url(f"results/{file.id}"))
    return _page(request, session, actor, run, form, faults=faults)


@router.get("/results/{file_id}")
def dry_run(
    request: Request, session: ReadSession, actor: Reconciler, name: str, file_id: UUID, programme: Code = None
) -> Response:
    """What taking in a file would do now; nothing is changed by looking."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    file = queries.result_file(session, file_id, run.run)
    check = _checked(session, run, file)
    odd = [verdict for verdict in check.verdicts if verdict.exception]
    ctx = {
        "file": file,
        "check": check,
        "counts": [(effect, check.counts[effect.value]) for effect in Effect],
        "news": sum(count for effect, count in check.counts.items() if effect != Effect.KNOWN),
        "odd": odd[:SHOWN],
        "explain": EXPLAIN,
        "elsewhere": Run(*queries.run_of_file(session, file)) if file.run_id != run.run.id else None,
    }
    return run_page(request, session, run, "stipends/run_results.html", ctx, step=RECONCILE)


@router.post("/results/{file_id}")
def take(session: WriteSession, actor: Reconciler, name: str, file_id: UUID, programme: Code = None) -> Response:
    """Take a file in; the same one again changes nothing."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    file = queries.result_file(session, file_id, run.run)
    if file.rows > AT_ONCE and file.content is not None:
        work = actions.reconcile_in_background(session, actor, run.run, file, url=run.url("reconciliation"))
        return see_other(f"/progress/{work}")
    counts = actions.take_stored(session, actor, run.run, file).counts
    known = counts[Effect.KNOWN]
    if known == sum(counts.values()):
        done = n_("Nothing new: %(n)s row was taken in before.", "Nothing new: %(n)s rows were taken in before.", known)
    else:
        new = sum(counts.values()) - known
        done = n_("%(n)s row is taken in.", "%(n)s rows are taken in.", new)
    return see_other(run.url("reconciliation"), done=done)


@router.post("/exceptions/{exception_id}")
def decide(
    request: Request,
    session: WriteSession,
    actor: Reconciler,
    name: str,
    exception_id: UUID,
    form: Bound[DecisionForm],
    programme: Code = None,
) -> Response:
    """Decide what became of a row that did not fit."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    row = queries.exception_by_id(session, actor, exception_id, run.run)
    if form.ok:
        try:
            actions.settle_exception(session, actor, row, decision=form.decision, reason=form.reason)
        except Refusal as refusal:
            form.add_error("decision", refusal)
        else:
            return see_other(run.url("reconciliation"), done=_("The decision is noted."))
    return _page(request, session, actor, run, decisions={row.id: form})


@router.get("/cash-desk")
def cash_desk(
    request: Request, session: ReadSession, actor: Viewer, name: str, filters: Asked[PageFilter], programme: Code = None
) -> Response:
    """Who is still to come to the cash desk."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    return _desk_page(request, session, run, filters.value_of("after"), DeskForm())


@router.get("/cash-desk/sheet")
def sheet(
    request: Request,
    session: ReadSession,
    actor: Reconciler,
    name: str,
    filters: Asked[PageFilter],
    programme: Code = None,
) -> Response:
    """The sheet for paper on which people sign, with everybody who is still to come."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    files = queries.instructions(session, run.run)
    ctx = {
        **frame(request, session, run),
        "sheet": desk_sheet(session, run.run, filters.value_of("after")),
        "file": next((one for one in files if one.channel is Channel.CASH_DESK), None),
        "url": run.url("cash-desk/sheet"),
        "now": clock.now(),
        "back": run.url("cash-desk"),
    }
    return page(request, "stipends/run_sheet.html", ctx)


@router.post("/cash-desk")
def paid(
    request: Request, session: WriteSession, actor: Reconciler, name: str, form: Bound[DeskForm], programme: Code = None
) -> Response:
    """Record who was paid at the cash desk."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    payments = _chosen(form)
    if form.ok:
        count = actions.mark_paid(session, actor, run.run, payments)
        return see_other(run.url("cash-desk"), done=n_("%(n)s person was paid.", "%(n)s people were paid.", count))
    return _desk_page(request, session, run, "", form)


@router.post("/uncollected")
def uncollected(
    request: Request, session: WriteSession, actor: Reconciler, name: str, form: Bound[DeskForm], programme: Code = None
) -> Response:
    """Record who did not come; the money is owed again."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    payments = _chosen(form)
    if form.ok:
        count = actions.mark_uncollected(session, actor, run.run, payments)
        told_ = n_(
            "%(n)s person did not come. The money is owed again.",
            "%(n)s people did not come. The money is owed again.",
            count,
        )
        return see_other(run.url("cash-desk"), done=told_)
    return _desk_page(request, session, run, "", form)


@router.get("/close")
def show_close(request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None) -> Response:
    """The equation of a run, and for whoever may, its end."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    standing = queries.run_tally(session, run.run)
    refusal = why_not_close(standing.tally, standing.pending, standing.exceptions)
    open_ = run.run.state is RunState.RECONCILING
    may = open_ and refusal is None and actor.may(Permission.PAY_RUN_CLOSE)
    ctx = {
        "tally": standing.tally,
        "wrong": told(refusal) if open_ else None,
        "may_close": may,
        "can_close": open_ and refusal is None,
        "who_can": who_can(session, actor, Permission.PAY_RUN_CLOSE) if open_ and not may else [],
    }
    return run_page(request, session, run, "stipends/run_close.html", ctx, step=CLOSE if open_ else 0)


@router.post("/close")
def close(session: WriteSession, actor: Closer, name: str, programme: Code = None) -> Response:
    """Close a run that adds up, with nothing pending."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_CLOSE)
    actions.close_run(session, actor, run.run)
    return see_other(run.url(), done=_("The run is closed."))


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    run: Run,
    form: ResultsForm | None = None,
    *,
    faults: tuple[Any, ...] = (),
    decisions: dict[UUID, DecisionForm] | None = None,
) -> Response:
    standing = queries.run_tally(session, run.run)
    waiting = queries.open_exceptions(session, actor, run.run)
    places = queries.runs_of_exceptions(session, actor, waiting[:SHOWN])
    takes = actor.may(Permission.PAY_RUN_RECONCILE) and run.run.state in queries.GONE_OUT
    if form is None:
        formats = _formats(session, run)
        form = ResultsForm.blank(format=formats[0][0] if formats else "")
        form.offer("format", formats)
    ctx: dict[str, Any] = {
        "standing": standing,
        "faults": faults,
        "rows": [_row(session, one, decisions or {}, places) for one in waiting[:SHOWN]],
        "waiting": len(waiting),
        "explain": EXPLAIN,
        "owners": owners(session, [one.id for one in waiting[:SHOWN]]) if waiting else {},
        "team": reconcilers(session) if waiting and takes else {},
        "takes": takes,
        "upload": form,
    }
    sent = next(iter((decisions or {}).values()), None) or form
    return run_page(request, session, run, "stipends/run_reconciliation.html", ctx, form=sent)


def _formats(session: Session, run: Run) -> list[tuple[str, Words]]:
    return [(one.code, one.label) for one in queries.formats_of(queries.channels_of(session, run.run))]


def _row(
    session: Session,
    row: ResultException,
    decisions: dict[UUID, DecisionForm],
    places: dict[UUID, tuple[PayRun, Programme, Channel]],
) -> dict[str, object]:
    place = places.get(row.payment_id) if row.payment_id and row.kind in MISPLACED else None
    form = decisions.get(row.id) or DecisionForm(prefix=f"d{row.id.hex[-8:]}")
    allowed = decisions_for(has_payment=row.payment_id is not None, other_money=row.kind in OTHER_MONEY)
    form.options["decision"] = [(one.value, one.label) for one in allowed]
    return {
        "row": row,
        "amount": Money(row.amount_minor, row.currency),
        "reason": explained(queries.exception_reason(session, row)),
        "matchable": row.kind in MATCHABLE,
        "place": Run(place[0], place[1]) if place else None,
        "channel": place[2] if place else None,
        "form": form,
    }


def _checked(session: Session, run: Run, file: ResultFile) -> ResultCheck:
    if file.content is None:
        return queries.taken_before(file)
    data = vault.unseal_bytes(session, file.id, queries.result_place(file.id), file.content)
    rows = queries.read_results(session, run.run, data, file.format)
    return queries.judge_results(session, run.run, rows, file.format, file.sha256)


def _desk_page(request: Request, session: Session, run: Run, after: str, form: DeskForm) -> Response:
    ctx = {
        "page": desk_page(session, run.run, after),
        "url": run.url("cash-desk"),
        "bulk": form,
        "takes": run.run.state in queries.GONE_OUT,
    }
    return run_page(request, session, run, "stipends/run_desk.html", ctx, form=form, block="lines")


def _chosen(form: DeskForm) -> list[UUID]:
    form.offer("payment", [(each, each) for each in form.values_of("payment")])
    try:
        return [UUID(each) for each in form.values_of("payment") if each]
    except ValueError:
        raise NotFound from None
