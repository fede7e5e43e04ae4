"""Reports (S66): the months, one month, its people, files of it, and making it final."""

import hashlib
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.accounts.visits import demand_stepped_up, is_stepped_up
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import _
from receiver.reports import actions, files, queries
from receiver.reports.forms import DownloadForm, FinalForm, PeopleFilter, ReportFilter, RevisionForm
from receiver.reports.queries import Look, Shown
from receiver.reports.rules import ReportForm, compared, content_of, digest, publishable, too_early, unequal
from receiver.web.answers import download, see_other
from receiver.web.deps import Asked, Bound, Db, ReadSession, WriteSession, require
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router(prefix="/reports")
Viewer = Annotated[Actor, require(Permission.REPORT_VIEW)]
Exporter = Annotated[Actor, require(Permission.REPORT_EXPORT)]
Finaliser = Annotated[Actor, require(Permission.REPORT_FINALISE)]


@router.get("")
def reports(request: Request, session: ReadSession, actor: Viewer) -> Response:
    """Every month of every programme in which people were owed something."""
    return page(request, "reports/months.html", {"rows": queries.month_rows(session, actor)})


@router.get("/stipends/{month}")
def show_report(
    request: Request, session: ReadSession, actor: Viewer, month: str, asked: Asked[ReportFilter]
) -> Response:
    """The report of a month: final, or what an open month comes to now."""
    shown = _shown(session, actor, month, asked.values.get("programme"))
    language = asked.values.get("lang")
    with i18n.use(language or i18n.current()):
        earlier = queries.earlier_months(session, shown.look)
        asked.offer("compare", [(str(one), i18n.fmt.month(one)) for one in earlier])
        if asked.values.get("compare"):
            shown = queries.beside(session, shown, Month.parse(asked.value_of("compare")))
        early = _early(session, shown)
        ctx = {
            **_ctx(session, shown),
            "early": early,
            "earlier": earlier,
            "lang": language or i18n.current(),
            "asked": asked,
        }
    return page(request, "reports/report.html", ctx, block="report", form=asked, locale=language)


@router.get("/stipends/{month}/people")
def show_people(
    request: Request, session: ReadSession, actor: Viewer, month: str, asked: Asked[PeopleFilter]
) -> Response:
    """The people whom the figures of a month are about, by reference, as far as the actor sees them."""
    shown = _shown(session, actor, month, asked.values.get("programme"))
    office = asked.values.get("office") or None
    listed = queries.person_page(session, shown.look, actor, office, asked.values.get("after") or None)
    own = url("/reports/stipends/{month}/people", month=month, programme=shown.look.programme.code, office=office)
    currency = shown.figures["currency"]
    ctx = {
        "month": shown.look.month,
        "programme": shown.look.programme,
        "programme_name": shown.figures["programme_name"],
        "own": f"/reports/stipends/{month}",
        "page": listed,
        "url": own,
        "office": office,
        "money": lambda minor: Money(minor, currency),
    }
    return page(request, "reports/people.html", ctx, block="rows", form=asked)


@router.post("/stipends/{month}/files")
def take_file(db: Db, actor: Exporter, month: str, form: Bound[DownloadForm]) -> Response:
    """A report as a file; it is recorded who took it. The file is made before anything is written."""
    if not form.ok:
        raise NotFound
    with db.read() as session:
        shown = _shown(session, actor, month, form.programme)
        if form.compare:
            shown = queries.beside(session, shown, Month.parse(form.compare))
        if form.public:
            shown = replace(shown, figures=publishable(shown.figures))
        language = form.values.get("lang") or i18n.current()
        persons = () if form.public else queries.persons(session, shown.look, actor)
        material = files.Material(shown.figures, persons, _names(session, shown))
        content = files.make(material, form.format, language)
    with db.write() as session:
        actions.record_export(session, actor, shown, form.format, language, hashlib.sha256(content).hexdigest())
    return download(content, f"{material.file_name}.{form.format.value}", files.MEDIA[form.format])


@router.get("/stipends/{month}/finalising")
def check_final(
    request: Request, session: ReadSession, actor: Finaliser, month: str, asked: Asked[ReportFilter]
) -> Response:
    """What would be frozen, and whether it may be (U13)."""
    here = url("/reports/stipends/{month}/finalising", month=month, programme=asked.values.get("programme"))
    if not is_stepped_up(request, actor):
        return see_other(url("/me/step-up", next=here))
    shown = _shown(session, actor, month, asked.values.get("programme"))
    return _check_page(request, session, shown)


