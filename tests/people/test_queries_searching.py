"""Finding people by name in any script and spelling, by reference, telephone and document."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from receiver.access import Permission, Role
from receiver.kit.ids import ALPHABET, is_reference
from receiver.people import actions, queries
from receiver.people.actions import Paper, Way
from receiver.people.models import Person
from receiver.people.rules import ContactKind, DocumentKind
from tests.factories.accounts import make_actor, make_office
from tests.factories.people import make_batch, make_person


@pytest.fixture
def find(session, actor):
    """The references of those found, in their order."""

    def search(text, who=None):
        ids = queries.search_ids(session, who or actor, Permission.PERSON_LIST, text)
        cards = queries.people_cards(session, ids)
        return [cards[one].name for one in ids]

    return search


SCRIPTS = [
    ("محمد أحمد", ["Mohamed", "Muhammad Ahmad", "ahmed mohammed", "محمد", "MOHAMED AHMED", "mohamed ahm"]),
    ("Mohamed Ahmed", ["محمد", "أحمد محمد", "Mohammad", "Ahmad", "moham"]),
    ("ሰላም ኃይሌ", ["Selam", "Selam Haile", "ሰላም"]),
    ("Олександр Коваленко", ["Oleksandr", "Kovalenko", "Коваленко"]),
    ("Γιώργος Παπαδόπουλος", ["Giorgos", "Papadopoulos", "παπαδοπουλος"]),
    ("Nguyễn Văn An", ["Nguyen Van An", "nguyen", "Nguyễn"]),
    ("Uwimana Jean-Claude", ["jean claude uwimana", "Uwimana", "Jean-Claude"]),
    ("নাজমুল হাসান", ["নাজমুল", "হাসান"]),
    ("王小明", ["王小明", "王", "Wang Xiaoming", "Xiaoming Wang", "wang xiao ming", "xiaoming"]),
    ("Wang Xiaoming", ["王小明", "小明", "Wang Xiao Ming"]),
    ("WANG Xiao Ming", ["王小明", "Xiaoming Wang"]),
    ("فرشته احمدی", ["فرشته", "Fereshte", "Ahmadi"]),
    ("Tesfaye Gebremedhin", ["Gebremedhin Tesfay", "gebre", "tesfa"]),
    ("O'Neil", ["oneil", "O’Neil"]),
]


@pytest.mark.parametrize(("name", "typed"), [(name, each) for name, several in SCRIPTS for each in several])
def test_a_name_is_found_however_it_is_typed(session, office, find, name, typed):
    make_person(session, office, name)
    make_person(session, office, "Zubeda Kip")
    assert find(typed) == [name]


@pytest.mark.parametrize("typed", ["Bashir", "بشير", "Mohamed Bashir", "", "   ", "?", "-"])
def test_others_are_not(session, office, find, typed):
    make_person(session, office, "محمد أحمد")
    assert find(typed) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zzzzqqq", []),
        ("wwwww", []),
        ("qqq", []),
        ("dhagax", ["Abdirahman Liban Dhagax"]),
        ("伟", ["竹伟伟"]),
        ("Li", ["Abdirahman Liban Dhagax", "李娜"]),
        ("Ali", ["Cali Nuur"]),
        ("علي", ["Cali Nuur"]),
        ("Ho", ["Hồ Văn An"]),
        ("Hồ", ["Hồ Văn An"]),
        ("Afnan", ["Hồ Văn An"]),  # a part of the name
    ],
)
def test_one_or_two_consonants_alone_find_nobody(session, office, find, typed, found):
    for name in ("Abdirahman Liban Dhagax", "竹伟伟", "李娜", "Cali Nuur"):
        make_person(session, office, name)
    make_person(session, office, "Hồ Văn An", family_name="Afnan")
    assert sorted(find(typed)) == sorted(found)


def test_every_way_of_writing_the_name_finds(session, office, find):
    make_person(
        session, office, "ሰላም", name_latin="Selam", name_on_document="HAILE SELAMAWIT", other_names="Lily the singer"
    )
    assert find("selamawit") == find("singer") == find("lily") == ["ሰላም"]


def test_the_likest_comes_first(session, office, find):
    for name in ("Mahmoud Ali", "Mohamed Ali", "Mohamed"):
        make_person(session, office, name)
    assert find("Mohamed Ali")[0] == "Mohamed Ali"
    assert find("Mohamed")[0] == "Mohamed"


def test_others_offices_stay_unseen(session, office, find):
    huye = make_office(session, "Huye")
    there = make_person(session, huye, "Omar Hassan")
    assert find("Omar") == find(there.reference) == []
    assert find("Omar", make_actor(session, Role.SUPERVISOR, offices=[huye])) == ["Omar Hassan"]


def test_the_erased_are_not_found(session, office, find):
    person = make_person(session, office, "Omar Hassan")
    person.erased_at = person.created_at
    session.flush()
    assert find("Omar") == []


def test_a_reference_finds_directly_also_typed_badly(session, office, find):
    whole = next(f"R-4QX7TK{sign}" for sign in ALPHABET if is_reference(f"R-4QX7TK{sign}", "R"))
    person = make_person(session, office, "Omar Hassan", reference=whole)
    body = person.reference[2:]
    swapped = body[1] + body[0] + body[2:]
    for typed in (person.reference, person.reference.lower(), f"r {body[:3]} {body[3:]}", body, f"R-{swapped}"):
        assert find(typed) == ["Omar Hassan"], typed
    assert find("R-0000000") == []


def test_numbers_find_only_whole(session, actor, office, programme, find):
    person = make_person(session, office, "Omar Hassan")
    make_batch(session, office, programme, person)
    actions.add_way(session, actor, person, Way(ContactKind.PHONE, "+250 788 123 456"))
    actions.add_document(session, actor, person, Paper(DocumentKind.PASSPORT, "EP 0123456"))
    actions.add_document(session, actor, person, Paper(DocumentKind.SENDING_NUMBER, "UK-2041"))
    for typed in ("0788123456", "00250788123456", "٠٧٨٨ ١٢٣ ٤٥٦", "ep0123456", "EP-0123456", "uk2041"):
        assert find(typed) == ["Omar Hassan"], typed
    for typed in ("0788123", "123456", "0123456", "2041", "12"):
        assert find(typed) == [], typed


def test_an_odd_telephone_number_is_found_as_it_was_typed(session, actor, office, find):
    person = make_person(session, office, "Omar Hassan")
    actions.add_way(session, actor, person, Way(ContactKind.PHONE, "ext. 12 345"))
    assert find("EXT 12345") == ["Omar Hassan"]


def test_an_email_is_told_apart_from_a_number(session, actor, office):
    one = queries.contact_mark(session, ContactKind.EMAIL, " Selam@Example.org ")
    assert one == queries.contact_mark(session, ContactKind.EMAIL, "selam@example.org")
    assert one != queries.contact_mark(session, ContactKind.ADDRESS, "selam@example.org")


def test_the_select_combines_with_paging(session, actor, office):
    people = [make_person(session, office, f"Omar {word}") for word in ("Abdi", "Bekele", "Chol")]
    chosen = (
        queries.visible_people(actor, Permission.PERSON_LIST)
        .where(Person.id.in_(queries.matching(session, "omar")))
        .order_by(Person.full_name, Person.id)
    )
    assert list(session.scalars(chosen.limit(2))) == people[:2]
    assert list(session.scalars(chosen.offset(2))) == people[2:]
    assert list(session.scalars(select(Person).where(Person.id.in_(queries.matching(session, ""))))) == []
