"""Every macro of the look in every state, with made-up content: what the tests of the look draw, and people look at."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from receiver import i18n
from receiver.kit.money import Money
from receiver.kit.paging import Page
from receiver.kit.words import LabelledEnum, Words, _, p_
from receiver.web import forms, render

HERE = Path(__file__).resolve().parent / "templates"


class Way(LabelledEnum):
    """How a person is paid."""

    MOBILE = "mobile_money", p_("style guide", "Mobile money")
    CASH = "cash_desk", p_("style guide", "At the cash desk")
    NONE = "none", p_("style guide", "Not known yet")


class State(LabelledEnum):
    """Where a run stands."""

    DRAFT = "draft", p_("style guide", "Draft")
    HELD = "held", p_("style guide", "Held")
    PAID = "paid", p_("style guide", "Paid")


class Everything(forms.Form):
    """One field of each kind."""

    name = forms.Name(_("Full name, as the person gives it"), hint=_("Any script, any number of words."))
    latin = forms.Line(_("Name in Latin letters"), optional=True)
    phone = forms.Phone(_("Phone"), hint=_("Rwanda, unless it begins with + or 00."))
    money = forms.MoneyField(_("Amount"))
    size = forms.WholeNumber(_("People in the household"), least=1, most=30)
    born = forms.PartialDateField(_("Born"), hint=_("Leave blank what is not known."))
    on = forms.DateField(_("Appointment"))
    day = forms.optional(forms.DayField(_("Next visit")))
    month = forms.optional(forms.MonthField(_("Month of arrival")))
    time = forms.optional(forms.TimeField(_("At what time")))
    way = forms.Choice(_("How are they paid?"), Way)
    account = forms.Phone(_("Number of the account"))
    needs = forms.Pick(_("What is needed"), State, optional=True)
    state = forms.Choice(_("State"), State)
    country = forms.Lookup(_("Country of birth"), lambda: {"RWA": "Rwanda", "SDN": "Sudan"})
    email = forms.Email(_("E-mail"))
    password = forms.Secret(_("Password"))
    code = forms.Code(_("Code from your phone"), digits=6)
    reference = forms.Reference(_("Reference"), prefix="R")
    note = forms.Text(_("What happened"))
    agreed = forms.Flag(_("I have read this to the person"), required=True, hint=_("In a language they understand."))
    scan = forms.File(_("Scan of the paper"), [forms.FileKind.PDF, forms.FileKind.PNG])
    digest = forms.Hidden(_("Digest"))


class Filters(forms.Form):
    """What narrows a list."""

    office = forms.OneOf(_("Office"))
    state = forms.optional(forms.Choice(_("State"), State))
    arrived = forms.Line(_("Month of arrival"), optional=True)


NAMES = (
    "محمود عبد الله الأحمد ولد الشيخ إبراهيم السوداني",
    "Abdulrahman Muhammad Ibrahim al-Khatib bin Yusuf of Omdurman",
    "ሰላም ተስፋይ",
    "Nyiramana",
    "زهرا احمدی",
    "Ján Novák",
)


def content(code: str = "en", *, error: bool = True) -> dict[str, Any]:
    """The values that the style guide's template needs, in English or Arabic."""

    def say(english: str, arabic: str) -> str:
        return arabic if code == "ar" else english

    return {
        "say": say,
        **_frame(code, say),
        "form": _wrong() if error else None,
        "wrong": _wrong(),
        "blank": Everything.blank(prefix="b"),
        "filters": _filters("q"),
        "more": _filters("m"),
        "runs": _filters("r"),
        "money": Money(120_000, "RWF"),
        **_lists(say),
    }


def _frame(code: str, say: Any) -> dict[str, Any]:
    menu = (("Today", "اليوم"), ("People", "الأشخاص"), ("Referrals", "الإحالات"), ("Work", "العمل"), ("More", "المزيد"))
    tabs = (
        ("Summary", "ملخص"),
        ("History", "السجل"),
        ("Contact", "الاتصال"),
        ("Household", "الأسرة"),
        ("Documents", "الوثائق"),
        ("Plan", "الخطة"),
        ("Stipend", "المعونة"),
    )
    return {
        "language": i18n.language(code),
        "languages": [i18n.language(each) for each in i18n.REAL],
        "look": "",
        "practice": False,
        "actor": SimpleNamespace(name=say("Uwase Grace Mukamana", "عبد الرحمن الخطيب")),
        "menu": [_item(say(*label), current=label[0] == "People") for label in menu],
        "tabs": [
            _item(say(*label), current=label[0] == "Contact", count=3 if label[0] == "Documents" else None)
            for label in tabs
        ],
        "here": "/style",
        "session": {"remaining": 1800, "idle": 1800},
        "done": None,
    }


