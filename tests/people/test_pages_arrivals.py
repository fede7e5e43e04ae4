"""Arrivals from the announcement to the reception, through the pages."""

from __future__ import annotations

from datetime import date

import pytest

from receiver.access import Role
from receiver.people import queries
from receiver.people.models import Arrival, Batch, Person
from receiver.people.rules import ArrivalState, BatchState
from tests.factories.accounts import make_actor, make_office, make_user
from tests.factories.partners import make_programme
from tests.factories.people import make_batch, make_person
from tests.factories.stipends import make_policy
from tests.support.pages import region, same_region
from tests.support.queries import counted

DAY = {"arrives_on-day": "27", "arrives_on-month": "November", "arrives_on-year": "2026"}


class World:
    """An office, a programme, and a batch of people who are expected."""

    def __init__(self, system, people=3):
        with system.database.write() as session:
            self.office = make_office(session)
            self.programme = make_programme(session, name="Pilot")
            self.people = [
                make_person(session, self.office, f"Selam Haile {number}", arrived_on=None, languages=["ti"])
                for number in range(people)
            ]
            self.batch = make_batch(session, self.office, self.programme, *self.people, arrives_on=date(2026, 11, 19))
            self.arrivals = [queries.arrival_in(session, self.batch.id, one.id) for one in self.people]
            self.abroad = make_office(session, "Huye")
            self.foreign = make_batch(session, self.abroad, None, make_person(session, self.abroad, arrived_on=None))
        self.url = f"/arrivals/{self.batch.slug}"


@pytest.fixture
def world(system):
    return World(system)


@pytest.fixture
def browser(world, sign_in):
    return sign_in(Role.RECEPTION_OFFICER, offices=[world.office])


def saved(system, model, row_id):
    with system.database.read() as session:
        return session.get(model, row_id)


class TestTheList:
    def test_it_shows_the_batches_of_ones_offices(self, browser, world):
        page = browser.get("/arrivals")
        assert world.batch.slug in page.text()
        assert world.foreign.slug not in page.text()
        assert "Pilot" in page.text()
        row = page.one(".//tbody/tr")
        assert [cell.text for cell in row.findall("td")[2:5]] == ["3", "0", "0"]
        same_region(browser, "/arrivals", "rows")

    def test_filters(self, browser, world):
        assert world.batch.slug in browser.get(f"/arrivals?programme={world.programme.id}&state=announced").text()
        page = browser.get("/arrivals?state=received")
        assert "No arrival fits these filters." in page.text()
        assert page.links["Show all arrivals"] == "/arrivals"
        assert world.foreign.slug not in browser.get(f"/arrivals?office={world.abroad.id}").text()

    def test_pages_lead_on_and_back(self, system, world, browser):
        with system.database.write() as session:
            slugs = [
                make_batch(session, world.office, world.programme, arrives_on=date(2026, 10, 1)).slug
                for _each in range(30)
            ]
        first = browser.get("/arrivals")
        assert len(first.all(".//tbody/tr")) == 25
        second = browser.get(first.links["Next"])
        assert len(second.all(".//tbody/tr")) == 6
        seen = {slug for page in (first, second) for slug in slugs if slug in page.text()}
        assert seen == set(slugs)
        assert region(browser.get(second.links["Previous"]), "rows") == region(first, "rows")
        browser.get("/arrivals?after=junk", status=422)

    def test_six_statements_whatever_the_rows(self, system, world, browser):
        with system.database.write() as session:
            for _each in range(30):
                make_batch(session, world.office, world.programme, make_person(session, world.office))
        with counted(system.database) as seen:
            browser.get("/arrivals")
        assert len(seen) <= 6, "\n".join(seen)

    def test_the_office_is_shown_to_those_of_several(self, world, sign_in):
        page = sign_in(Role.SUPERVISOR, offices=[world.office, world.abroad]).get("/arrivals")
        assert {"Kigali", "Huye"} <= {cell.text for cell in page.all(".//td/bdi")}

    @pytest.mark.parametrize(("role", "told"), [(Role.SUPERVISOR, "Import a manifest"), (Role.CASEWORKER, "Announce")])
    def test_an_empty_list_says_what_to_do(self, system, sign_in, role, told):
        assert told in sign_in(role).get("/arrivals").text()

    @pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR, Role.JOB_OFFICER])
    def test_others_are_refused(self, world, sign_in, role):
        browser = sign_in(role)
        for url in ("/arrivals", "/arrivals/new", world.url, f"{world.url}/edit", f"{world.url}/list"):
            browser.get(url, status=403)
        browser.post("/arrivals", status=403)
        browser.post(f"{world.url}/marks", status=403)


