"""Organisations, desks and accounts: made by the organisation, numbered, seated, shut out and let in again."""

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from tests.cast import NOW, PASSWORD, give_second_factor, hire, new_desk, new_organisation, rows, sign_in
from tests.people.conftest import Office
from tincay.people.access import end_sessions
from tincay.people.actions import add_seat, add_user, let_in_again, suspend
from tincay.people.calls import call_on_duty
from tincay.people.models import Membership, Notice, Organisation, StaffSession, User

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return client.get(reverse("today")).status_code == 200


# --- made


def test_an_organisation_is_kept_as_it_was_told(install: object) -> None:
    found = new_organisation("cay-me", "ngo", "intake", "case_mgmt", vi="Cây Me", en="Tamarind")
    found.refresh_from_db()
    assert (found.code, found.kind, found.scope) == ("cay-me", "ngo", ["intake", "case_mgmt"])
    assert (found.name_vi, found.name_en) == ("Cây Me (mẫu)", "Tamarind (invented)")


def test_the_body_that_coordinates_is_known_by_its_scope(install: object) -> None:
    assert not new_organisation("a", "inspectorate", "oversight").coordinating
    assert new_organisation("b", "inspectorate", "oversight", "coordinating_body").coordinating


def test_one_body_coordinates_the_network(install: object) -> None:
    new_organisation("a", "inspectorate", "coordinating_body")
    with pytest.raises(IntegrityError):
        new_organisation("b", "inspectorate", "coordinating_body")
    assert list(rows(Organisation).values_list("code", flat=True)) == ["a"]


def test_a_new_desk_is_kept_as_it_was_told_and_has_no_key(office: Office) -> None:
    desk = new_desk(
        office.organisation, "hai", "case", vi="Bàn hai", en="Desk two", post=("Trưởng ca", "Head")
    )
    desk.refresh_from_db()
    assert (desk.code, desk.purpose, desk.recipient, desk.key_due) == ("hai", "case", "", False)
    assert (desk.name_vi, desk.name_en, desk.post_vi, desk.post_en) == (
        "Bàn hai (mẫu)",
        "Desk two (invented)",
        "Trưởng ca",
        "Head",
    )


def test_an_account_is_kept_as_it_was_told(office: Office) -> None:
    add_user(
        organisation=office.organisation,
        username="thu",
        password=PASSWORD,
        role="operator",
        title_vi="Người hỗ trợ",
        title_en="Helper",
        notice_address="thu@here",
    )
    found = rows(User).get(username="thu")
    assert (found.role, found.organisation, found.recipient) == ("operator", office.organisation, "")
    assert (found.title_vi, found.title_en, found.notice_address) == ("Người hỗ trợ", "Helper", "thu@here")
    assert found.check_password(PASSWORD)


def test_people_are_numbered_within_their_organisation(office: Office) -> None:
    other = new_organisation("ben-song")
    numbers = [hire(one, name, "operator", with_key=False).user.number for one, name in (
        (office.organisation, "a"), (office.organisation, "b"), (other, "c"), (office.organisation, "d"),
    )]  # fmt: skip
    assert numbers == [1, 2, 1, 3]


def test_a_number_is_not_given_again_to_somebody_else(office: Office) -> None:
    for name in "abc":
        office.hire(name)
    rows(User).get(username="b").delete()
    assert office.hire("d").user.number == 4


def test_two_people_never_have_one_number(office: Office) -> None:
    office.hire("a")
    second = office.hire("b").user
    second.number = 1
    with pytest.raises(IntegrityError):
        second.save()


def test_without_a_password_nobody_signs_in(office: Office) -> None:
    user = add_user(organisation=office.organisation, username="a", password=None, role="operator")
    assert not user.has_usable_password()
    for guess in ("", "None", PASSWORD):
        Client().post(reverse("account_login"), {"login": "a", "password": guess})
    assert not rows(StaffSession).filter(session_data__contains=str(user.pk)).exists()


