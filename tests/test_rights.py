"""Who may do what, as one table; every address has a right or is public by name; nobody sees another desk's."""

import re
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.cast import NOW, Hands, Network, Reporter, Worker, give_second_factor, sign_in
from tincay.operations.scheduled import tick
from tincay.people.rights import KIND_RIGHTS, ROLE_RIGHTS, May, table
from tincay.people.tenancy import Unscoped
from tincay.reports.models import Report
from tincay.reports.permissions import REACH, reports
from tincay.urls import STAFF_MENU

PUBLIC_APPS = ("tincay.directory.", "tincay.intake.", "tincay.visit.", "tincay.log.", "tincay.web.")
"""Her pages and the public log: nobody signs in there. What is hers asks for the receipt (tests/visit)."""
PUBLIC = {"population", "published_run", "desk"}
"""Published estimates, for everybody to read."""
SIGNING_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_login_webauthn",
    "confirmed",
    "sessions",
    "end_one_session",
    "end_other_sessions",
    "still_here",
    "dismiss_access_notice",
}
"""The way in: allauth's pages and what somebody sees of the own sessions, each about the own account only."""
ONE_REPORT = {"report_id"}


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def guarded() -> list[URLPattern]:
    return [pattern for pattern in patterns() if getattr(pattern.callback, "right", None)]


def test_every_address_needs_a_right_or_is_public_by_name() -> None:
    naked = [
        f"{pattern.name} ({pattern.callback.__module__})"
        for pattern in patterns()
        if not hasattr(pattern.callback, "right")
        and pattern.name not in SIGNING_IN | PUBLIC
        and not pattern.callback.__module__.startswith(PUBLIC_APPS)
    ]
    assert not naked, f"put @needs(May.…) on the view, or say here why it is public: {naked}"


def test_the_way_in_lists_only_addresses_that_exist() -> None:
    assert {pattern.name for pattern in patterns()} >= SIGNING_IN


def test_nobody_can_sign_up_or_ask_for_a_mail(client: Client, db: None) -> None:
    for path in ("signup/", "password/reset/", "email/", "confirm-email/"):
        assert client.get(f"/desk/in/{path}").status_code == 404


def test_every_right_is_held_by_some_role_and_guards_some_page_or_verb() -> None:
    held = frozenset().union(*ROLE_RIGHTS.values())
    assert held == frozenset(May)
    assert {pattern.callback.right for pattern in guarded()} == frozenset(May)  # type: ignore[attr-defined]


def test_the_table_that_people_read_is_the_one_that_the_code_keeps() -> None:
    printed = StringIO()
    call_command("rights", stdout=printed)
    written = (settings.BASE_DIR / "docs/rights.md").read_text(encoding="utf-8")
    assert printed.getvalue() == written, (
        "who may do what has changed: ./run tincay rights --write, and say why"
    )


def test_the_table_names_every_right_and_every_role_and_shows_what_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = table()
    for name in (*May, *ROLE_RIGHTS, *KIND_RIGHTS):
        assert name in before
    monkeypatch.setitem(ROLE_RIGHTS, "steward", ROLE_RIGHTS["steward"] | {May.OPEN_REPORT})
    changed = set(table().splitlines()) - set(before.splitlines())
    assert len(changed) == 1
    assert May.OPEN_REPORT in changed.pop()


def test_the_steward_and_the_head_open_no_report() -> None:
    for role in ("steward", "unit_head", "oversight"):
        assert not ROLE_RIGHTS[role] & {May.OPEN_REPORT, May.MOVE_REPORT, May.SEE_QUEUE, May.SECOND_PERSON}


def test_asking_for_rows_without_saying_whose_raises(db: None) -> None:
    with pytest.raises(Unscoped):
        list(Report.objects.all())


# --- role × action × object


@pytest.mark.django_db
def test_a_right_reaches_only_reports_of_the_own_desk_organisation_or_what_climbed(
    network: Network, reporter: Reporter
) -> None:
    """Every role, every right, every report: the list and the single look-up follow one policy."""
    ours, theirs = reporter.send(), reporter.next_person().send(province="M02")
    late = reporter.next_person().next_person().send(now=NOW.replace(month=1))
    tick(now=NOW)
    for worker in network.workers:
        user = worker.user
        desks = set(user.memberships.values_list("desk_id", flat=True))
        for right in May:
            seen = set(reports(user, right).values_list("id", flat=True))
            allowed = set()
            if user.may(right) and right in REACH:
                allowed = {
                    report.id
                    for report in (ours, theirs, late)
                    if (right is May.SEE_ESCALATED and report is late and user.organisation.coordinating)
                    or (right is May.SEE_OVERDUE and report.desk.organisation_id == user.organisation_id)
                    or (right not in {May.SEE_ESCALATED, May.SEE_OVERDUE} and report.desk_id in desks)
                }
            assert seen == allowed, (user.role, right)
            for report in (ours, theirs, late):
                assert reports(user, right).filter(pk=report.pk).exists() is (report.id in allowed)