class TestAnnouncing:
    def test_people_are_announced(self, system, browser, world):
        form = browser.get("/arrivals/new").form("/arrivals")
        assert form.values["office"] == str(world.office.id)
        answer = browser.submit(
            form, programme=str(world.programme.id), arrives_time="14h30", announced="40", origin="Tripoli", **DAY
        )
        page = browser.follow(answer)
        assert page.h1 == "Arrival 2026-11-27-a"
        assert "The arrival is announced." in page.text()
        assert "Expected on 27 Nov 2026 at 14:30" in page.text()
        assert "40 people announced" in page.text()
        assert "Nobody is in this arrival yet." in page.text()

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"programme": ""}, "Please choose an answer"),
            ({"office": "{abroad}"}, "Please choose one of the answers given."),
            ({"announced": "0"}, "Please write a number from 1"),
            ({"arrives_time": "25:00"}, "Please write a time"),
            ({"arrives_on-year": ""}, "Please write the year in digits."),
        ],
    )
    def test_what_is_wrong_is_told(self, browser, world, typed, told):
        form = browser.get("/arrivals/new").form("/arrivals")
        values = {"programme": str(world.programme.id), **DAY}
        values |= {name: text.format(abroad=world.abroad.id) for name, text in typed.items()}
        assert told in browser.submit(form, status=422, **values).text()

    def test_more_than_the_arrangement_allows(self, system, browser, world):
        with system.database.write() as session:
            small = make_programme(session, people_cap=2)
        form = browser.get("/arrivals/new").form("/arrivals")
        page = browser.submit(form, status=422, programme=str(small.id), announced="3", **DAY)
        assert "allows 2 people" in page.text()


class TestChanging:
    def test_a_batch_without_people(self, system, browser, world):
        with system.database.write() as session:
            batch = make_batch(session, world.office, world.programme, arrives_on=date(2026, 11, 25))
        form = browser.get(f"/arrivals/{batch.slug}/edit").form()
        page = browser.follow(browser.submit(form, origin="Amman", carrier="RJ 1"))
        assert "The arrival is changed." in page.text()
        assert "Amman" in page.text()

    def test_with_people_the_programme_stays(self, system, browser, world):
        with system.database.write() as session:
            other = make_programme(session)
        page = browser.get(f"{world.url}/edit")
        assert "so its programme and office stay" in page.text()
        page = browser.submit(page.form(), status=422, programme=str(other.id))
        assert page.title.startswith("Error:")

    def test_two_changes_at_once_are_compared(self, browser, world):
        form = browser.get(f"{world.url}/edit").form()
        browser.submit(form, origin="Amman")
        page = browser.submit(form, status=409, origin="Tripoli", _key="another")
        assert "Amman" in page.text()

    def test_what_is_wrong_is_told(self, browser, world):
        form = browser.get(f"{world.url}/edit").form()
        assert "Please write a number" in browser.submit(form, status=422, announced="-1").text()

    def test_an_ended_programme_stays_chosen(self, system, browser, world):
        with system.database.write() as session:
            session.merge(world.programme).state = "ended"
        form = browser.get(f"{world.url}/edit").form()
        assert form.values["programme"] == str(world.programme.id)
        browser.submit(form, origin="Amman")


class TestMovingOn:
    def test_they_have_arrived_and_are_received(self, system, browser, world):
        form = browser.get(world.url).form(f"{world.url}/state")
        assert form.values["on"] == "2026-11-19"
        page = browser.follow(browser.submit(form))
        assert "The arrival is recorded." in page.text()
        assert "Arrived on 19 Nov 2026" in page.text()
        form = page.form(f"{world.url}/state")
        assert "still marked as expected" in browser.submit(form, status=409).text()
        ids = [one.reference for one in world.people]
        browser.post(f"{world.url}/marks", {"person": ids, "state": "not_arrived"})
        form = browser.get(world.url).form(f"{world.url}/state")
        page = browser.follow(browser.submit(form))
        assert "Everybody of this arrival is received." in page.text()
        assert saved(system, Batch, world.batch.id).state is BatchState.RECEIVED
        assert not page.all(f".//form[@action='{world.url}/state']")

    def test_a_day_that_cannot_be_is_told_at_the_field(self, system, browser, world):
        form = browser.get(world.url).form(f"{world.url}/state")
        page = browser.submit(form, status=422, on="2026-10-18")
        assert "long before 19 Nov 2026" in page.text(".//*[@id='move-on-e']")
        assert saved(system, Batch, world.batch.id).state is BatchState.ANNOUNCED

    def test_an_old_page_is_refused(self, browser, world):
        form = browser.get(world.url).form(f"{world.url}/state")
        browser.submit(browser.get(f"{world.url}/edit").form(), origin="Amman")
        browser.submit(form, status=409, _key="another")


