from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from receiver import audit, vault
from receiver.audit import Kind
from receiver.kit.dates import PartialDate
from receiver.kit.errors import NotFound
from receiver.kit.tables import TableError
from receiver.partners.rules import ProgrammeFull
from receiver.people.actions import Paper, add_document, manifest_checks, manifest_merge, manifest_review, manifests
from receiver.people.models import (
    Arrival,
    Batch,
    Household,
    HouseholdMember,
    IdentityDocument,
    ManifestImport,
    ManifestRow,
    Person,
    PossibleDuplicate,
)
from receiver.people.queries import document_mark, number_of, remark_of
from receiver.people.queries import manifests as queries
from receiver.people.rules import DocumentKind, DuplicateState, ImportState, Relationship, RowDecision, RowVerdict, Sex
from receiver.people.rules.manifest import (
    KnownManifest,
    ManifestChanged,
    ManifestField,
    ManifestNotChecked,
    ManifestOver,
    NothingLeft,
    NothingToImport,
    NotToDecide,
    RowImported,
    RowsAgree,
    RowsImported,
)
from receiver.people.rules.manifest_files import read_manifest
from receiver.vault import Destroyed
from tests.factories.accounts import make_office
from tests.factories.partners import make_programme
from tests.factories.people import make_batch, make_household, make_person

HEAD = (
    "sending_number,full_name,sex,date_of_birth,nationality,languages,"
    "document_type,document_number,household,relationship,arrival_date,notes\n"
)
SELAM = "A1,Selam Haile,f,1994-05-17,ERI,ti ar,passport,K100200,1,head,2026-11-27,Wheelchair\n"
ABEL = "A2,Abel Haile,m,2015,ERI,ti,,,1,child,2026-11-27,\n"
OMAR = "A3,عمر محمد,m,1990-02-03,SDN,ar,,,,,2026-11-28,\n"
WRONG = "A4,Mona Idris,?,31/02/1990,SDN,ar,,,,,2026-11-28,\n"


@pytest.fixture
def sent(session, supervisor, office, programme):
    """Upload a file of these lines and check it."""

    def do(*lines: str, head: str = HEAD, **more):
        data = (head + "".join(lines)).encode()
        made = manifests.upload_manifest(
            session,
            supervisor,
            manifests.Sent(data, read_manifest(data)),
            programme_id=more.pop("programme_id", programme.id),
            office_id=office.id,
            **more,
        )
        manifests.set_columns(session, supervisor, made, made.columns)
        return made

    return do


def verdicts(session, found):
    return {row.number: row.verdict.value for row in queries.rows_of(session, found)}


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_a_file_is_sealed_and_its_columns_guessed(session, sent):
    found = sent(SELAM, ABEL)
    assert found.state is ImportState.CHECKED
    assert found.reference.startswith("MI-")
    assert b"Selam" not in found.file
    assert found.columns["full_name"] == 1
    assert found.counts == {"new": 2, "match": 0, "decide": 0, "wrong": 0, "ignored": 0, "rows": 2}
    assert count(session, Person) == 0
    assert all(b"Selam" not in row.cells for row in queries.rows_of(session, found))


def test_the_same_file_twice_changes_nothing(session, sent):
    found = sent(SELAM)
    with pytest.raises(KnownManifest, match=found.reference):
        sent(SELAM)
    assert count(session, ManifestImport) == 1
    other = sent(SELAM, programme_id=make_programme(session, code="OTHER").id)
    assert other.id != found.id


def test_a_cancelled_manifest_is_gone_and_may_come_again(session, sent, supervisor):
    found = sent(SELAM)
    manifests.cancel_manifest(session, supervisor, found)
    assert (found.state, found.file) == (ImportState.REFUSED, None)
    assert count(session, ManifestRow) == 0
    with pytest.raises(Destroyed):
        vault.seal(session, found.id, queries.file_place(found.id), "again")
    with pytest.raises(NotFound):
        queries.table_of(session, found)
    with pytest.raises(ManifestOver):
        manifests.cancel_manifest(session, supervisor, found)
    assert sent(SELAM).state is ImportState.CHECKED


