"""Lists of one's own: filters of the register under a name, which nobody else sees."""

from __future__ import annotations

import pytest

from receiver import audit
from receiver.access import SYSTEM, Role
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.rules import MOST_LISTS, ListNameTaken, TooManyLists
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from tests.factories.accounts import make_actor, make_office
from tests.factories.people import make_person
from tests.support.queries import counted


def save(session, actor, name="Doctors", query="whose=office&need=doctor"):
    return actions.save_list(session, actor, name=name, query=query)


def names(session, actor):
    return [one.name for one in queries.saved_lists(session, actor)]


class TestActions:
    def test_saved_renamed_removed_and_each_on_record(self, session, actor):
        saved = save(session, actor)
        save(session, actor, "At home", "whose=mine")
        assert names(session, actor) == ["At home", "Doctors"]
        actions.rename_list(session, actor, saved, name="Doctors")
        actions.rename_list(session, actor, saved, name="First needs")
        assert names(session, actor) == ["At home", "First needs"]
        actions.remove_list(session, actor, saved)
        assert names(session, actor) == ["At home"]
        session.commit()
        found = audit.trail(session, kinds=[Kind.PREFERENCES_CHANGED])
        assert [entry.facts["act"] for entry in found if entry.facts["list"] == str(saved.id)] == [
            "removed",
            "renamed",
            "renamed",
            "saved",
        ]
        assert {entry.subject for entry in found} == {str(actor.user_id)}

    def test_of_one_name_there_is_one(self, session, actor, supervisor):
        save(session, actor)
        other = save(session, actor, "Others")
        with pytest.raises(ListNameTaken):
            save(session, actor)
        with pytest.raises(ListNameTaken):
            actions.rename_list(session, actor, other, name="Doctors")
        save(session, supervisor)  # of somebody else it may be

    def test_twenty_are_enough(self, session, actor):
        for number in range(MOST_LISTS):
            save(session, actor, f"List {number}")
        with pytest.raises(TooManyLists):
            save(session, actor, "One more")
        actions.remove_list(session, actor, queries.saved_lists(session, actor)[0])
        save(session, actor, "One more")

    def test_nobody_else_has_them(self, session, actor, supervisor):
        saved = save(session, actor)
        assert names(session, supervisor) == []
        assert queries.filter_choices(session, supervisor).lists == []
        assert queries.filter_choices(session, actor).lists == [("whose=office&need=doctor", "Doctors")]
        for who, list_id in ((supervisor, saved.id), (actor, new_id())):
            with pytest.raises(NotFound):
                queries.saved_list(session, who, list_id)

    def test_without_an_account_there_is_nothing_to_keep_them_with(self, session):
        with pytest.raises(NotFound):
            save(session, SYSTEM)