class TestMarking:
    def marks(self, browser, world, url=None):
        return browser.get(url or world.url).form(f"{world.url}/marks")

    def test_those_who_are_ticked(self, system, browser, world):
        form = self.marks(browser, world)
        assert form.values["on"] == "2026-11-19"
        ticked = [one.reference for one in world.people[:2]]
        page = browser.follow(browser.submit(form, person=ticked, state="met"))
        assert "2 people are marked." in page.text()
        states = [saved(system, Arrival, one.id).state for one in world.arrivals]
        assert states == [ArrivalState.MET, ArrivalState.MET, ArrivalState.EXPECTED]
        assert saved(system, Person, world.people[0].id).arrived_on == date(2026, 11, 19)

    def test_all_that_were_found(self, system, world, browser):
        with system.database.write() as session:
            batch = session.get(Batch, world.batch.id)
            for number in range(40):
                person = make_person(session, world.office, f"Omar {number}", arrived_on=None)
                session.add(Arrival(batch_id=batch.id, person_id=person.id))
        page = browser.get(f"{world.url}?state=expected")
        assert len(page.all(".//tbody/tr")) == 25
        assert "All 43 that were found, not only these 25" in page.text()
        answer = browser.submit(page.form(f"{world.url}/marks"), every="yes", state="not_arrived")
        assert "43 people are marked." in browser.follow(answer).text()

    @pytest.mark.parametrize("on", ["19 November 2026", "2026-11-19", "19/11/2026"])
    def test_the_day_is_understood(self, system, browser, world, on):
        form = self.marks(browser, world)
        browser.submit(form, person=[world.people[0].reference], state="hospital", on=on)
        assert saved(system, Person, world.people[0].id).arrived_on == date(2026, 11, 19)

    def test_nobody_is_chosen(self, browser, world):
        page = browser.submit(self.marks(browser, world), status=422, state="met")
        assert "Please choose at least one person." in page.text()

    def test_nothing_is_said_of_them_and_the_ticks_stay(self, browser, world):
        form = self.marks(browser, world, f"{world.url}?state=expected")
        page = browser.submit(form, status=422, person=[world.people[1].reference])
        assert "Please choose what became of them." in page.text()
        ticked = [box.get("value") for box in page.all(".//tbody//input[@type='checkbox'][@checked]")]
        assert ticked == [world.people[1].reference]

    def test_a_day_to_come_is_refused_for_all(self, system, browser, world):
        form = self.marks(browser, world)
        ticked = [one.reference for one in world.people]
        for on, told in (("2026-11-21", "lies in the future"), ("2020-01-05", "The programme began on 1 Jan 2026")):
            page = browser.submit(form, status=422, person=ticked, every="yes", state="met", on=on, _key=f"{on} again")
            assert told in page.text(".//*[@id='f-on-e']")
            kept = page.form(f"{world.url}/marks").values
            assert (kept["state"], kept["on"]) == ("met", on)
            assert [box.get("value") for box in page.all(".//tbody//input[@checked]")] == ticked
        assert saved(system, Person, world.people[0].id).arrived_on is None

    def test_who_is_chosen_further_on_stays_chosen(self, system, browser, world):
        with system.database.write() as session:
            for number in range(30):
                person = make_person(session, world.office, f"Omar {number}", arrived_on=None)
                session.add(Arrival(batch_id=world.batch.id, person_id=person.id))
        second = browser.get(browser.get(world.url).links["Next"])
        ticked = second.all(".//tbody//input[@type='checkbox']")[3].get("value")
        form = second.form(f"{world.url}/marks")
        page = browser.submit(form, status=422, person=[ticked], state="met", on="2026-11-21", every="yes")
        assert [box.get("value") for box in page.all(".//tbody//input[@checked]")] == [ticked]
        assert page.one(".//input[@name='every']").get("checked") is not None

    def test_one_foreign_id_refuses_the_whole(self, system, browser, world):
        with system.database.read() as session:
            foreign = session.query(Person).filter(Person.office_id == world.abroad.id).one().reference
        for other in (foreign, str(world.batch.id), "junk"):
            ids = [world.people[0].reference, other]
            browser.post(f"{world.url}/marks", {"person": ids, "state": "met"}, status=404)
        assert saved(system, Arrival, world.arrivals[0].id).state is ArrivalState.EXPECTED

    def test_who_was_met_stays_met(self, browser, world):
        person = world.people[0].reference
        browser.submit(self.marks(browser, world), person=[person], state="met")
        page = browser.submit(self.marks(browser, world), status=409, person=[person], state="not_arrived")
        assert "was met and has a case" in page.text()

    @pytest.mark.parametrize(("state", "told"), [("not_arrived", "Not arrived"), ("other", "Elsewhere")])
    def test_who_did_not_come_is_not_lost(self, sign_in, browser, world, state, told):
        """Their page says it, and somebody is to find out; once they are met, it is found out."""
        person = world.people[0]
        browser.submit(self.marks(browser, world), person=[person.reference], state=state)
        page = browser.get(f"/people/{person.reference}")
        assert f"marked as “{told}”" in page.text()
        supervisor = sign_in(Role.SUPERVISOR, offices=[world.office])
        assert told in supervisor.get(f"/people/{person.reference}").text(".//section[@id='timeline']")
        task = page.links["Find out where the person is"]
        assert "Diane Uwase" in page.text(".//section[@id='next']")
        assert browser.get(task).links
        assert "Find out where the person is" in browser.get("/today").text()
        browser.submit(self.marks(browser, world), person=[person.reference], state="met", _key="later")
        page = browser.get(f"/people/{person.reference}")
        assert "marked as" not in page.text()
        assert "Find out where the person is" not in page.links

    def test_expected_is_nothing_to_mark(self, browser, world):
        ids = {"person": [world.people[0].reference], "state": "expected"}
        browser.post(f"{world.url}/marks", ids, status=422)