def test_structure_comes_first_and_alone(session, sent, supervisor):
    found = sent(SELAM)
    with pytest.raises(TableError, match="no column for “Full name”"):
        manifests.set_columns(session, supervisor, found, {"sex": 1})


def test_every_row_has_a_verdict(session, sent, office):
    make_person(session, office, "Omar Mohamed", sex=Sex.MALE, born=PartialDate(1990, 2, 3), nationality="SDN")
    found = sent(SELAM, ABEL, OMAR, WRONG, ",,,,,,,,,,,\n", ",,,,,,,,,,,Total\n")
    assert verdicts(session, found) == {2: "new", 3: "new", 4: "decide", 5: "wrong", 7: "wrong"}
    row = queries.row_of(session, found, 5)
    assert row.problems == [["sex", "sex", None], ["date_of_birth", "no_such_day", None]]
    assert "1990" not in str(row.problems)


def test_a_row_without_anything_that_counts_is_left_out(session, sent, supervisor):
    found = sent("Selam,1,2026-11-27\n", ",Total,\n", head="Name,Shoe size,Arrival\n")
    assert verdicts(session, found) == {2: "new", 3: "ignored"}
    assert manifest_merge.merge_manifest(session, supervisor, found.id).counts["people"] == 1


@pytest.mark.parametrize("born", ["1990", ""])
def test_somebody_in_another_script_is_asked_about(session, sent, office, born):
    make_person(session, office, "محمد أحمد", sex=Sex.MALE, born=PartialDate(1990, 5, 12), nationality="SYR")
    found = sent(f"A1,Mohamed Ahmed,m,{born},SYR,ar,,,,,2026-11-27,\n")
    assert verdicts(session, found) == {2: "decide"}


def test_somebody_with_the_same_number_and_name_is_already_here(session, sent, office, programme, supervisor):
    person = make_person(session, office)
    make_batch(session, office, programme, person)
    add_document(session, supervisor, person, Paper(DocumentKind.PASSPORT, "k-100 200"))
    found = sent(SELAM)
    row = queries.row_of(session, found, 2)
    assert (row.verdict, row.same_as) == (RowVerdict.MATCH, person.id)
    [view] = queries.row_views(session, supervisor, found, [row])
    assert view.same_as.card.reference == person.reference
    assert [reason.value for reason in view.candidates[0].reasons][:2] == ["document", "name"]


def test_the_number_of_somebody_with_another_name_is_decided_by_a_human(session, sent, office, supervisor):
    person = make_person(session, office, "Tesfalem Kidane")
    add_document(session, supervisor, person, Paper(DocumentKind.PASSPORT, "K100200"))
    row = queries.row_of(session, sent(SELAM), 2)
    assert (row.verdict, row.same_as) == (RowVerdict.DECIDE, None)
    assert row.candidates == [[str(person.id), ["document", "birth", "nationality"]]]


def test_people_of_other_offices_are_not_told(session, sent, programme):
    elsewhere = make_office(session, code="HUY", name="Huye")
    person = make_person(session, elsewhere)
    make_batch(session, elsewhere, programme, person)
    assert verdicts(session, sent(SELAM)) == {2: "new"}


def test_one_cell_is_corrected(session, sent, supervisor):
    found = sent(WRONG, OMAR)
    before = found.version
    row = manifest_review.fix_row(session, supervisor, found, 2, ManifestField.SEX, "f")
    assert [code for _field, code, _row in row.problems] == ["no_such_day"]
    manifest_review.fix_row(session, supervisor, found, 2, ManifestField.DATE_OF_BIRTH, "28/02/1990")
    assert row.verdict is RowVerdict.NEW
    assert found.state is ImportState.IN_REVIEW
    assert found.version > before
    with pytest.raises(NotFound):
        manifest_review.fix_row(session, supervisor, found, 99, ManifestField.SEX, "f")


def test_correcting_one_of_two_equal_numbers_frees_the_other(session, sent, supervisor):
    found = sent(SELAM, OMAR.replace("A3", "A1"))
    assert verdicts(session, found) == {2: "new", 3: "wrong"}
    manifest_review.fix_row(session, supervisor, found, 2, ManifestField.SENDING_NUMBER, "A9")
    assert verdicts(session, found) == {2: "new", 3: "new"}


