"""Which desk is asked about which place: never the police, never a desk that nobody can open, never nobody."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.cast import Team, new_desk, new_organisation, new_province, rows, sign_routing, staff_desk
from tincay.directory.actions import NotThisDesk, add_province, set_fallback, set_province_desk
from tincay.directory.models import Fallback, Province
from tincay.directory.queries import case_desk, desk_and_case, desk_for, fallback, provinces
from tincay.people.models import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(team: Team) -> Desk:
    """The install's default desks: the team's for everything, this one for identity."""
    found = new_desk(team.organisation, "cay-me-ho-tro", "case")
    staff_desk(found, team.helper)
    set_fallback(triage=team.desk, case=found, oversight=None)
    return found


@pytest.fixture
def second(team: Team) -> Desk:
    """A desk of another organisation, with its key."""
    desk = new_desk(new_organisation("ben-song"), "ben-song-tiep-nhan")
    staff_desk(desk, team.colleague)
    return desk


def state_desk(kind: str, *scope: str) -> Desk:
    return new_desk(new_organisation("nha-nuoc", kind, *scope), "nha-nuoc")


# --- provinces


def test_a_province_is_kept_with_its_names_its_list_and_the_codes_it_had_before(team: Team) -> None:
    add_province(
        code="vn01",
        name_vi="Hà Nội",
        name_en="Ha Noi",
        list_version="2025",
        old_codes=("a", "b"),
        desk=team.desk,
    )
    found = rows(Province).get(pk="vn01")
    assert (found.name("vi"), found.name("en")) == ("Hà Nội", "Ha Noi")
    assert (found.list_version, found.old_codes, found.desk) == ("2025", ["a", "b"], team.desk)


def test_a_province_is_in_the_list_once(team: Team) -> None:
    new_province("vn01", "Hà Nội")
    with pytest.raises(Exception, match=r"UNIQUE|duplicate"):
        new_province("vn01", "Hà Nội")


def test_provinces_stand_in_the_order_of_their_names(team: Team) -> None:
    for code, name in (("1", "Cà Mau"), ("2", "An Giang"), ("3", "Bến Tre")):
        new_province(code, name)
    assert [one.code for one in provinces()] == ["2", "3", "1"]


def test_the_desks_of_all_provinces_are_one_question(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for code in "abc":
        new_province(code, code, team.desk)
    with django_assert_num_queries(1):
        assert {one.desk.code for one in provinces() if one.desk} == {team.desk.code}


# --- who answers for a province


def test_a_report_goes_to_the_desk_of_its_province(case: Desk, second: Desk) -> None:
    new_province("M01", "Sông Mây", second)
    new_province("M02", "Sơn Thượng")
    sign_routing()
    assert desk_for("M01") == second


@pytest.mark.parametrize("place", ["M02", None, "", "abroad"])
def test_where_no_desk_answers_the_default_one_does(
    team: Team, case: Desk, second: Desk, place: str | None
) -> None:
    new_province("M01", "Sông Mây", second)
    new_province("M02", "Sơn Thượng")
    sign_routing()
    assert desk_for(place) == team.desk


def test_a_desk_without_a_key_is_not_asked_yet(team: Team, case: Desk) -> None:
    """Nothing can be sealed to it: the plain form of this province would fail."""
    new_province("M01", "Sông Mây", new_desk(team.organisation, "hai"))
    sign_routing()
    assert desk_for("M01") == team.desk


def test_a_province_that_gets_a_desk_is_answered_by_it_once_that_is_signed(
    team: Team, case: Desk, second: Desk
) -> None:
    new_province("M01", "Sông Mây")
    new_province("M02", "Sơn Thượng")
    sign_routing()
    set_province_desk(code="M01", desk=second)
    assert desk_for("M01") == team.desk
    sign_routing()
    assert desk_for("M01") == second
    assert rows(Province).get(code="M02").desk is None


@pytest.mark.parametrize(
    ("kind", "scope"), [("police_commune", ""), ("border_guard", ""), ("ngo", "law_enforcement")]
)
def test_the_police_answer_for_no_province(case: Desk, second: Desk, kind: str, scope: str) -> None:
    new_province("M01", "Sông Mây", second)
    with pytest.raises(NotThisDesk, match="nha-nuoc"):
        set_province_desk(code="M01", desk=state_desk(kind, scope))
    assert rows(Province).get(code="M01").desk == second


def test_a_state_body_that_is_not_the_police_may_answer_for_a_province(case: Desk) -> None:
    new_province("M01", "Sông Mây")
    social = state_desk("social_work_centre")
    set_province_desk(code="M01", desk=social)
    assert rows(Province).get(code="M01").desk == social


def test_a_province_that_there_is_none_of_is_no_silent_mistake(team: Team) -> None:
    with pytest.raises(Province.DoesNotExist):
        set_province_desk(code="vn99", desk=team.desk)


# --- the default desks


def test_the_default_desks_are_kept_each_for_its_purpose(team: Team, case: Desk) -> None:
    oversight = state_desk("inspectorate")
    set_fallback(triage=team.desk, case=case, oversight=oversight)
    assert (fallback().triage, fallback().case, fallback().oversight) == (team.desk, case, oversight)


def test_naming_the_default_desks_again_replaces_them(team: Team, case: Desk, second: Desk) -> None:
    set_fallback(triage=second, case=case, oversight=None)
    assert rows(Fallback).get().triage == second


@pytest.mark.parametrize("kind", ["social_work_centre", "court", "police_province"])
@pytest.mark.parametrize("place", ["triage", "case"])
def test_no_default_desk_is_of_the_state(team: Team, case: Desk, kind: str, place: str) -> None:
    """What is about officials comes here."""
    desks = {"triage": team.desk, "case": case, "oversight": None} | {place: state_desk(kind)}
    with pytest.raises(NotThisDesk, match="nha-nuoc"):
        set_fallback(**desks)  # type: ignore[arg-type]
    assert (fallback().triage, fallback().case) == (team.desk, case)


# --- who reads identity


def test_identity_goes_to_the_case_desk_of_the_organisation_that_was_asked(team: Team, case: Desk) -> None:
    other = new_desk(new_organisation("ben-song"), "ben-song-ho-tro", "case")
    staff_desk(other, team.colleague)
    sign_routing()
    assert case_desk(team.desk) == case
    assert case_desk(other) == other


def test_where_the_own_case_desk_has_no_key_identity_goes_to_the_default_one(
    team: Team, case: Desk, second: Desk
) -> None:
    new_desk(second.organisation, "ben-song-ho-tro", "case")
    sign_routing()
    assert case_desk(second) == case


def test_a_desk_that_sorts_reports_does_not_read_identity(case: Desk, second: Desk) -> None:
    sign_routing()
    assert case_desk(second) == case


@pytest.mark.parametrize("keys", [[], [False], [True], [False, True], [True, True]])
def test_both_are_found_together_as_each_alone(
    team: Team, case: Desk, second: Desk, keys: list[bool]
) -> None:
    """However many case desks the organisation has, and whichever of them have a key."""
    for number, has_key in enumerate(keys):
        own = new_desk(second.organisation, f"ho-tro-{9 - number}", "case")
        if has_key:
            staff_desk(own, team.colleague)
    sign_routing()
    for desk in (team.desk, second):
        assert desk_and_case(desk.code) == (desk, case_desk(desk))


def test_a_desk_that_there_is_none_of_has_nobody_who_reads_identity(case: Desk) -> None:
    sign_routing()
    assert desk_and_case("khong-co") is None


def test_a_desk_that_is_not_signed_yet_has_nobody_who_reads_identity(team: Team, case: Desk) -> None:
    sign_routing()
    later = new_desk(team.organisation, "hai")
    staff_desk(later, team.helper)
    assert desk_and_case("hai") is None
    sign_routing()
    assert desk_and_case("hai") == (later, case)