# --- seated


def test_somebody_is_seated_once_at_a_desk_with_the_place_that_was_said_last(office: Office) -> None:
    user = office.hire("a", on_call=0).user
    seat = add_seat(user=user, desk=office.desk, on_call=3)
    assert rows(Membership).get() == seat
    assert (seat.user, seat.desk, rows(Membership).get().on_call) == (user, office.desk, 3)


def test_nobody_sits_twice_at_one_desk(office: Office) -> None:
    user = office.hire("a", on_call=0).user
    with pytest.raises(IntegrityError):
        Membership(user=user, desk=office.desk).save()


def test_a_seat_without_a_place_is_not_called(office: Office) -> None:
    seat = add_seat(user=office.hire("a").user, desk=office.desk)
    assert seat.on_call is None
    assert not Membership.objects.for_the_rules().on_call().exists()


def test_who_is_called_first_stands_first_and_who_is_shut_out_does_not_stand(office: Office) -> None:
    for name, place in (("a", 2), ("b", 0), ("c", 1)):
        office.hire(name, on_call=place)
    suspend(user=rows(User).get(username="c"))
    assert [seat.user.username for seat in Membership.objects.for_the_rules().on_call()] == ["b", "a"]


# --- shut out, let in again


def test_who_is_suspended_is_out_at_once_and_gets_no_calls(office: Office) -> None:
    worker = office.hire("a", on_call=0)
    client = sign_in(worker)
    call_on_duty(desk=office.desk, now=NOW)
    suspend(user=worker.user)
    assert not is_in(client)
    assert not rows(User).get(pk=worker.user.pk).is_active
    assert not Authenticator.objects.filter(user=worker.user).exists()
    assert not rows(Notice).exists()


def test_suspending_one_leaves_every_other_at_work(office: Office) -> None:
    out, stays = office.hire("a"), office.hire("b", on_call=0)
    clients = [sign_in(one) for one in (out, stays)]
    call_on_duty(desk=office.desk, now=NOW)
    suspend(user=out.user)
    assert [is_in(client) for client in clients] == [False, True]
    assert Authenticator.objects.get().user_id == stays.user.pk
    assert rows(Notice).get().user == stays.user


def test_all_that_was_done_by_who_is_suspended_stays(office: Office) -> None:
    worker = office.hire("a", on_call=0)
    suspend(user=worker.user)
    assert rows(Membership).get().user == worker.user
    assert rows(User).get(pk=worker.user.pk).number == 1


def test_who_is_let_in_again_begins_as_on_the_first_day(office: Office) -> None:
    worker = office.hire("a")
    client = sign_in(worker)
    suspend(user=worker.user)
    let_in_again(user=worker.user, password="mới")
    found = rows(User).get(pk=worker.user.pk)
    assert found.is_active
    assert found.check_password("mới")
    assert not is_in(client)


def test_who_is_let_in_again_sets_a_new_second_step(office: Office) -> None:
    """The telephone is lost: what it shows opens nothing any more, and who found it is out."""
    worker = office.hire("a")
    client = sign_in(worker)
    let_in_again(user=worker.user, password="mới")
    assert not Authenticator.objects.filter(user=worker.user).exists()
    assert not is_in(client)


def test_letting_one_in_changes_nobody_else(office: Office) -> None:
    other = give_second_factor(office.hire("b"))
    client = sign_in(other)
    let_in_again(user=office.hire("a").user, password="mới")
    assert Authenticator.objects.filter(user=other.user).exists()
    assert rows(User).get(username="b").check_password(PASSWORD)
    assert is_in(client)


def test_every_session_of_one_person_ends_and_no_other(office: Office) -> None:
    worker, other = office.hire("a"), office.hire("b")
    clients = [sign_in(worker), sign_in(worker), sign_in(other)]
    end_sessions(user=worker.user)
    assert [is_in(client) for client in clients] == [False, False, True]
    assert rows(StaffSession).count() == 1