def test_two_rows_that_say_the_same_are_told(session, sent, supervisor):
    row = "{},Omar Mohamed,m,1990-02-03,SDN,ar,,,,,2026-11-28,\n"
    found = sent(row.format(""), row.format(""), row.format(7))
    assert verdicts(session, found) == {2: "new", 3: "wrong", 4: "new"}
    [view] = queries.row_views(session, supervisor, found, [queries.row_of(session, found, 3)])
    assert "Row 2 says exactly the same." in str(view.problems[0].words)
    manifest_review.fix_row(session, supervisor, found, 3, ManifestField.FULL_NAME, "Omar Mohamed Ali")
    assert verdicts(session, found) == {2: "new", 3: "new", 4: "new"}


def test_a_row_that_is_not_needed_is_left_out(session, sent, supervisor):
    row = "{},Omar Mohamed,m,1990-02-03,SDN,ar,,,,,{},,41\n"
    lines = row.format("A1", "2026-11-28"), row.format("A1", "2026-11-29"), row.format("A5", ""), f"{',' * 12}38\n"
    found = sent(*lines, head=HEAD.replace("notes", "notes,shoes"))
    assert verdicts(session, found) == {2: "new", 3: "wrong", 4: "wrong", 5: "ignored"}
    manifest_review.leave_row(session, supervisor, found, 2)
    assert verdicts(session, found) == {2: "ignored", 3: "new", 4: "new", 5: "ignored"}
    assert queries.row_of(session, found, 2).left_out
    assert not queries.row_of(session, found, 5).left_out
    manifest_checks.check_manifest(session, supervisor, found)
    assert found.counts["ignored"] == 2
    for number in (2, 5):
        with pytest.raises(NotToDecide):
            manifest_review.leave_row(session, supervisor, found, number)
    with pytest.raises(NotToDecide):
        manifest_review.take_row_back(session, supervisor, found, 3)
    manifest_review.take_row_back(session, supervisor, found, 2)
    assert verdicts(session, found) == {2: "new", 3: "wrong", 4: "wrong", 5: "ignored"}
    manifest_review.leave_row(session, supervisor, found, 3)
    manifest_merge.merge_manifest(session, supervisor, found.id)
    assert session.scalar(select(func.count()).select_from(Person)) == 2


def test_a_human_decides(session, sent, supervisor, office):
    person = make_person(session, office)
    found = sent(SELAM, OMAR)
    assert verdicts(session, found) == {2: "decide", 3: "new"}
    for decision, verdict in ((RowDecision.LATER, "decide"), (RowDecision.OTHER, "new")):
        manifest_review.decide_row(session, supervisor, found, 2, decision, person.id)
        assert (verdicts(session, found)[2], queries.row_of(session, found, 2).same_as) == (verdict, None)
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, person.id)
    row = queries.row_of(session, found, 2)
    assert (row.verdict, row.same_as, row.decided_by) == (RowVerdict.MATCH, person.id, supervisor.user_id)
    manifest_checks.check_manifest(session, supervisor, found)
    assert row.verdict is RowVerdict.MATCH
    with pytest.raises(NotToDecide):
        manifest_review.decide_row(session, supervisor, found, 3, RowDecision.OTHER)
    with pytest.raises(NotFound):
        manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, found.id)


def test_two_rows_are_not_one_person(session, sent, supervisor, office):
    person = make_person(session, office)
    found = sent(SELAM, "A9,Selam Haile,f,1994-05-17,ERI,,,,,,2026-11-27,\n")
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, person.id)
    with pytest.raises(RowsAgree, match="Row 2"):
        manifest_review.decide_row(session, supervisor, found, 3, RowDecision.SAME, person.id)


def test_whoever_comes_up_meanwhile_is_found_by_checking_again(session, sent, supervisor, office):
    found = sent(SELAM)
    make_person(session, office)
    manifest_checks.check_manifest(session, supervisor, found)
    assert verdicts(session, found) == {2: "decide"}