def _item(label: str, *, current: bool = False, count: int | None = None) -> dict[str, Any]:
    return {"url": "/people", "label": label, "current": current, "count": count}


def _wrong() -> Everything:
    sent = {
        "latin": ["Mahmoud Abdallah"],
        "phone": ["12 34"],
        "money": ["21.840,50"],
        "way": ["mobile_money"],
        "account": ["0788 123 456"],
        "needs": ["held"],
        "country": ["Atlantis"],
        "email": ["grace at example.org"],
        "note": ["\nOne line,\nand another: محمود عبد الله (R-4QX7TKB), +250 788 123 456."],
        "scan": [],
    }
    form = Everything.sent_with(sent)
    form.add_error(None, _("Two people cannot have the same number of an account."))
    form.kept["scan"] = ("token", "scan of the paper.pdf")
    return form


def _filters(prefix: str) -> Filters:
    form = Filters.blank(prefix=prefix, office="1")
    form.offer("office", [(str(n), f"Office {n}") for n in range(9)])
    return form


def _lists(say: Any) -> dict[str, Any]:
    states: tuple[tuple[str, Words], ...] = (
        ("ok", State.PAID.label),
        ("warn", State.HELD.label),
        ("mute", State.DRAFT.label),
    )
    people = [
        {
            "name": name,
            "reference": f"R-4QX7TK{n}",
            "arrived": say(f"{n + 3} Nov 2026", f"{n + 3} نوفمبر 2026"),
            "next": say("Visit, late 3 days", "زيارة، متأخرة ٣ أيام")
            if n == 1
            else say("Visit on Thursday", "زيارة يوم الخميس"),
            "late": n == 1,
            "kind": states[n % 3][0],
            "state": states[n % 3][1],
            "amount": f"RWF {120 + n * 15},000",
        }
        for n, name in enumerate(NAMES)
    ]
    return {
        "steps": [say(*label) for label in _STEPS],
        "chips": [
            _item(say("Mine", "لي"), current=True, count=25),
            _item(say("Office", "المكتب"), count=312),
            _item(say("All allowed", "الكل"), count=2041),
        ],
        "in_force": [
            _item(say("Office: Kigali", "المكتب: كيغالي")),
            _item(say("Arrived: November 2026", "الوصول: نوفمبر")),
        ],
        "people": people,
        "page": Page(people, next="bmV4dA", previous="cHJldg", first_number=26, total=312),
        "points": [(str(m), (14 + m * 0.6, (m % 4) * 0.4, (m % 3) * 0.9)) for m in range(1, 13)],
        "ticks": [(0, "0"), (12, "12 M"), (24, "24 M")],
        "rows": _differences(),
    }


def _differences() -> list[SimpleNamespace]:
    sides = (("phone", "+250 788 123 456", "0788 000 111", False), ("money", "RWF 50 000", "", True))
    return [
        SimpleNamespace(
            name=name,
            pick=f"_pick-{name}",
            label=Everything.fields[name].label,
            yours=yours,
            saved=saved,
            inputs=[(f"_yours-{name}", yours), (f"_saved-{name}", saved)],
            keep_saved=keep,
        )
        for name, yours, saved, keep in sides
    ]


_STEPS = (
    ("Draft", "مسودة"),
    ("Review", "مراجعة"),
    ("Approve", "موافقة"),
    ("Instruct", "توجيه"),
    ("Reconcile", "مطابقة"),
    ("Close", "إغلاق"),
)


def draw(code: str = "en", **changes: Any) -> str:
    """The style guide as a page; `changes` replace values of the frame, such as look or practice."""
    if HERE not in render.SOURCES:
        render.SOURCES.append(HERE)
        render.forget()
    with i18n.use(code):
        environment = render.environment_of(code)
        return environment.get_template("styleguide.html").render({**content(code), **changes})