class TestTheBatch:
    def test_states_are_filters(self, browser, world):
        browser.post(f"{world.url}/marks", {"person": [world.people[0].reference], "state": "met"})
        page = browser.get(world.url)
        assert page.links["Expected 2"] == f"{world.url}?state=expected"
        same_region(browser, f"{world.url}?state=expected", "rows")
        assert len(browser.get(f"{world.url}?state=met").all(".//tbody/tr")) == 1
        page = browser.get(f"{world.url}?state=other")
        assert "Nobody is in this state." in page.text()

    def test_pages_lead_on(self, system, browser, world):
        with system.database.write() as session:
            for number in range(30):
                person = make_person(session, world.office, f"Omar {number}", arrived_on=None)
                session.add(Arrival(batch_id=world.batch.id, person_id=person.id))
        page = browser.get(world.url)
        assert "1–25 of 33" in page.text()
        page = browser.get(page.links["Next"])
        assert len(page.all(".//tbody/tr")) == 8
        assert "Previous" in page.links

    def test_six_statements_whatever_the_rows(self, system, browser, world):
        with counted(system.database) as seen:
            browser.get(world.url)
        assert len(seen) <= 6, "\n".join(seen)

    def test_once_they_are_here_they_can_be_enrolled(self, system, browser, sign_in, world):
        assert "Enrol people" not in browser.get(world.url).text(".//main")
        with system.database.write() as session:
            session.get(Batch, world.batch.id).arrived_on = date(2026, 11, 19)
            session.get(Person, world.people[0].id).arrived_on = date(2026, 11, 19)
            finance, approver = make_actor(session, Role.FINANCE_OFFICER), make_actor(session, Role.APPROVER)
            make_policy(session, finance, approver, world.programme)
        page = browser.get(browser.get(world.url).one(".//main//a[.='Enrol people']").get("href"))
        assert world.batch.slug in page.text()
        assert [row.find(".//bdi").text for row in page.all(".//tbody/tr")] == ["Selam Haile 0"]
        with system.database.write() as session:
            officer = make_user(session, Role.RECEPTION_OFFICER, offices=[session.merge(world.office)], language="fr")
        french = sign_in(officer, language="fr").get(world.url)
        assert french.one(".//main//a[.='Inscrire des personnes']") is not None
        caseworker = sign_in(Role.CASEWORKER, offices=[world.office])
        assert "Enrol people" not in caseworker.get(world.url).text(".//main")

    def test_another_office_gets_what_an_unknown_one_gets(self, browser, world):
        pages = [browser.get(url, status=404) for url in (f"/arrivals/{world.foreign.slug}", "/arrivals/2020-01-01-a")]
        assert region(pages[0], "main") == region(pages[1], "main")
        assert world.foreign.slug not in pages[0].html
        for url in ("edit", "list", "plan", "people/new"):
            browser.get(f"/arrivals/{world.foreign.slug}/{url}", status=404)
        sent = {
            "marks": {"state": "met"},
            "plan": {},
            "people": {"reference": "x"},
            "state": {"state": "arrived", "_ver": "1"},
        }
        for url, values in sent.items():
            browser.post(f"/arrivals/{world.foreign.slug}/{url}", values, status=404)

    def test_the_reception_list_is_for_paper(self, browser, world):
        browser.post(f"{world.url}/marks", {"person": [world.people[0].reference], "state": "met"})
        page = browser.get(f"{world.url}/list")
        assert page.h1 == f"Reception list {world.batch.slug}"
        assert page.root.get("class") == "sheet"
        assert [person.reference in page.text() for person in world.people] == [True] * 3
        assert page.text().count("☐") == 2

    def test_an_empty_reception_list(self, system, browser, world):
        with system.database.write() as session:
            batch = make_batch(session, world.office, world.programme)
        assert "Nobody is in this arrival yet." in browser.get(f"/arrivals/{batch.slug}/list").text()