def test_an_import_makes_people(session, sent, supervisor, office, programme):
    found = sent(SELAM, ABEL, OMAR, WRONG)
    told = []
    merged = manifest_merge.merge_manifest(
        session, supervisor, found.id, version=found.version, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert {name: merged.counts[name] for name in ("people", "known", "households", "wrong")} == {
        "people": 3, "known": 0, "households": 1, "wrong": 1,
    }  # fmt: skip
    selam = session.scalars(select(Person).where(Person.full_name == "Selam Haile")).one()
    assert (selam.birth_day, selam.languages, selam.office_id) == (17, ["ti", "ar"], office.id)
    assert selam.arrived_on is None
    assert remark_of(session, selam) == "Wheelchair"
    documents = session.scalars(select(IdentityDocument).where(IdentityDocument.person_id == selam.id)).all()
    assert {(each.kind, number_of(session, each)) for each in documents} == {
        (DocumentKind.PASSPORT, "K100200"), (DocumentKind.SENDING_NUMBER, "A1"),
    }  # fmt: skip
    members = session.scalars(select(HouseholdMember).order_by(HouseholdMember.relationship)).all()
    assert [each.relationship for each in members] == [Relationship.CHILD, Relationship.HEAD]
    assert session.scalars(select(Household)).one().collector_id == selam.id
    batches = session.scalars(select(Batch).order_by(Batch.arrives_on)).all()
    assert [batch.arrives_on.day for batch in batches] == [27, 28]
    assert count(session, Arrival) == 3
    assert (found.state, found.file) == (ImportState.IN_REVIEW, None)
    names = [view.name for view in queries.row_views(session, supervisor, found, queries.rows_of(session, found))]
    assert names == ["", "", "", "Mona Idris"]
    manifests.leave_rest(session, supervisor, found, reason="She did not come")
    assert (found.state, found.counts["wrong"], found.counts["new"]) == (ImportState.MERGED, 1, 3)
    assert all(row.cells is None for row in queries.rows_of(session, found))
    with pytest.raises(Destroyed):
        vault.seal(session, found.id, queries.file_place(found.id), "again")
    session.commit()
    assert audit.trail(session, limit=1)[0].kind is Kind.IMPORT_REST_LEFT
    with pytest.raises(ManifestOver):
        manifests.leave_rest(session, supervisor, found, reason="again")


def test_who_is_left_joins_the_household_in_their_turn(session, sent, supervisor):
    """The head is imported first, the child once the row is right; nobody is imported twice."""
    found = sent(SELAM, ABEL.replace("2015", "31/02/2015"), OMAR)
    manifest_merge.merge_manifest(session, supervisor, found.id)
    assert found.counts | {"batches": 0} == {
        "new": 0, "match": 0, "decide": 0, "wrong": 1, "ignored": 0, "rows": 3,
        "people": 2, "known": 0, "households": 0, "batches": 0,
    }  # fmt: skip
    for refused in (
        lambda: manifest_review.fix_row(session, supervisor, found, 2, ManifestField.SEX, "m"),
        lambda: manifest_review.decide_row(session, supervisor, found, 2, RowDecision.OTHER),
    ):
        with pytest.raises(RowImported, match="Row 2"):
            refused()
    for refused in (
        lambda: manifests.cancel_manifest(session, supervisor, found),
        lambda: manifests.assign_columns(session, supervisor, found, found.columns),
    ):
        with pytest.raises(RowsImported):
            refused()
    manifest_checks.check_manifest(session, supervisor, found)
    assert (found.counts["people"], queries.rows_left(found)) == (2, 1)
    with pytest.raises(NothingToImport):
        manifest_merge.merge_manifest(session, supervisor, found.id)
    gone = session.scalars(select(Person).where(Person.full_name == "عمر محمد")).one()
    gone.erased_at = found.created_at
    manifest_review.fix_row(session, supervisor, found, 3, ManifestField.DATE_OF_BIRTH, "2015")
    manifest_merge.merge_manifest(session, supervisor, found.id)
    assert (found.state, found.counts["people"], found.counts["households"]) == (ImportState.MERGED, 3, 1)
    members = session.scalars(select(HouseholdMember).order_by(HouseholdMember.relationship)).all()
    assert [each.relationship for each in members] == [Relationship.CHILD, Relationship.HEAD]
    assert (count(session, Person), count(session, Arrival)) == (3, 3)


def test_before_an_import_nothing_is_left_over(session, sent, supervisor):
    with pytest.raises(NothingLeft):
        manifests.leave_rest(session, supervisor, sent(SELAM), reason="none")


def test_an_import_happens_once(session, sent, supervisor):
    found = sent(SELAM)
    manifest_merge.merge_manifest(session, supervisor, found.id)
    again = manifest_merge.merge_manifest(session, supervisor, found.id, version=1)
    assert (again.people, again.counts["people"]) == ((), 1)
    assert count(session, Person) == 1
    with pytest.raises(ManifestOver):
        manifest_merge.check_ready(session, found)


def test_an_import_that_cannot_be(session, sent, supervisor, programme):
    found = sent(WRONG)
    with pytest.raises(NothingToImport):
        manifest_merge.merge_manifest(session, supervisor, found.id)
    with pytest.raises(NotFound):
        manifest_merge.merge_manifest(session, supervisor, programme.id)
    found = sent(SELAM, OMAR)
    with pytest.raises(ManifestChanged):
        manifest_merge.merge_manifest(session, supervisor, found.id, version=found.version - 1)
    programme.people_cap = 1
    with pytest.raises(ProgrammeFull):
        manifest_merge.merge_manifest(session, supervisor, found.id)
    found.state = ImportState.UPLOADED
    with pytest.raises(ManifestNotChecked):
        manifest_merge.merge_manifest(session, supervisor, found.id)
    assert count(session, Person) == 0


def test_who_is_known_keeps_what_is_recorded(session, sent, supervisor, office, programme):
    person = make_person(session, office, languages=["am"])
    batch = make_batch(session, office, programme, person)
    add_document(session, supervisor, person, Paper(DocumentKind.PASSPORT, "K100200"))
    other = make_person(session, office, "Omar Mohamed", arrived_on=None, sex=Sex.MALE)
    add_document(session, supervisor, other, Paper(DocumentKind.OTHER, "Z9"))
    home = make_household(session, person)
    found = sent(SELAM, ABEL, "A7,Omar Mohamed,m,1994-05-17,ERI,,,Z9,,,2026-11-27,\n")
    assert verdicts(session, found) == {2: "match", 3: "new", 4: "match"}
    merged = manifest_merge.merge_manifest(session, supervisor, found.id)
    assert (merged.counts["people"], merged.counts["known"], merged.counts["households"]) == (1, 2, 0)
    assert person.languages == ["am"]
    marks = set(session.scalars(select(IdentityDocument.blind).where(IdentityDocument.person_id == person.id)))
    assert marks == {
        document_mark(session, DocumentKind.PASSPORT, "K100200"),
        document_mark(session, DocumentKind.SENDING_NUMBER, "A1", programme.id),
    }
    assert session.scalars(select(Arrival.batch_id).where(Arrival.person_id == person.id)).all() == [batch.id]
    assert len(session.scalars(select(Arrival.batch_id).where(Arrival.person_id == other.id)).all()) == 1
    members = session.scalars(select(HouseholdMember).where(HouseholdMember.household_id == home.id)).all()
    assert len(members) == 2


def test_an_import_of_known_people_only(session, sent, supervisor, office):
    person = make_person(session, office)
    found = sent(SELAM)
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, person.id)
    merged = manifest_merge.merge_manifest(session, supervisor, found.id)
    assert (merged.people, merged.counts["known"]) == ((), 1)


