"""Django's models, admin and hand-written views over our tables; imported by Django itself once it is set up.

The hand-written views show what our pages show, with as few queries as annotations allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django_side import languages

from receiver.cases.rules import Stage, TaskKind
from receiver.i18n import text
from receiver.kit.paging import DEFAULT_SIZE
from receiver.people.rules import LeftKind
from receiver.stipends.rules.enrolments import EnrolmentState
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import LineStatus

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


def choices(members: Any) -> list[tuple[str, str]]:
    """An enumeration of ours as Django wants it."""
    return [(member.value, text(member.label)) for member in members]


class Table(models.Model):
    """A table of ours."""

    id = models.UUIDField(primary_key=True)

    class Meta:
        abstract = True
        managed = False
        app_label = "crowd"


class Office(Table):
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)

    class Meta(Table.Meta):
        db_table = "offices"

    def __str__(self) -> str:
        return self.name


class Staff(Table):
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)

    class Meta(Table.Meta):
        db_table = "users"

    def __str__(self) -> str:
        return self.name


class StaffRole(models.Model):
    user = models.OneToOneField(Staff, models.DO_NOTHING, primary_key=True)
    role = models.CharField(max_length=40)

    class Meta(Table.Meta):
        db_table = "user_roles"


class StaffOffice(models.Model):
    user = models.OneToOneField(Staff, models.DO_NOTHING, primary_key=True)
    office = models.ForeignKey(Office, models.DO_NOTHING)

    class Meta(Table.Meta):
        db_table = "user_offices"


class Programme(Table):
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)

    class Meta(Table.Meta):
        db_table = "programmes"

    def __str__(self) -> str:
        return self.name


class Person(Table):
    reference = models.CharField(max_length=12)
    office = models.ForeignKey(Office, models.DO_NOTHING)
    full_name = models.CharField(max_length=200)
    name_latin = models.CharField(max_length=200)
    sex = models.CharField(max_length=40)
    birth_year = models.SmallIntegerField(null=True)
    nationality = models.CharField(max_length=3, null=True)
    languages = models.JSONField()
    interpreter_needed = models.BooleanField()
    arrived_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_kind = models.CharField(max_length=40, null=True, choices=choices(LeftKind))
    erased_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "people"

    def __str__(self) -> str:
        return self.full_name


class Case(Table):
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="cases")
    programme = models.ForeignKey(Programme, models.DO_NOTHING)
    caseworker = models.ForeignKey(Staff, models.DO_NOTHING, null=True)
    stage = models.CharField(max_length=40, choices=choices(Stage))
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta(Table.Meta):
        db_table = "cases"

    def __str__(self) -> str:
        return str(self.opened_on)


class Task(Table):
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="tasks")
    kind = models.CharField(max_length=40, choices=choices(TaskKind))
    due_on = models.DateField()
    state = models.CharField(max_length=40)
    assignee = models.ForeignKey(Staff, models.DO_NOTHING, null=True)

    class Meta(Table.Meta):
        db_table = "tasks"

    def __str__(self) -> str:
        return self.kind


class Enrolment(Table):
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="enrolments")
    state = models.CharField(max_length=40, choices=choices(EnrolmentState))
    since = models.DateField()

    class Meta(Table.Meta):
        db_table = "enrolments"

    def __str__(self) -> str:
        return self.state


class ContactWay(Table):
    person = models.ForeignKey(Person, models.DO_NOTHING)
    kind = models.CharField(max_length=40)

    class Meta(Table.Meta):
        db_table = "contact_ways"


class Member(Table):
    person = models.ForeignKey(Person, models.DO_NOTHING)
    household = models.UUIDField(db_column="household_id")
    until = models.DateField(null=True)

    class Meta(Table.Meta):
        db_table = "household_members"


class Record(models.Model):
    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    person = models.UUIDField(null=True)

    class Meta(Table.Meta):
        db_table = "audit_records"


class Run(Table):
    name = models.CharField(max_length=16)
    state = models.CharField(max_length=40)
    programme = models.ForeignKey(Programme, models.DO_NOTHING)
    currency = models.CharField(max_length=3)
    people = models.IntegerField()
    missed = models.IntegerField()
    odd = models.IntegerField()
    already = models.IntegerField()
    total_minor = models.BigIntegerField()
    figures = models.JSONField()

    class Meta(Table.Meta):
        db_table = "pay_runs"

    def __str__(self) -> str:
        return self.name


class Payment(Table):
    state = models.CharField(max_length=40)

    class Meta(Table.Meta):
        db_table = "payments"


class Step(Table):
    run = models.ForeignKey(Run, models.DO_NOTHING)
    number = models.IntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=40)
    user = models.ForeignKey(Staff, models.DO_NOTHING, null=True)

    class Meta(Table.Meta):
        db_table = "pay_run_steps"


class Line(Table):
    run = models.ForeignKey(Run, models.DO_NOTHING)
    person = models.ForeignKey(Person, models.DO_NOTHING)
    status = models.CharField(max_length=40, choices=choices(LineStatus))
    amount_minor = models.BigIntegerField()
    previous_minor = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=40, null=True, choices=choices(Channel))
    payee_changed = models.BooleanField()
    flags = models.IntegerField()
    payment = models.ForeignKey(Payment, models.DO_NOTHING, null=True)

    class Meta(Table.Meta):
        db_table = "run_lines"

    def __str__(self) -> str:
        return str(self.id)


def annotated(office: UUID) -> QuerySet[Person]:
    """The people of an office with what stands beside them in the list."""
    case = Case.objects.filter(person=OuterRef("pk")).order_by(F("closed_on").desc(nulls_first=True), "-opened_on")
    task = Task.objects.filter(person=OuterRef("pk"), state="open").order_by("due_on", "id")
    enrolment = Enrolment.objects.filter(person=OuterRef("pk")).order_by("-since")
    return (
        Person.objects.filter(office=office, erased_at=None)
        .annotate(
            stage=Subquery(case.values("stage")[:1]),
            caseworker=Subquery(case.values("caseworker__name")[:1]),
            task=Subquery(task.values("kind")[:1]),
            due_on=Subquery(task.values("due_on")[:1]),
            stipend=Subquery(enrolment.values("state")[:1]),
        )
        .order_by("full_name", "id")
    )


OFFICE: list[UUID] = []
"""Whose people are listed; the bench says."""


class CaseInline(admin.TabularInline):
    model = Case
    extra = 0


class TaskInline(admin.TabularInline):
    model = Task
    extra = 0


class EnrolmentInline(admin.TabularInline):
    model = Enrolment
    extra = 0


class PersonAdmin(admin.ModelAdmin):
    """The register, as an admin that somebody took some care with."""

    list_display = ("full_name", "reference", "arrived_on", "caseworker", "next_step", "stipend")
    list_filter = ("sex", "left_kind", "interpreter_needed")
    search_fields = ("full_name", "reference")
    list_per_page = DEFAULT_SIZE
    inlines = (CaseInline, TaskInline, EnrolmentInline)
    raw_id_fields = ("office",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:  # noqa: ARG002 - Django's
        return annotated(OFFICE[0])

    @admin.display
    def caseworker(self, person: Person) -> str:
        return person.caseworker or "Nobody yet"

    @admin.display
    def next_step(self, person: Person) -> str:
        return f"{person.task} {person.due_on}" if person.task else "None"

    @admin.display
    def stipend(self, person: Person) -> str:
        return person.stipend or "None"


class LineAdmin(admin.ModelAdmin):
    """The lines of a run."""

    list_display = ("person", "reference", "previous_minor", "amount_minor", "channel", "status", "flags")
    list_filter = ("status", "channel")
    list_select_related = ("person", "payment")
    list_per_page = DEFAULT_SIZE
    ordering = ("id",)

    @admin.display
    def reference(self, line: Line) -> str:
        return line.person.reference


class CaseAdmin(admin.ModelAdmin):
    """So that the menu has some models."""


admin.site.register(Person, PersonAdmin)
admin.site.register(Line, LineAdmin)
admin.site.register(Case, CaseAdmin)
LABELS = {
    "stage": dict(choices(Stage)),
    "task": dict(choices(TaskKind)),
    "stipend": dict(choices(EnrolmentState)),
    "channel": dict(choices(Channel)),
    "status": dict(choices(LineStatus)),
}

LAYOUT = """\
{% load i18n %}<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>{{ title }} - Django</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/static/site.css">
<script src="/static/htmx.js" defer></script></head><body><a class="skip" href="#main">{% translate "Skip" %}</a>
<header class="top"><a class="brand" href="/">{% translate "Home" %}</a><a class="who" href="/me">
{{ user.username }}</a>
<a href="/help">{% translate "Help" %}</a><form method="post" action="/sign-out">{% csrf_token %}<button class="lnk">
{% translate "Log out" %}</button></form></header><nav class="nav"><ul>{% for url, label in menu %}
<li><a href="{{ url }}">{{ label }}</a></li>{% endfor %}</ul></nav><main id="main"><h1>{{ title }}</h1>
"""
END = """\
</main><footer class="foot"><a href="/privacy">{% translate "Privacy" %}</a></footer></body></html>
"""
LIST = """\
<form method="post" action="/people/search">{% csrf_token %}<label for="q">{% translate "Search" %}</label>
<input id="q" name="q"><button>{% translate "Search" %}</button></form>
<form class="filters" method="get" action="/people">{% for label, name, options in filters %}<div class="f">
<label for="f-{{ name }}">{{ label }}</label><select id="f-{{ name }}" name="{{ name }}"><option value="">
{% translate "Any" %}</option>{% for value, said in options %}<option value="{{ value }}"
{% if value == chosen %} selected{% endif %}>{{ said }}</option>{% endfor %}</select></div>{% endfor %}
<button>{% translate "Apply" %}</button></form><form method="post" action="/people/caseworker">{% csrf_token %}
<table class="cardy"><caption>{% translate "People" %}</caption><thead><tr><th></th><th>{% translate "Name" %}</th>
<th>{% translate "Arrived" %}</th><th>{% translate "Caseworker" %}</th><th>{% translate "Next step" %}</th>
<th>{% translate "Stipend" %}</th></tr></thead><tbody>{% for person in people %}<tr><td class="box">
<input type="checkbox" name="person" value="{{ person.reference }}" aria-label="{{ person.reference }}"></td>
<th scope="row" data-l="{% translate "Name" %}"><a href="/people/{{ person.reference }}"><bdi>
{{ person.full_name }}</bdi></a><br><small class="id">{{ person.reference }}</small></th>
<td data-l="{% translate "Arrived" %}">{% if person.arrived_on %}{{ person.arrived_on }}{% else %}
{% translate "Expected" %}{% endif %}{% if person.left_on %}
<br><span class="tag">{{ person.left_kind }}</span>{% endif %}</td><td data-l="{% translate "Caseworker" %}">
{% if person.caseworker %}<bdi>{{ person.caseworker }}</bdi>{% elif person.stage %}{% translate "Nobody yet" %}
{% else %}{% translate "No case" %}{% endif %}</td><td data-l="{% translate "Next step" %}">{% if person.task %}
{{ person.task_said }}<br><small>{{ person.due_on }}</small>{% else %}{% translate "None" %}{% endif %}</td>
<td data-l="{% translate "Stipend" %}">{% if person.stipend %}{{ person.stipend_said }}{% else %}
{% translate "None" %}{% endif %}</td></tr>{% endfor %}</tbody></table><nav class="pager">
{% if more %}<a rel="next" href="/people?after={{ last }}">{% translate "Next" %}</a>{% endif %}</nav>
<select name="caseworker">{% for value, said in workers %}<option value="{{ value }}">{{ said }}</option>{% endfor %}
</select><button>{% translate "Save" %}</button></form>
"""
PERSON = """\
<p class="facts"><b><bdi>{{ person.full_name }}</bdi></b> {{ person.reference }} {{ person.languages.0 }}</p>
<nav class="tabs"><ul>{% for url, label in tabs %}<li><a href="{{ url }}">{{ label }}</a></li>{% endfor %}</ul></nav>
<section><h2>{% translate "Next steps" %}</h2><ul>{% for task in tasks %}<li><a href="/tasks/{{ task.id }}">
{{ task.get_kind_display }}</a> {{ task.due_on }} <bdi>{{ task.assignee__name }}</bdi></li>{% endfor %}</ul></section>
{% for case in cases %}<section><h2>{{ case.programme.name }}</h2><dl><dt>{% translate "Stage" %}</dt><dd>
{{ case.get_stage_display }}</dd><dt>{% translate "Caseworker" %}</dt><dd><bdi>{{ case.caseworker.name }}</bdi></dd>
<dt>{% translate "Opened" %}</dt><dd>{{ case.opened_on }}</dd></dl><form method="post" action="stage">{% csrf_token %}
<button>{% translate "Move on" %}</button></form></section>{% endfor %}<section><h2>{% translate "What is known" %}</h2>
<dl><dt>{% translate "Arrived" %}</dt><dd>{{ person.arrived_on }}</dd><dt>{% translate "Contact" %}</dt><dd>
{% for kind in ways %}{{ kind }}<br>{% endfor %}</dd><dt>{% translate "Household" %}</dt><dd>{{ household }}</dd>
<dt>{% translate "Stipend" %}</dt><dd>{{ stipend }}</dd></dl></section><section>
<h2>{% translate "Last events" %}</h2><ol>
{% for event in events %}<li><h3>{{ event.kind }}</h3><small>{{ event.at }}</small></li>{% endfor %}</ol></section>
"""
RUN = """\
<ul class="kpis"><li>{{ run.people }} {% translate "People paid" %}</li><li>{{ run.total_minor }}</li><li>
{{ run.missed }} {% translate "Left out" %}</li><li>{{ run.odd }}</li><li>{{ run.already }}</li></ul><ul class="chips">
{% for url, label, count in chips %}<li><a href="{{ url }}">{{ label }} {{ count }}</a></li>{% endfor %}</ul>
<form method="post" action="acceptance">{% csrf_token %}<table class="cardy"><thead><tr><th></th>
<th>{% translate "Person" %}</th><th>{% translate "Last month" %}</th><th>{% translate "This run" %}</th>
<th>{% translate "Channel" %}</th><th>{% translate "Findings" %}</th></tr></thead><tbody>{% for line in lines %}<tr>
<td class="box"><input type="checkbox" name="person" value="{{ line.person__reference }}"></td><th scope="row"
data-l="{% translate "Person" %}"><a href="/people/{{ line.person__reference }}/stipend"><bdi>
{{ line.person__full_name }}</bdi></a><br><small class="id">{{ line.person__reference }}</small></th><td class="n"
data-l="{% translate "Last month" %}">{% if line.previous_minor %}<span class="id">{{ currency }}
{{ line.previous_minor }}</span>{% else %}{% translate "None" %}{% endif %}</td><td class="n"
data-l="{% translate "This run" %}"><span class="id">{{ currency }} {{ line.amount_minor }}</span></td>
<td data-l="{% translate "Channel" %}">{{ line.channel_said }}</td><td data-l="{% translate "Findings" %}">
{% if line.status != "included" %}<span class="tag">{{ line.status_said }}</span>{% endif %}{% if line.flags %}
<span class="tag">{{ line.flags }}</span>{% endif %}</td></tr>{% endfor %}</tbody></table><nav class="pager">
<a rel="next" href="?after={{ last }}">{% translate "Next" %}</a></nav><input name="reason">
<button>{% translate "Save" %}</button></form><ol>{% for step in steps %}<li>{{ step.act }} {{ step.at }}
<bdi>{{ step.user__name }}</bdi></li>{% endfor %}</ol>
"""
MENU = [("/", "Today"), ("/people", "People"), ("/tasks", "Tasks"), ("/stipends", "Pay runs"), ("/menu", "More")]
TABS = [
    (f"/people/x/{name.lower()}", name) for name in ("Summary", "History", "Notes", "Contact", "Household", "Money")
]
_templates = engines["django"]
PAGES = {
    name: _templates.from_string(LAYOUT + source + END)
    for name, source in {"list": LIST, "person": PERSON, "run": RUN}.items()
}


def drawn(request: HttpRequest, name: str, title: str, values: dict[str, Any]) -> HttpResponse:
    """A page in the layout."""
    return HttpResponse(PAGES[name].render({"title": title, "menu": MENU, **values}, request))


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """The register: two queries for the filters, one for everything else."""
    columns = ("id", "full_name", "reference", "arrived_on", "left_on", "left_kind")
    beside = ("stage", "caseworker", "task", "due_on", "stipend")
    found = list(annotated(OFFICE[0]).values(*columns, *beside)[: DEFAULT_SIZE + 1])
    for row in found:
        row["task_said"] = LABELS["task"].get(row["task"])
        row["stipend_said"] = LABELS["stipend"].get(row["stipend"])
    offices = list(Office.objects.filter(id=OFFICE[0]).values_list("id", "name"))
    workers = StaffRole.objects.filter(
        role="caseworker", user__in=StaffOffice.objects.filter(office=OFFICE[0]).values("user")
    )
    named = list(workers.order_by("user__name").values_list("user_id", "user__name"))
    presence = [("here", "Here"), ("expected", "Expected"), ("left", "Left")]
    filters = [
        ("State", "presence", presence),
        ("Stage", "stage", list(LABELS["stage"].items())),
        ("Order", "sort", [("name", "Name"), ("arrived", "Arrived")]),
        ("Office", "office", offices),
        ("Caseworker", "caseworker", named),
        ("Language", "language", languages()),
    ]
    values = {"people": found[:DEFAULT_SIZE], "more": len(found) > DEFAULT_SIZE, "last": found[-1]["id"]}
    return drawn(request, "list", "People", {**values, "filters": filters, "workers": named})


@login_required
def person(request: HttpRequest, reference: str) -> HttpResponse:
    """A person: seven queries."""
    found = Person.objects.get(reference=reference, office=OFFICE[0], erased_at=None)
    tasks = Task.objects.filter(person=found, state="open").order_by("due_on", "id").select_related("assignee")[:3]
    together = Member.objects.filter(person=found, until=None).values("household")
    values = {
        "person": found,
        "tabs": TABS,
        "tasks": tasks,
        "cases": Case.objects.filter(person=found).select_related("programme", "caseworker").order_by("-opened_on"),
        "ways": ContactWay.objects.filter(person=found).values_list("kind", flat=True).distinct(),
        "household": Member.objects.filter(household__in=together, until=None).count(),
        "stipend": Enrolment.objects.filter(person=found).order_by("-since").first(),
        "events": Record.objects.filter(person=found.id).order_by("-seq")[:3],
    }
    return drawn(request, "person", found.reference, values)


@login_required
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The lines of a run: three queries."""
    found = Run.objects.select_related("programme").get(id=run_id)
    columns = ("id", "status", "amount_minor", "previous_minor", "channel", "payee_changed", "flags")
    joined = ("person__reference", "person__full_name", "payment__state")
    wanted = Line.objects.filter(run=found).order_by("id").values(*columns, *joined)
    lines = list(wanted[: DEFAULT_SIZE + 1])
    for line in lines:
        line["channel_said"] = LABELS["channel"].get(line["channel"])
        line["status_said"] = LABELS["status"].get(line["status"])
    values = {
        "run": found,
        "currency": found.currency,
        "lines": lines[:DEFAULT_SIZE],
        "last": lines[-1]["id"],
        "chips": [(f"?show={name}", name, both[0]) for name, both in found.figures.items()],
        "steps": list(Step.objects.filter(run=found).order_by("number").values("act", "at", "user__name")),
    }
    return drawn(request, "run", f"Pay run {found.name}", values)


urlpatterns = [
    path("admin/", admin.site.urls),
    path("people", people),
    path("people/<str:reference>", person),
    path("runs/<uuid:run_id>", run),
]