class TestPlanning:
    def test_who_meets_them_and_their_room(self, system, browser, world):
        with system.database.write() as session:
            user = make_user(session, Role.CASEWORKER, offices=[world.office], name="Aline Uwera")
        ids = "&".join(f"person={one.reference}" for one in world.people[:2])
        page = browser.get(f"{world.url}/plan?{ids}")
        assert "For 2 people of this arrival" in page.text()
        assert not page.all(".//select[@name='caseworker']")
        page = browser.follow(browser.submit(page.form(), meets=str(user.id), room="12"))
        assert "It is arranged." in page.text()
        assert page.text().count("Aline Uwera") == 2
        assert saved(system, Arrival, world.arrivals[0].id).room == "12"

    def test_a_supervisor_gives_them_to_the_caseworker_proposed(self, system, sign_in, world):
        with system.database.write() as session:
            worker = make_user(session, Role.CASEWORKER, offices=[world.office], name="Aline Uwera")
        browser = sign_in(Role.SUPERVISOR, offices=[world.office])
        page = browser.get(f"{world.url}/plan?every=yes&found=expected")
        assert "For 3 people" in page.text()
        browser.submit(page.form(), caseworker=str(worker.id))
        assert {saved(system, Arrival, one.id).caseworker_id for one in world.arrivals} == {worker.id}

    def test_nothing_chosen_changes_nothing(self, browser, world):
        page = browser.get(f"{world.url}/plan?person={world.people[0].reference}")
        browser.follow(browser.submit(page.form()))

    def test_the_list_leads_there_with_nothing_but_who_was_ticked(self, browser, world):
        sent = {"person": world.people[0].reference, "found": "expected", "_key": "k" * 20, "state": "", "on": ""}
        for _twice in range(2):  # the form keeps its key for what it is there for
            answer = browser.post(f"{world.url}/plan/people", sent, status=303)
            wanted = f"{world.url}/plan?person={world.people[0].reference}&found=expected"
            assert answer.response.headers["location"] == wanted

    def test_nobody_chosen(self, browser, world):
        assert "Please choose at least one person." in browser.get(f"{world.url}/plan").text()
        page = browser.post(f"{world.url}/plan", {"room": "12"}, status=422)
        assert "Please choose at least one person." in page.text()

    def test_nobody_from_elsewhere(self, system, browser, world):
        with system.database.write() as session:
            stranger = make_user(session, Role.CASEWORKER, offices=[world.abroad])
        values = {"person": [world.people[0].reference], "meets": str(stranger.id)}
        assert "one of the answers given" in browser.post(f"{world.url}/plan", values, status=422).text()
        values = {"person": [world.people[0].reference], "caseworker": str(browser.user_id)}
        browser.post(f"{world.url}/plan", values, status=422)
        browser.get(f"{world.url}/plan?person={world.batch.id}", status=404)