def test_a_reference_that_is_taken_is_drawn_again(session, sent, monkeypatch):
    first = sent(SELAM).reference
    drawn = iter([first, "MI-0000019"])
    monkeypatch.setattr("receiver.people.actions.manifests.new_reference", lambda _prefix: next(drawn))
    assert sent(OMAR).reference == "MI-0000019"


def test_who_was_erased_meanwhile_stops_the_import(session, sent, supervisor, office):
    person = make_person(session, office)
    found = sent(SELAM)
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, person.id)
    person.erased_at = found.created_at
    with pytest.raises(ManifestChanged):
        manifest_merge.merge_manifest(session, supervisor, found.id)


def test_who_was_said_to_be_somebody_else_is_not_asked_again(session, sent, supervisor, office):
    person, gone = make_person(session, office), make_person(session, office)
    found = sent(SELAM)
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.OTHER)
    gone.erased_at = found.created_at
    merged = manifest_merge.merge_manifest(session, supervisor, found.id)
    pair = session.scalars(select(PossibleDuplicate)).one()
    assert pair.state is DuplicateState.DIFFERENT
    assert {pair.a_id, pair.b_id} == {person.id, merged.people[0]}
    assert manifest_merge.look_for_twins(session, supervisor, merged.people) == 0


def test_a_shared_number_needs_a_second_human(session, sent, supervisor, office):
    person = make_person(session, office, "Somebody Else")
    add_document(session, supervisor, person, Paper(DocumentKind.PASSPORT, "K100200"))
    found = sent(SELAM)
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.OTHER)
    merged = manifest_merge.merge_manifest(session, supervisor, found.id)
    assert manifest_merge.look_for_twins(session, supervisor, merged.people) == 1


