"""Somebody leaves, or lost the telephone: shut out at once, and a way back that gives no old key away."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from tests.cast import Hands, Network, Reporter, Worker, sign_in
from tincay.people.models import Desk, User
from tincay.settings import cache
from tincay.vault.actions import remove_member
from tincay.vault.models import DeskWrap, PersonWrap
from tincay.vault.queries import without_key

pytestmark = pytest.mark.django_db(transaction=True)


def is_in(client: Client) -> bool:
    return client.get(reverse("today")).status_code == 200


@pytest.fixture
def colleague_at_work(clock: Hands, supervisor: Worker) -> Client:
    """Somebody else who is signed in: nothing of what follows touches them."""
    return sign_in(supervisor)


def test_who_is_suspended_is_out_at_once_and_opens_nothing(
    colleague_at_work: Client, network: Network, reporter: Reporter, capsys: pytest.CaptureFixture[str]
) -> None:
    report, helper = reporter.send(), network.helper
    client = sign_in(helper)
    assert is_in(client)
    call_command("suspend", helper.user.username)
    assert not is_in(client)
    assert is_in(colleague_at_work)
    assert not Authenticator.objects.filter(user=helper.user).exists()
    assert not User.objects.for_the_rules().get(pk=helper.user.pk).is_active
    assert helper.open(report) == []
    assert network.supervisor.open(report)
    assert Desk.objects.get(pk=network.triage.pk).key_due
    assert "nobody else" not in capsys.readouterr().out


def test_who_alone_opens_a_desk_is_shut_out_and_its_reports_are_not_lost(
    clock: Hands, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = network.stranger
    call_command("suspend", stranger.user.username)
    assert DeskWrap.objects.for_the_rules().filter(user=stranger.user).exists()
    assert f"{network.other_desk.code}: nobody else" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--keep-key"):
        call_command("reset_access", stranger.user.username)
    call_command("reset_access", "--keep-key", stranger.user.username)
    assert User.objects.for_the_rules().get(pk=stranger.user.pk).is_active
    assert stranger.desk_key(network.other_desk)


def test_a_reset_gives_a_first_password_and_needs_the_desks_key_handed_again(
    colleague_at_work: Client, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    helper = network.helper.user
    client = sign_in(network.helper)
    call_command("reset_access", helper.username)
    name, password = capsys.readouterr().out.split()
    user = User.objects.for_the_rules().get(username=name)
    assert user.check_password(password)
    assert not is_in(client)
    assert is_in(colleague_at_work)
    assert not Authenticator.objects.filter(user=user).exists()
    assert user.recipient == ""
    assert not PersonWrap.objects.for_the_rules().filter(user=user).exists()
    assert user in without_key(Desk.objects.get(pk=network.triage.pk))


@pytest.mark.parametrize("command", ["suspend", "reset_access"])
def test_a_name_that_nobody_has_changes_nothing(clock: Hands, network: Network, command: str) -> None:
    with pytest.raises(CommandError):
        call_command(command, "khong.co")


def test_who_is_taken_from_a_desk_is_signed_out(colleague_at_work: Client, network: Network) -> None:
    client = sign_in(network.helper)
    remove_member(desk=network.triage, user=network.helper.user)
    assert not is_in(client)
    assert is_in(colleague_at_work)


def test_processes_that_share_a_database_count_failed_sign_ins_together() -> None:
    assert cache("postgresql://h/n")["BACKEND"].endswith("DatabaseCache")
    assert cache("")["BACKEND"].endswith("LocMemCache")


def test_the_cookie_that_keeps_a_report_open_travels_over_tls_only(
    clock: Hands, network: Network, reporter: Reporter, settings: pytest.FixtureRequest
) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]
    client = sign_in(network.helper)
    report = reporter.send()
    shown = network.helper.opened(client, report)
    answer = client.post(reverse("open_report", args=[report.id]), secure=True, headers=shown)
    assert answer.cookies["opened"]["secure"]