class TestJoining:
    def test_somebody_known_is_added(self, system, browser, world):
        with system.database.write() as session:
            person = make_person(session, world.office, "Omar Hassan", arrived_on=None)
        form = browser.get(f"{world.url}/people/new").form()
        page = browser.follow(browser.submit(form, reference=person.reference.lower()))
        assert "Omar Hassan" in page.text()

    def test_unknown_foreign_and_empty(self, system, browser, world):
        with system.database.write() as session:
            stranger = make_person(session, world.abroad)
        form = browser.get(f"{world.url}/people/new").form()
        told = [
            region(browser.submit(form, status=422, reference=text, _key=text), "main")
            for text in (stranger.reference, "R-0000000")
        ]
        assert told[0].replace(stranger.reference, "") == told[1].replace("R-0000000", "")
        browser.submit(form, status=422, reference="", _key="empty")


def test_today_lists_who_is_expected(system, browser, world):
    with system.database.write() as session:
        for _each in range(6):
            make_batch(
                session, world.office, world.programme, arrives_on=date(2026, 11, 26), announced=40, origin="Amman"
            )
        make_batch(session, world.office, world.programme, arrives_on=date(2026, 12, 26), origin="Tunis")
    page = browser.get("/today?part=arrivals")
    assert "Expected in the next seven days 7" in page.text()
    assert "26 Nov 2026 from Amman" in page.text()
    assert "Tigrinya" in page.text()
    assert "Tunis" not in page.text()
    assert page.links["Show all 7"] == "/arrivals?state=announced"


def test_today_without_arrivals(sign_in):
    assert "Nobody is announced" in sign_in(Role.CASEWORKER).get("/today?part=arrivals").text()

    def test_a_day_that_is_none_is_asked_for_again(self, browser, world):
        form = browser.get(world.url).form(f"{world.url}/state")
        page = browser.submit(form, status=422, on="31/02/2026")
        assert page.form(f"{world.url}/state").values["on"] == "31/02/2026"
        assert page.by_id("move-on").get("aria-invalid") == "true"

    def test_a_state_that_is_none_was_not_sent_by_this_page(self, browser, world):
        browser.submit(browser.get(world.url).form(f"{world.url}/state"), status=422, state="gone")


class TestWhoMovedAway:
    """A batch stays with its office; whoever came with it and lives under another office now is no longer of it."""

    @pytest.fixture
    def gone(self, system, world):
        with system.database.write() as session:
            person = session.get(Person, world.people[0].id)
            person.office_id = world.abroad.id
        return person

    def test_the_old_office_reads_them_nowhere(self, world, browser, gone):
        page = browser.get(world.url)
        assert gone.full_name not in page.text()
        assert gone.reference not in page.text()
        assert "1 more person came with this arrival and is not listed" in page.text()
        assert len(page.all(".//table[@class='cardy']/tbody/tr")) == 2
        paper = browser.get(f"{world.url}/list").text()
        assert gone.reference not in paper
        assert "1 more person came with this arrival and is not listed" in paper
        browser.get(f"{world.url}/plan?person={gone.reference}", status=404)
        assert gone.reference not in browser.get(f"{world.url}/plan?every=1").text()

    def test_the_old_office_writes_nothing_of_them(self, system, world, browser, gone):
        form = browser.get(world.url).form(f"{world.url}/marks")
        both = [gone.reference, world.people[1].reference]
        browser.post(f"{world.url}/marks", {**form.values, "state": "met", "person": both}, status=404)
        planned = browser.get(f"{world.url}/plan?person={both[1]}").form(f"{world.url}/plan")
        browser.post(f"{world.url}/plan", {**planned.values, "person": both, "room": "12"}, status=404)
        everybody = {**form.values, "state": "not_arrived", "every": "1"}
        browser.post(f"{world.url}/marks", everybody, status=303)
        states = [saved(system, Arrival, each.id).state for each in world.arrivals]
        assert states == [ArrivalState.EXPECTED, ArrivalState.NOT_ARRIVED, ArrivalState.NOT_ARRIVED]

    def test_a_batch_of_nobody_who_is_left_says_so(self, system, world, browser):
        with system.database.write() as session:
            for one in world.people:
                session.get(Person, one.id).office_id = world.abroad.id
        said = browser.get(world.url).text()
        assert "3 more people came with this arrival and are not listed" in said
        assert "Nobody is in this arrival yet." not in said

    def test_whoever_reaches_both_offices_goes_on(self, world, sign_in, gone):
        browser = sign_in(Role.SUPERVISOR, offices=[world.office, world.abroad])
        page = browser.get(world.url)
        assert gone.reference in page.text()
        assert "is not listed" not in page.text()