def test_all_come_with_the_arrival_that_was_chosen(session, sent, supervisor, office, programme):
    batch = make_batch(session, office, programme, arrives_on=date(2026, 11, 30))
    found = sent(SELAM.replace("2026-11-27", "?"), OMAR, batch=batch)
    manifest_merge.merge_manifest(session, supervisor, found.id)
    assert set(session.scalars(select(Arrival.batch_id))) == {batch.id}
    assert found.batch_id == batch.id


def test_an_arrival_that_is_announced_for_the_day_is_used(session, sent, supervisor, office, programme):
    batch = make_batch(session, office, programme, arrives_on=date(2026, 11, 27))
    found = sent(SELAM)
    manifest_merge.merge_manifest(session, supervisor, found.id)
    assert session.scalars(select(Arrival.batch_id)).all() == [batch.id]


def test_a_household_without_a_head_and_one_of_one(session, sent, supervisor):
    found = sent(
        "B1,Aster Girma,f,1990,ETH,,,,7,,2026-11-27,\n", "B2,Sara Girma,f,2010,ETH,,,,7,,2026-11-27,\n",
        "B3,Yonas Alem,m,1980,ETH,,,,8,head,2026-11-27,\n",
    )  # fmt: skip
    manifest_merge.merge_manifest(session, supervisor, found.id)
    members = session.scalars(select(HouseholdMember).order_by(HouseholdMember.relationship)).all()
    assert [each.relationship for each in members] == [Relationship.HEAD, Relationship.RELATIVE]


def test_whoever_is_head_elsewhere_joins_as_a_relative(session, sent, supervisor, office):
    person = make_person(session, office)
    make_household(session, person)
    found = sent(SELAM, ABEL.replace("child", ""), "A8,Hana Haile,f,1970,ERI,,,,1,,2026-11-27,\n")
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, person.id)
    manifest_review.fix_row(session, supervisor, found, 2, ManifestField.RELATIONSHIP, "")
    manifest_review.fix_row(session, supervisor, found, 4, ManifestField.RELATIONSHIP, "head")
    manifest_review.decide_row(session, supervisor, found, 2, RowDecision.SAME, person.id)
    manifest_merge.merge_manifest(session, supervisor, found.id)
    told = session.scalars(select(HouseholdMember.relationship).where(HouseholdMember.person_id != person.id)).all()
    assert set(told) == {Relationship.RELATIVE}


def test_only_the_own_offices_are_seen(session, sent, actor, supervisor):
    found = sent(SELAM)
    assert queries.import_by_reference(session, supervisor, found.reference.lower()) is found
    assert list(queries.unfinished_imports(session, supervisor)) == [found]
    assert queries.unfinished_count(session, supervisor) == 1
    with pytest.raises(NotFound):  # a caseworker imports nothing
        queries.import_by_reference(session, actor, found.reference)
    with pytest.raises(NotFound):
        queries.import_by_reference(session, supervisor, "MI-0000000")