@router.post("/stipends/{month}/finalising")
def finalise(request: Request, session: WriteSession, actor: Finaliser, month: str, form: Bound[FinalForm]) -> Response:
    """Freeze the report and close the month."""
    demand_stepped_up(request, actor)
    if not form.ok:
        raise NotFound
    wanted = Month.parse(month)
    programme = queries.report_programme(session, actor, form.programme, wanted)
    actions.finalise_report(session, actor, programme, wanted, seen=form.seen)
    return see_other(
        _address(month, programme.code), done=_("The report is final. Later changes stand in later reports.")
    )


@router.post("/stipends/{month}/revisions")
def revise(
    request: Request, session: WriteSession, actor: Finaliser, month: str, form: Bound[RevisionForm]
) -> Response:
    """Make the next revision of a final report."""
    demand_stepped_up(request, actor)
    if not form.ok:
        shown = _shown(session, actor, month, form.values.get("programme"))
        asked = ReportFilter.blank()
        ctx = {**_ctx(session, shown), "early": None, "earlier": [], "lang": i18n.current(), "asked": asked}
        return form_page(request, "reports/report.html", {**ctx, "revision": form}, form=form)
    wanted = Month.parse(month)
    programme = queries.report_programme(session, actor, form.programme, wanted)
    actions.revise_report(session, actor, programme, wanted, reason=form.reason)
    return see_other(_address(month, programme.code), done=_("The revision is made. It lists what has changed."))


def _shown(session: Session, actor: Actor, month: str, programme: str | None) -> Shown:
    wanted = Month.parse(month)
    found = queries.report_programme(session, actor, programme, wanted)
    return queries.report(session, found, wanted, whole=False)


def _names(session: Session, shown: Shown) -> dict[str, str]:
    found = user_names(session, {UUID(one) for one in files.user_ids(shown.figures)})
    return {str(one): name for one, name in found.items()}


def _ctx(session: Session, shown: Shown) -> dict[str, Any]:
    figures, look = shown.figures, shown.look
    return {
        "figures": figures,
        "month": look.month,
        "programme": look.programme,
        "own": f"/reports/stipends/{look.month}",
        "stored": shown.stored,
        "empty": not figures["breakdowns"]["office"] and not figures["runs"],
        "compared": compared(figures),
        "kpi": {name: Money(minor, figures["currency"]) for name, minor in _amounts(figures)},
        "months_near": _near(look),
        "drawn": files.drawn(files.Material(figures, (), _names(session, shown))),
        "forms": list(ReportForm),
        "download": DownloadForm.blank(
            programme=look.programme.code, lang=i18n.current(), compare=(figures.get("comparison") or {}).get("month")
        ),
        "revision": RevisionForm.blank(programme=look.programme.code),
    }


def _amounts(figures: dict[str, Any]) -> list[tuple[str, int]]:
    return [(name, minor) for name, minor in figures["totals"].items() if name != "people" and minor is not None]


def _near(look: Look) -> list[dict[str, Any]]:
    """The months beside this one, as links."""
    return [
        {"url": _address(str(month), look.programme.code), "label": month, "current": month == look.month}
        for month in (look.month - 1, look.month, look.month + 1)
    ]


def _check_page(request: Request, session: Session, shown: Shown) -> Response:
    figures, look = shown.figures, shown.look
    run = queries.open_run(session, look.programme, look.month)
    whole = queries.work_out(session, look) if shown.stored is None else figures
    wrong = _early(session, shown) or unequal(
        look.month, whole["equation"], whole.get("gaps_minor", 0), whole["currency"]
    )
    ctx = {
        **_ctx(session, shown),
        "open_run": run,
        "doubts": queries.runs_in_doubt(session, look.programme, look.month),
        "wrong": wrong.words if wrong else None,
        "final": FinalForm.blank(programme=look.programme.code, seen=digest(content_of(whole))),
    }
    return page(request, "reports/finalising.html", ctx)


def _early(session: Session, shown: Shown) -> Refusal | None:
    """Why the month cannot be final yet, or None."""
    month, current = shown.look.month, Month.of(clock.today(i18n.zone()))
    closed = month != current or queries.has_closed_run(session, shown.look.programme, month)
    return too_early(month, current, run_closed=closed)


def _address(month: str, programme: str) -> str:
    return url("/reports/stipends/{month}", month=month, programme=programme)
