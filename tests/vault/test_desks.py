"""Who sits at which desk, the own key, the calendar and the steward's page."""

import base64
import json
from datetime import timedelta
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import (
    Hands,
    Network,
    Reporter,
    Worker,
    base64_text,
    handed,
    person_key,
    sign_in_and_confirm,
)
from tests.vault.sealed import member_wraps, new_key_json
from tincay.core.sealing import Identity, Recipient, Sealed, new_key, recipient_of, unwrap, wrap
from tincay.directory.models import CalendarVersion
from tincay.log.models import Queued
from tincay.people.models import Desk, User
from tincay.reports.models import Clock
from tincay.vault.actions import LastMember, hand_key, remove_member
from tincay.vault.models import DeskWrap, Wrap
from tincay.vault.queries import old_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss(clock: Hands, supervisor: Worker) -> Client:
    return sign_in_and_confirm(supervisor)


def talk(client: Client, desk: Desk, **step: object) -> dict[str, object]:
    body = json.dumps({"v": 1, **step})
    answer = client.post(reverse("desk_key", args=[desk.code]), body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def unb64(text: object) -> Sealed:
    return Sealed(base64.b64decode(str(text)))


def test_a_supervisor_sees_the_desks_of_the_own_organisation_only(boss: Client) -> None:
    page = boss.get(reverse("desks")).content.decode()
    assert "Bàn tiếp nhận Cây Me" in page
    assert "Bến Sông" not in page


def test_a_new_member_reads_only_after_a_colleague_handed_over_the_key(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    colleague, desk = network.colleague, network.triage
    boss.post(reverse("join_desk", args=[desk.code]), {f"{desk.code}-user": colleague.user.pk})
    assert "Trao khóa" in boss.get(reverse("desks")).content.decode()
    stand = talk(boss, desk, step="begin")
    assert stand["new"] is None
    (joining,) = cast("list[dict[str, str]]", stand["joining"])
    key = unwrap(unb64(stand["old"]["wrap"]), network.supervisor.key)  # type: ignore[index]
    talk(boss, desk, step="join", wraps=member_wraps([joining], key, desk.code))
    assert colleague.open(report)[0]["words"]


def test_who_leaves_can_open_nothing_new_and_the_others_keep_everything(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    before, desk = reporter.send(words="trước"), network.triage
    boss.post(reverse("leave_desk", args=[desk.code, network.helper.user.pk]))
    assert network.helper.open(before) == []
    assert "Nhóm này cần khóa mới" in boss.get(reverse("desks")).content.decode()
    new = renew(boss, desk, network)
    during = reporter.next_person().send(words="sau")
    for report, words in ((before, "trước"), (during, "sau")):
        assert network.supervisor.open(report)[0]["words"] == words
    assert not DeskWrap.objects.for_the_rules().filter(desk=desk).exclude(of=recipient_of(new)).exists()
    assert "Nhóm này cần khóa mới" not in boss.get(reverse("desks")).content.decode()


def renew(client: Client, desk: Desk, network: Network) -> Identity:
    """Walk docs/formats/rewrap.md as a browser does."""
    stand = talk(client, desk, step="begin")
    old = unwrap(unb64(stand["old"]["wrap"]), network.supervisor.key)  # type: ignore[index]
    new, said = new_key_json(stand, network.supervisor)
    talk(client, desk, **said)
    public = said["recipient"]
    while (more := talk(client, desk, step="more"))["wraps"]:
        done = [
            {"id": one["id"], "sealed": base64_text(wrap(unwrap(unb64(one["sealed"]), old), public))}
            for one in more["wraps"]  # type: ignore[attr-defined]
        ]
        talk(client, desk, step="done", recipient=public, wraps=done)
    talk(client, desk, step="finish")
    return new


def test_a_new_key_half_way_opens_old_and_new_words_and_can_be_taken_up(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    desk = network.triage
    old = reporter.send(words="trước")
    boss.post(reverse("leave_desk", args=[desk.code, network.helper.user.pk]))
    stand = talk(boss, desk, step="begin")
    talk(boss, desk, **new_key_json(stand, network.supervisor)[1])
    shown = network.supervisor.opened(boss, old)
    page = boss.post(reverse("open_report", args=[old.id]), follow=True, headers=shown)
    assert page.context["sealed_words"].narrative
    assert talk(boss, desk, step="begin")["new"]
    answer = boss.post(
        reverse("desk_key", args=[desk.code]),
        json.dumps({"v": 1, "step": "finish"}),
        content_type="application/json",
    )
    assert answer.status_code == 503


def test_a_wrap_that_cannot_be_opened_is_kept_unopened_and_does_not_stop_the_rest(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    desk = network.triage
    reporter.send()
    boss.post(reverse("leave_desk", args=[desk.code, network.helper.user.pk]))
    stand = talk(boss, desk, step="begin")
    _, said = new_key_json(stand, network.supervisor)
    talk(boss, desk, **said)
    found = talk(boss, desk, step="more")["wraps"]
    unopened = [{"id": one["id"], "sealed": None} for one in found]  # type: ignore[attr-defined]
    talk(boss, desk, step="done", recipient=said["recipient"], wraps=unopened)
    talk(boss, desk, step="finish")
    assert Wrap.objects.for_the_rules().filter(desk=desk, unopened=True).count() == len(found)  # type: ignore[arg-type]


def half_way(client: Client, network: Network) -> Recipient:
    """A member has left, the desk's new key is there, and its wraps still go to the old one."""
    desk = network.triage
    client.post(reverse("leave_desk", args=[desk.code, network.helper.user.pk]))
    _, said = new_key_json(talk(client, desk, step="begin"), network.supervisor)
    talk(client, desk, **said)
    return Recipient(said["recipient"])


def test_nobody_is_removed_who_alone_opens_what_is_not_wrapped_anew_yet(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    reporter.send()
    desk, colleague = network.triage, network.colleague.user
    boss.post(reverse("join_desk", args=[desk.code]), {f"{desk.code}-user": colleague.pk})
    half_way(boss, network)
    desk.refresh_from_db()
    # The colleague holds the new key, and never held the old one.
    hand_key(desk=desk, user=colleague, wrap=handed(network.supervisor.desk_key(desk), desk, colleague))
    with pytest.raises(LastMember):
        remove_member(desk=desk, user=network.supervisor.user)
    assert old_key(desk, network.supervisor.user)


def test_a_member_whose_colleagues_are_all_suspended_is_the_last_one(network: Network) -> None:
    User.objects.for_the_rules().filter(pk=network.helper.user.pk).update(is_active=False)
    with pytest.raises(LastMember):
        remove_member(desk=network.triage, user=network.supervisor.user)


def status(client: Client, desk: Desk, **step: object) -> int:
    body = json.dumps({"v": 1, **step})
    return client.post(
        reverse("desk_key", args=[desk.code]), body, content_type="application/json"
    ).status_code


def test_a_member_to_whom_no_key_was_handed_has_no_part_in_the_talk(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    reporter.send()
    desk, colleague = network.triage, network.colleague
    boss.post(reverse("join_desk", args=[desk.code]), {f"{desk.code}-user": colleague.user.pk})
    before = list(Wrap.objects.for_the_rules().order_by("id").values_list("recipient", "sealed"))
    sealed = base64_text(wrap(new_key()[0], Recipient(colleague.user.recipient)))
    told = [{"id": str(colleague.user.pk), "recipient": colleague.user.recipient}]
    keys: dict[str, Any] = {"routed": None, "statements": [{}]}
    before_it = {"desk": desk.code, "keys": keys, "old": None, "members": told}
    desk.refresh_from_db()
    stale = [{"id": str(row.pk), "sealed": sealed} for row in Wrap.objects.for_the_rules().filter(desk=desk)]
    client = sign_in_and_confirm(colleague)
    for step in (
        {"step": "begin"},
        {"step": "more"},
        {"step": "finish"},
        new_key_json(before_it, colleague)[1],
        {"step": "done", "recipient": desk.recipient, "wraps": stale},
        {"step": "join", "wraps": member_wraps(told, new_key()[0], desk.code)},
    ):
        assert status(client, desk, **step) == 404, step["step"]
    assert list(Wrap.objects.for_the_rules().order_by("id").values_list("recipient", "sealed")) == before
    assert Desk.objects.get(pk=desk.pk).recipient == desk.recipient


def test_wraps_are_replaced_only_while_a_key_is_renewed_and_only_those_to_the_old_one(
    boss: Client, network: Network, reporter: Reporter
) -> None:
    reporter.send()
    desk = network.triage
    desk.refresh_from_db()
    row = Wrap.objects.for_the_rules().filter(desk=desk).first()
    assert row
    junk = [{"id": str(row.pk), "sealed": base64_text(wrap(new_key()[0], Recipient(desk.recipient)))}]
    assert status(boss, desk, step="done", recipient=desk.recipient, wraps=junk) == 400
    assert Wrap.objects.for_the_rules().get(pk=row.pk).sealed == row.sealed
    old, public = Recipient(desk.recipient), half_way(boss, network)
    assert status(boss, desk, step="done", recipient=old, wraps=junk) == 503  # left from an earlier renewal
    assert Wrap.objects.for_the_rules().get(pk=row.pk).sealed == row.sealed
    fresh = [{"id": str(row.pk), "sealed": base64_text(wrap(new_key()[0], public))}]
    talk(boss, desk, step="done", recipient=public, wraps=fresh)
    talk(boss, desk, step="done", recipient=public, wraps=junk)  # sent twice: what is done stays
    assert base64_text(bytes(Wrap.objects.for_the_rules().get(pk=row.pk).sealed)) == fresh[0]["sealed"]


def test_the_last_member_cannot_leave(boss: Client, network: Network) -> None:
    desk = network.triage
    boss.post(reverse("leave_desk", args=[desk.code, network.helper.user.pk]))
    page = boss.post(reverse("leave_desk", args=[desk.code, network.supervisor.user.pk]), follow=True)
    assert "Không bỏ người cuối cùng giữ khóa được" in page.content.decode()
    assert network.supervisor.user.memberships.filter(desk=desk).exists()


def test_a_stranger_cannot_ask_for_the_keys_of_a_desk(clock: Hands, network: Network) -> None:
    client = sign_in_and_confirm(network.stranger)
    body = json.dumps({"v": 1, "step": "begin"})
    address = reverse("desk_key", args=[network.triage.code])
    assert client.post(address, body, content_type="application/json").status_code == 404


def test_the_last_holder_of_a_desks_key_cannot_make_another_key(clock: Hands, network: Network) -> None:
    worker = network.stranger
    public = recipient_of(new_key()[0])
    sealed = base64_text(wrap(person_key("x"), public))
    body = {"v": 1, "recipient": public, "salt": "A" * 22, "n": 2**17, "r": 8, "p": 1, "sealed": sealed}
    answer = sign_in_and_confirm(worker).post(
        reverse("set_my_key"), json.dumps(body), content_type="application/json"
    )
    assert (answer.status_code, answer.json()) == (409, {"error": "last_member"})


def test_a_weak_stretch_is_refused(clock: Hands, network: Network) -> None:
    public = recipient_of(new_key()[0])
    body = {"v": 1, "recipient": public, "salt": "A" * 22, "n": 2**10, "r": 8, "p": 1, "sealed": "AA=="}
    client = sign_in_and_confirm(network.colleague)
    assert (
        client.post(reverse("set_my_key"), json.dumps(body), content_type="application/json").status_code
        == 400
    )


# --- the calendar


def closure(client: Client, day: str) -> str:
    told = {
        "day": day,
        "calendar": "organisation",
        "kind": "local_closure",
        "name": "bão số 3",
        "reason": "bão",
    }
    return client.post(reverse("calendar"), told, follow=True).content.decode()


def test_a_closure_day_to_come_moves_deadlines_and_both_are_leaves(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    rule = Clock.objects.for_the_rules().get(report=report, rule="org_verify")
    page = closure(sign_in_and_confirm(network.steward), "2026-07-02")
    assert "thời hạn dời ngày" in page
    later = Clock.objects.for_the_rules().get(pk=rule.pk)
    assert rule.due_at
    assert later.due_at
    assert later.due_at - rule.due_at == timedelta(days=3)  # Friday becomes Monday
    assert Queued.objects.filter(kind="calendar_changed").count() == 1
    assert Queued.objects.filter(kind="deadline_moved").count() >= 1
    version = CalendarVersion.objects.get(number=2)
    assert b"2026-07-02" in bytes(version.opening)


@pytest.mark.parametrize("day", ["2026-06-30", "2026-06-01", "2020-01-01"])
def test_a_closure_is_never_for_today_or_the_past(clock: Hands, network: Network, day: str) -> None:
    page = closure(sign_in_and_confirm(network.steward), day)
    assert "Hạn đã trễ thì vẫn là trễ" in page
    assert "bão số 3" in page  # nothing that was typed is lost
    assert CalendarVersion.objects.count() == 1


def test_a_missed_deadline_stays_missed_when_the_calendar_changes(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    clock.move(days=10)
    missed = dict(
        Clock.objects.for_the_rules()
        .filter(report=report, due_at__lt=clock.now)
        .values_list("rule", "due_at")
    )
    assert missed
    closure(sign_in_and_confirm(network.steward), "2026-07-13")
    assert (
        dict(
            Clock.objects.for_the_rules().filter(report=report, rule__in=missed).values_list("rule", "due_at")
        )
        == missed
    )


def test_the_steward_sees_lengths_and_versions_and_no_report(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    page = sign_in_and_confirm(network.steward).get(reverse("health")).content.decode()
    assert report.code_name not in page
    assert str(report.id) not in page


def test_nobody_is_removed_before_it_was_said_what_that_takes(boss: Client, network: Network) -> None:
    desk, user = network.triage, network.helper.user
    page = boss.get(reverse("leave_desk", args=[desk.code, user.pk]))
    assert "Người này mất khóa ngay. Điều đã đọc không lấy lại được." in page.content.decode()
    assert user.memberships.filter(desk=desk).exists()
    boss.post(reverse("leave_desk", args=[desk.code, user.pk]))
    assert not user.memberships.filter(desk=desk).exists()