@pytest.mark.django_db
def test_taking_somebody_from_the_desk_takes_all_reports_away_at_once(
    network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    network.helper.user.memberships.all().delete()
    assert not reports(network.helper.user, May.OPEN_REPORT).filter(pk=report.pk).exists()


# --- X01: "give us the profiles"


def lists() -> list[str]:
    """Every guarded address that names no single thing."""
    found = []
    for pattern in guarded():
        with suppress(NoReverseMatch):
            found.append(reverse(str(pattern.name)))
    return found


def addresses_of(report_id: object) -> list[str]:
    found = []
    for pattern in guarded():
        if set(re.findall(r"<\w+:(\w+)>", str(pattern.pattern))) >= ONE_REPORT or pattern.name == "report":
            found.append(reverse(str(pattern.name), args=[report_id]))
    return found + [
        reverse(name, args=[report_id]) for name in ("open_report", "verify", "answer", "classify", "handle")
    ]


def _without(answer: Any, report_id: object) -> str:
    return str(answer.content.decode()).replace(str(report_id), "")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["liaison", "stranger", "steward", "head", "overseer"])
def test_guessing_fifty_reports_gives_the_same_404_as_reports_that_never_were(
    clock: Hands, network: Network, reporter: Reporter, who: str
) -> None:
    worker: Worker = getattr(network, who)
    client = sign_in(worker)
    real = [reporter.send().id]
    real += [Reporter(number).send().id for number in range(2, 7)]
    for report_id in (real * 9)[:50]:
        never = uuid4()
        existing, invented = (client.get(reverse("report", args=[one])) for one in (report_id, never))
        assert existing.status_code == invented.status_code == 404
        assert _without(existing, report_id) == _without(invented, never)
    for address in addresses_of(real[0]):
        assert client.get(address).status_code in {404, 405}
        assert client.post(address).status_code in {404, 405}
    assert Report.objects.for_the_rules().get(pk=real[0]).times_opened == 0


@pytest.mark.django_db
def test_a_report_of_another_desk_takes_the_code_path_of_one_that_never_was(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    client = sign_in(network.stranger)
    report = reporter.send()
    client.get(reverse("report", args=[uuid4()]))  # what a process reads once is read
    asked = []
    for report_id in (report.id, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("report", args=[report_id])).status_code == 404
        asked.append([re.sub(r"'[0-9a-f]{32}'|\d+", "?", query["sql"]) for query in queries])
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_a_police_liaison_finds_no_list_no_search_and_no_export(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    report = reporter.send(words="ZYXQ")
    client = sign_in(network.liaison)
    addresses = lists()
    assert len(addresses) > 5
    for address in addresses:
        assert client.get(address).status_code in {404, 405}, address
        assert client.post(address).status_code in {404, 405}, address
    assert not any(
        "export" in str(pattern.pattern) or "search" in str(pattern.pattern) for pattern in guarded()
    )
    assert report.stage == "received"


@pytest.mark.django_db
def test_the_lists_of_another_organisation_do_not_hold_our_code_names(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    clock.move(days=3)
    page = sign_in(network.stranger).get(reverse("today")).content.decode()
    assert report.code_name not in page


@pytest.mark.django_db
def test_somebody_without_a_second_factor_is_led_to_set_one_up_before_anything_else(
    clock: Hands, network: Network
) -> None:
    client = Client()
    client.force_login(network.helper.user)
    for name in ("today", "my_key"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
    give_second_factor(network.helper)
    assert client.get(reverse("today")).status_code == 200


@pytest.mark.django_db
def test_somebody_who_is_not_signed_in_is_asked_to_sign_in_and_told_nothing(
    client: Client, reporter: Reporter
) -> None:
    report = reporter.send()
    for report_id in (report.id, uuid4()):
        answer = client.get(reverse("report", args=[report_id]))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


def test_after_signing_in_everybody_lands_on_a_page_they_may_open(network: Network) -> None:
    for worker in network.workers:
        answer = sign_in(worker).get(reverse("desk"), follow=True)
        menu = [item for item in STAFF_MENU if worker.user.may(May(item.right))]
        assert answer.status_code == (200 if menu else 404), worker.user.role
