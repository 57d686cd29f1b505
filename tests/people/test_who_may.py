"""Who may do what: a role's rights, what an organisation's kind adds, and nothing for who is shut out."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from tests.cast import hire, new_desk, new_organisation, rows
from tests.people.conftest import Office
from tincay import urls
from tincay.people.models import Organisation, User
from tincay.people.permissions import staff_menu
from tincay.people.rights import KIND_RIGHTS, ROLE_RIGHTS, May, comes_with_kind, holds

pytestmark = pytest.mark.django_db
MOVES = {May.SEE_QUEUE, May.OPEN_REPORT, May.MOVE_REPORT, May.HOLD_KEY}


def rights(user: User) -> set[May]:
    return {right for right in May if user.may(right)}


@pytest.mark.parametrize("role", ["operator", "case_worker"])
def test_who_helps_moves_reports_and_manages_nothing(office: Office, role: str) -> None:
    assert rights(office.hire("a", role).user) == MOVES


def test_a_supervisor_is_the_second_person_sees_what_is_late_and_manages_desks(office: Office) -> None:
    found = rights(office.hire("a", "supervisor").user)
    assert found == MOVES | {May.SECOND_PERSON, May.SEE_OVERDUE, May.MANAGE_DESK}


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("unit_head", {May.SEE_OVERDUE}),
        ("oversight", {May.SEE_ESCALATED}),
        ("steward", {May.CHANGE_CALENDAR, May.CHECK_NUMBERS, May.SEE_HEALTH}),
        ("me_officer", {May.RUN_ESTIMATES}),
    ],
)
def test_who_opens_no_report_may_do_only_what_the_office_is_for(
    office: Office, role: str, found: set[May]
) -> None:
    assert rights(office.hire("a", role).user) == found


@pytest.mark.parametrize("role", ["police_liaison", "donor", ""])
def test_a_role_that_is_in_no_list_may_nothing(office: Office, role: str) -> None:
    assert rights(office.hire("a", role).user) == set()
    assert not any(holds(role, right) for right in May)


def test_somebody_of_a_research_organisation_runs_estimates_and_nothing_more(office: Office) -> None:
    institute = new_organisation("vien", "research")
    assert rights(hire(institute, "a", "donor", with_key=False).user) == {May.RUN_ESTIMATES}
    assert rights(hire(institute, "b", "steward", with_key=False).user) >= {May.RUN_ESTIMATES, May.SEE_HEALTH}


def test_what_a_kind_brings_it_brings_to_no_other_kind() -> None:
    assert comes_with_kind("research", May.RUN_ESTIMATES)
    assert not any(comes_with_kind("ngo", right) for right in May)
    assert KIND_RIGHTS.keys() == {"research"}


def test_who_is_shut_out_may_nothing_whatever_the_role_and_the_kind(office: Office) -> None:
    researcher = hire(new_organisation("vien", "research"), "b", "me_officer", with_key=False)
    for worker in (office.hire("a", "supervisor"), researcher):
        worker.user.is_active = False
        assert rights(worker.user) == set()


def test_a_right_that_no_kind_brings_costs_no_question(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = rows(User).get(pk=office.hire("a").user.pk)
    with django_assert_num_queries(0):
        assert not user.may(May.SEE_HEALTH)
    with django_assert_num_queries(1):
        assert not user.may(May.RUN_ESTIMATES)


def test_nobody_who_opens_reports_runs_the_machine() -> None:
    machine = {May.SEE_HEALTH, May.CHANGE_CALENDAR}
    assert not [role for role, may in ROLE_RIGHTS.items() if May.OPEN_REPORT in may and may & machine]


# --- which organisation is what


@pytest.mark.parametrize(
    ("kind", "scope", "state", "police"),
    [
        ("ngo", "intake", False, False),
        ("social_work_centre", "intake", True, False),
        ("police_commune", "", True, True),
        ("border_guard", "", True, True),
        ("ngo", "law_enforcement", True, True),
    ],
)
def test_the_police_are_known_by_kind_or_by_what_they_do(
    install: object, kind: str, scope: str, state: bool, police: bool
) -> None:
    found = new_organisation("x", kind, scope)
    assert (found.of_the_state, found.enforces_law) == (state, police)


# --- names


def test_everything_is_named_in_the_language_that_is_asked_for(office: Office) -> None:
    for one, vi, en in (
        (office.organisation, "Cây Me (mẫu)", "Cây Me (invented)"),
        (office.desk, "Bàn một (mẫu)", "Desk one (invented)"),
    ):
        assert (one.name("vi"), one.name("en")) == (vi, en)


def test_a_post_is_named_and_where_there_is_none_the_desk_is(office: Office) -> None:
    assert (office.desk.post("vi"), office.desk.post("en")) == (
        office.desk.name("vi"),
        office.desk.name("en"),
    )
    desk = new_desk(office.organisation, "hai", post=("Trưởng ca", "Head of the shift"))
    assert (desk.post("vi"), desk.post("en")) == ("Trưởng ca", "Head of the shift")


def test_somebody_without_a_title_is_called_by_the_account(office: Office) -> None:
    user = office.hire("thu").user
    assert (user.title("vi"), user.title("en")) == ("thu", "thu")
    user.title_vi, user.title_en = "Người hỗ trợ", "Helper"
    assert (user.title("vi"), user.title("en")) == ("Người hỗ trợ", "Helper")


def test_an_account_is_found_by_its_name(office: Office) -> None:
    office.hire("lan")
    assert User.objects.get_by_natural_key("lan").username == "lan"
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("khong.co")


def test_an_organisation_has_one_code(office: Office) -> None:
    with pytest.raises(Exception, match=r"UNIQUE|duplicate"):
        new_organisation("cay-me")
    assert rows(Organisation).count() == 1


def test_the_menu_shows_only_what_a_person_may_open(office: Office) -> None:
    request = RequestFactory().get("/desk/")
    for number, role in enumerate((*ROLE_RIGHTS, "donor")):
        request.user = office.hire(str(number), role).user
        assert {item.url_name for item in staff_menu(request)} == {
            item.url_name for item in urls.STAFF_MENU if item.right in rights(request.user)
        }, role
    request.user = AnonymousUser()
    assert staff_menu(request) == []
