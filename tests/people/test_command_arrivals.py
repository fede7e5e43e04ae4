"""Manifests from the command line."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from receiver.access import Role
from receiver.accounts.models import Office, User
from receiver.cli import app
from receiver.cli import arrivals as commands
from receiver.kit.errors import NotFound, Refusal
from receiver.partners.models import Programme
from receiver.people.actions import manifest_merge, manifests
from receiver.people.models import ManifestImport, Person
from receiver.people.rules.manifest_files import read_manifest
from tests.factories.accounts import acting, make_office, make_user
from tests.factories.partners import make_programme
from tests.factories.people import make_person

HEAD = "sending_number,full_name,sex,date_of_birth,nationality,arrival_date\n"
RIGHT = "A1,محمد أحمد,m,4/3/1990,SDN,2026-11-27\nA2,Hana Tesfaye,f,1991,ETH,2026-11-27\n"
WRONG = "A3,Mona Idris,f,31/02/1990,SDN,2026-11-27\n"
TWIN = "A4,Selam Haile,f,1994-05-17,ERI,2026-11-27\n"


@pytest.fixture
def run(system, monkeypatch, tmp_path):
    """Run `arrivals import` over lines; gives exit code, the JSON answer, and what was said."""
    monkeypatch.setattr(commands, "opened", lambda: _Opened(system))
    with system.database.write() as session:
        office = make_office(session, code="KGL")
        make_programme(session, "PILOT", name="Pilot")
        make_user(session, Role.RECEPTION_OFFICER, offices=[office], email="officer@example.org")
        make_user(session, Role.CASEWORKER, offices=[office], email="caseworker@example.org")
        two = [office, make_office(session, "Huye", code="HUY")]
        make_user(session, Role.SUPERVISOR, offices=two, email="two@example.org")
        make_person(session, office)

    def do(text: str, *options: str, who: str = "officer@example.org", programme: str = "PILOT"):
        file = tmp_path / "list.csv"
        file.write_text(text, encoding="utf-8")
        words = ["arrivals", "import", str(file), "--programme", programme, "--as", who, "--json", *options]
        result = CliRunner().invoke(app, words)
        if isinstance(result.exception, Refusal):
            raise result.exception
        return result.exit_code, json.loads(result.stdout), result.stderr

    return do


class _Opened:
    def __init__(self, system):
        self.system = system

    def __enter__(self):
        return self.system

    def __exit__(self, *_error):
        return None


def count(system, table):
    with system.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def figures(answer):
    return [answer[name] for name in ("rows", "new", "match", "decide", "wrong")]


def test_a_dry_run_writes_nothing(system, run):
    code, answer, _said = run(HEAD + RIGHT + WRONG + TWIN, "--dry-run")
    assert (code, figures(answer)) == (0, [4, 2, 0, 1, 1])
    assert answer["errors"] == [
        {"row": 4, "column": "date_of_birth", "message": "February 1990 has 28 days; there is no day 31 in it."}
    ]
    assert (count(system, ManifestImport), count(system, Person)) == (0, 1)


def test_an_import_and_the_same_file_again(system, run):
    code, answer, _said = run(HEAD + RIGHT, "--office", "kgl")
    assert (code, figures(answer), answer["errors"]) == (0, [2, 2, 0, 0, 0], [])
    assert answer["batches"] == ["2026-11-27-a"]
    assert count(system, Person) == 3
    code, answer, said = run(HEAD + RIGHT)
    assert (code, figures(answer)) == (0, [2, 0, 2, 0, 0])
    assert "Nothing has been changed" in said
    assert count(system, Person) == 3
    code, answer, _said = run(HEAD + RIGHT.replace("Hana", "Hanna"), "--dry-run")
    assert figures(answer)[:2] == [2, 0]


@pytest.mark.parametrize("lines", [WRONG, TWIN])
def test_with_questions_nothing_is_imported(system, run, lines):
    code, _answer, said = run(HEAD + RIGHT + lines)
    assert code == 1
    assert "Nothing was imported" in said
    assert (count(system, ManifestImport), count(system, Person)) == (0, 1)


@pytest.mark.parametrize(
    ("text", "row", "column", "said"),
    [
        ("", None, None, "This file is empty."),
        ("full_name,sex\nSelam\n", 2, "B", "Row 2 does not fit"),
        ("sex,shoes\nf,38\n", 1, None, "no column for “Full name”"),
    ],
)
def test_files_that_cannot_be_read(run, text, row, column, said):
    code, answer, shown = run(text)
    [error] = answer["errors"]
    assert (code, figures(answer)) == (1, [0, 0, 0, 0, 0])
    assert (error["row"], error["column"]) == (row, column)
    assert said in error["message"]
    assert said in " ".join(shown.split())


def test_a_file_that_waits_on_the_page(system, run, monkeypatch):
    run(HEAD + RIGHT)
    with system.database.write() as session:
        found = session.scalars(select(ManifestImport)).one()
        found.state, found.merged_at = "in_review", None
    code, answer, _said = run(HEAD + RIGHT)
    assert code == 1
    assert "uploaded before" in answer["errors"][0]["message"]


def test_the_day_of_arrival_without_a_column_is_named_as_ours(run):
    _code, answer, _said = run("full_name\nHana\n", "--dry-run")
    assert [(error["row"], error["column"]) for error in answer["errors"]] == [(2, "arrival_date")]


def test_who_may_and_for_which_office(run):
    with pytest.raises(commands.WhichOffice, match="HUY"):
        run(HEAD + RIGHT, who="two@example.org")
    assert run(HEAD + RIGHT, "--office", "HUY", "--dry-run", who="two@example.org")[0] == 0
    with pytest.raises(NotFound):
        run(HEAD + RIGHT, "--office", "HUY")
    with pytest.raises(NotFound):
        run(HEAD + RIGHT, programme="NONE")
    with pytest.raises(Refusal, match="allow"):
        run(HEAD + RIGHT, who="caseworker@example.org")


def test_words_for_people(run, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(HEAD + WRONG, encoding="utf-8")
    words = ["arrivals", "import", str(file), "--programme", "PILOT", "--as", "officer@example.org", "--dry-run"]
    shown = CliRunner().invoke(app, words).stdout
    assert "1 row\nNew: 0. Already here: 0. To decide: 0. Wrong: 1.\n2\tdate_of_birth\t" in shown


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_template(lang, tmp_path):
    shown = CliRunner().invoke(app, ["arrivals", "template", "--lang", lang]).stdout
    assert len(shown.split(",")) == 14
    file = tmp_path / "template.csv"
    CliRunner().invoke(app, ["arrivals", "template", "--lang", lang, "--out", str(file)])
    assert file.read_text(encoding="utf-8").strip("\r\n") == shown.strip("\r\n")


def test_rows_that_were_never_registered_are_not_here(system, run):
    """A file of which the page imported two rows of four: the rest waits, and is then said not to be wanted."""
    text = HEAD + RIGHT + WRONG + TWIN
    with system.database.write() as session:
        actor = acting(session, session.scalars(select(User).where(User.email == "officer@example.org")).one())
        office_id = session.scalars(select(Office.id).where(Office.code == "KGL")).one()
        programme_id = session.scalars(select(Programme.id)).one()
        data = text.encode()
        found = manifests.upload_manifest(
            session,
            actor,
            manifests.Sent(data, read_manifest(data)),
            programme_id=programme_id,
            office_id=office_id,
        )
        manifests.set_columns(session, actor, found, found.columns)
        manifest_merge.merge_manifest(session, actor, found.id)
    code, answer, said = run(text, "--office", "KGL")
    assert (code, figures(answer)) == (1, [4, 0, 2, 1, 1])
    with system.database.write() as session:
        manifests.leave_rest(session, actor, session.get_one(ManifestImport, found.id), reason="not wanted")
    code, answer, said = run(text, "--office", "KGL")
    assert (code, figures(answer)) == (0, [4, 0, 2, 1, 1])
    assert "Nothing has been changed" in said