class TestPages:
    @pytest.fixture
    def office(self, system):
        with system.database.write() as session:
            office = make_office(session)
            make_person(session, office, "Hana", languages=["ti"])
            make_person(session, office, "Omar", languages=["ar"])
            return office

    @pytest.fixture
    def boss(self, sign_in, office):
        return sign_in(Role.SUPERVISOR, offices=[office])

    @pytest.fixture
    def tigrinya(self, boss):
        """The register after a list of those who speak Tigrinya was saved."""
        page = boss.get("/people?language=ti&sort=-arrived")
        form = boss.get(page.links["Save these filters as a list"]).form("/people/lists")
        return boss.follow(boss.submit(form, name="Tigrinya speakers"))

    def test_from_the_filters_to_a_link_above_the_register(self, boss, tigrinya):
        assert "The list is saved." in tigrinya.text()
        place = boss.get("/people").links["Tigrinya speakers"]
        assert place == "/people?whose=office&language=ti&sort=-arrived"
        page = boss.get(place)
        assert [row.find(".//bdi").text for row in page.all(".//tbody/tr")] == ["Hana"]
        assert page.all(".//*[@aria-current='true']/bdi")[0].text == "Tigrinya speakers"
        assert not boss.get("/people").all(".//*[@aria-current='true']/bdi")

    def test_what_is_saved_stands_in_words(self, boss):
        page = boss.get("/people/lists/new?presence=here&language=ti&arrived=2026-10")
        for told in ("My office", "Here", "Tigrinya", "Only you see it."):
            assert told in page.text()

    def test_nothing_of_a_search_is_saved(self, boss, office):
        found = boss.follow(boss.submit(boss.get("/people").form("/people/search"), q="Hana"))
        assert "Save these filters as a list" not in found.links
        form = boss.get("/people/lists/new?presence=here").form("/people/lists")
        sent = form.with_(name="Here now") | {"s": "a-search", "after": "a-place"}
        place = boss.post("/people/lists", sent).response.headers["location"]
        assert place == "/people?whose=office&presence=here"

    def test_without_a_name_or_with_one_that_is_taken(self, boss, tigrinya):
        form = boss.get("/people/lists/new?presence=here").form("/people/lists")
        page = boss.submit(form, name=" ", status=422)
        assert page.form("/people/lists").values["presence"] == "here"
        page = boss.submit(form, name="Tigrinya speakers", status=422)
        assert "You have a list named “Tigrinya speakers” already." in page.text()

    def test_no_filter_is_believed_that_is_none(self, boss):
        sent = boss.get("/people/lists/new").form("/people/lists").with_(name="Odd")
        boss.post("/people/lists", {**sent, "presence": "Selam Haile"}, status=404)
        assert "Odd" not in boss.get("/people/lists").text()

    def test_renamed_and_removed(self, boss, tigrinya):
        own = boss.get(tigrinya.links["Your lists"])
        page = boss.get(own.links["Rename"])
        act = own.links["Rename"]
        assert page.form(act).values["name"] == "Tigrinya speakers"
        boss.submit(page.form(act), name="", status=422)
        own = boss.follow(boss.submit(page.form(act), name="Tigrinya"))
        assert "The list has its new name." in own.text()
        other = boss.get("/people/lists/new").form("/people/lists")
        boss.submit(other, name="Everybody")
        assert "already" in boss.submit(boss.get(act).form(act), name="Everybody", status=422).text()
        own = boss.follow(boss.submit(own.form(f"{act}/removal")))
        assert "The list is removed." in own.text()
        assert "Tigrinya" not in own.links
        assert "Tigrinya" not in boss.get("/people").links

    def test_others_do_not_see_them(self, system, sign_in, office, boss, tigrinya):
        act = boss.get("/people/lists").links["Rename"]
        other = sign_in(Role.SUPERVISOR, offices=[office])
        assert "Tigrinya speakers" not in other.get("/people").text()
        assert "You keep no list yet." in other.get("/people/lists").text()
        other.get(act, status=404)
        other.post(f"{act}/removal", {}, status=404)
        assert "Tigrinya speakers" in boss.get("/people/lists").text()

    def test_twenty_lists_take_no_query_more(self, system, sign_in, office, boss, tigrinya):
        with counted(system.database) as before:
            boss.get("/people")
        with counted(system.database) as with_one:
            boss.get("/people?language=ti")
        assert len(before) == len(with_one) <= 6

    def test_who_sees_no_people_keeps_no_lists(self, sign_in):
        sign_in(Role.APPROVER).get("/people/lists", status=403)

    def test_finance_keeps_its_own(self, system, sign_in, office):
        finance = sign_in(Role.FINANCE_OFFICER)
        form = finance.get("/people/lists/new?language=ar&stage=arrived&need=doctor").form("/people/lists")
        page = finance.follow(finance.submit(form, name="Arabic"))
        assert [row.find(".//bdi").text for row in page.all(".//tbody/tr")] == ["Omar"]


def test_the_choices_hold_lists_of_who_sees_no_cases(session, office):
    finance = make_actor(session, Role.FINANCE_OFFICER)
    save(session, finance)
    assert [name for _query, name in queries.filter_choices(session, finance).lists] == ["Doctors"]
