"""The pages of keys and desks: who sees what, who may do what, and what only a browser can open."""

import base64
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import (
    Helper,
    Team,
    Worker,
    base64_text,
    hire,
    hire_helper,
    new_desk,
    rows,
    sign_in_and_confirm,
    staff_desk,
    stretched_passphrase,
    url64,
)
from tests.vault.sealed import Kept, member_wraps, new_key_json, renew
from tincay.core.sealing import Sealed, new_key, unwrap, wrap
from tincay.people.models import Desk, Membership, User
from tincay.vault import rekey
from tincay.vault.actions import add_member, remove_member
from tincay.vault.models import PersonWrap

pytestmark = pytest.mark.django_db
READS = "Bạn đọc được tin của nhóm này."
WAITS = "Chưa có ai trao khóa của nhóm này cho bạn."
NO_KEY = "Bạn chưa có khóa."


@pytest.fixture
def boss(team: Team) -> Client:
    return sign_in_and_confirm(team.supervisor)


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def post(client: Client, name: str, *args: object, **document: object) -> Any:
    return client.post(reverse(name, args=args), json.dumps(document), content_type="application/json")


def desk_now(team: Team) -> Desk:
    return rows(Desk).get(pk=team.desk.pk)


# --- the own key


def test_a_member_is_told_for_each_desk_whether_its_reports_open(team: Team) -> None:
    assert READS in page(sign_in_and_confirm(team.helper), "my_key")
    add_member(desk=team.desk, user=team.colleague.user)
    shown = page(sign_in_and_confirm(team.colleague), "my_key")
    assert WAITS in shown
    assert READS not in shown


def test_who_was_left_out_of_a_desks_new_key_is_told_so(team: Team) -> None:
    renew(team.desk, team.supervisor)
    assert WAITS in page(sign_in_and_confirm(team.helper), "my_key")


@pytest.mark.parametrize(("prefix", "name"), [("", "Bàn tiếp nhận Cây Me"), ("/en", "Cây Me intake desk")])
def test_the_own_desks_are_named_in_the_language_of_the_page(team: Team, prefix: str, name: str) -> None:
    shown = sign_in_and_confirm(team.helper).get(f"{prefix}/desk/key/").content.decode()
    assert name in shown.split("<main")[1]


def test_the_lock_of_every_page_hands_the_browser_what_only_the_passphrase_opens(team: Team) -> None:
    found = re.search(
        r'<script id="keyring-config"[^>]*>(.*?)</script>', page(sign_in_and_confirm(team.helper), "my_key")
    )
    assert found
    told = json.loads(found[1])
    assert (told["n"], told["r"], told["p"]) == (2**17, 8, 1)
    assert told["recipient"] == team.helper.user.recipient
    key = stretched_passphrase(team.helper.passphrase, bytes.fromhex(told["salt"]))
    assert unwrap(Sealed(base64.b64decode(told["sealed"])), key) == team.helper.identity


def test_who_has_no_own_key_yet_is_led_to_make_one(team: Team) -> None:
    new = hire(team.organisation, "moi.cayme", "case_worker", with_key=False)
    shown = page(sign_in_and_confirm(new), "my_key")
    assert NO_KEY in shown
    assert "keyring-config" not in shown
    assert NO_KEY not in page(sign_in_and_confirm(team.helper), "my_key")


def test_who_may_hold_no_key_has_no_lock_and_no_page_for_one(team: Team) -> None:
    steward = sign_in_and_confirm(hire(team.organisation, "quang.cayme", "steward", with_key=False))
    assert steward.get(reverse("my_key")).status_code == 404
    assert 'class="lock"' not in page(steward, "health")
    assert "keyring-config" not in page(steward, "health")


def own_key(**other: object) -> dict[str, object]:
    key, public = new_key()
    sealed = base64_text(wrap(key, public))
    return {
        "v": 1,
        "recipient": public,
        "salt": url64(bytes(16)),
        "n": 2**18,
        "r": 9,
        "p": 2,
        "sealed": sealed,
        **other,
    }


def test_a_key_that_the_browser_made_is_kept_and_said(team: Team) -> None:
    client, sent = sign_in_and_confirm(team.colleague), own_key()
    answer = post(client, "set_my_key", **sent)
    assert (answer.status_code, answer.json()) == (201, {"next": reverse("my_key")})
    row = rows(PersonWrap).get(user=team.colleague.user)
    assert (row.scrypt_n, row.scrypt_r, row.scrypt_p, base64_text(bytes(row.sealed))) == (
        2**18,
        9,
        2,
        sent["sealed"],
    )
    assert rows(User).get(pk=team.colleague.user.pk).recipient == sent["recipient"]
    assert "Đã có khóa mới. Cụm từ chỉ bạn biết." in page(client, "my_key")


@pytest.mark.parametrize(
    "spoiled",
    [
        {"v": 2},
        {"recipient": "age1x"},
        {"salt": "AA"},
        {"n": "131072"},
        {"sealed": "AA=="},
        {"passphrase": "x"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_key_of_another_shape_is_not_kept(team: Team, spoiled: dict[str, object]) -> None:
    before = rows(User).get(pk=team.colleague.user.pk).recipient
    answer = post(sign_in_and_confirm(team.colleague), "set_my_key", **own_key(**spoiled))
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert rows(User).get(pk=team.colleague.user.pk).recipient == before


def test_a_key_is_made_for_oneself_and_for_nobody_else(team: Team) -> None:
    before = team.helper.user.recipient
    post(sign_in_and_confirm(team.colleague), "set_my_key", **own_key())
    assert rows(User).get(pk=team.helper.user.pk).recipient == before


@pytest.mark.parametrize(("name", "args"), [("set_my_key", []), ("desk_key", ["x"]), ("join_desk", ["x"])])
def test_what_changes_something_is_never_done_by_looking(boss: Client, name: str, args: list[str]) -> None:
    assert boss.get(reverse(name, args=args)).status_code == 405


# --- who sits where


def test_who_manages_no_desk_finds_no_page_of_them(team: Team) -> None:
    client = sign_in_and_confirm(team.helper)
    for name, args in (("desks", []), ("leave_desk", [team.desk.code, team.supervisor.user.pk])):
        assert client.get(reverse(name, args=args)).status_code == 404
    joins = {f"{team.desk.code}-user": team.colleague.user.pk}
    assert client.post(reverse("join_desk", args=[team.desk.code]), joins).status_code == 404
    assert not team.colleague.user.memberships.exists()


def test_the_desks_stand_in_the_order_of_their_codes(team: Team, boss: Client) -> None:
    for code, name in (("b", "Bàn bê"), ("a", "Bàn a")):
        new_desk(team.organisation, code, vi=name)
    shown = page(boss, "desks")
    assert shown.index("Bàn a") < shown.index("Bàn bê") < shown.index("Bàn tiếp nhận Cây Me")


def test_members_stand_in_the_order_in_which_they_are_called(team: Team, boss: Client) -> None:
    rows(Membership).filter(user=team.helper.user).update(on_call=7)
    shown = page(boss, "desks").split("<dl")[1]
    assert shown.index("hoa.cayme") < shown.index("thu.cayme")
    assert "trực thứ 2" in shown
    assert "trực thứ 8" in shown


def test_a_desk_without_a_key_says_so_and_offers_to_make_it_to_its_members_only(
    team: Team, boss: Client
) -> None:
    desk = new_desk(team.organisation, "hai", vi="Bàn hai")
    assert "Một người trong nhóm cần làm khóa của mình" in page(boss, "desks")
    add_member(desk=desk, user=team.supervisor.user)
    assert "Làm khóa đầu tiên" in page(boss, "desks")


def test_a_member_without_an_own_key_makes_no_first_key(team: Team) -> None:
    desk = new_desk(team.organisation, "hai", vi="Bàn hai")
    keyless = hire(team.organisation, "moi.cayme", "supervisor", with_key=False)
    add_member(desk=desk, user=keyless.user)
    client = sign_in_and_confirm(keyless)
    assert "Làm khóa đầu tiên" not in page(client, "desks")
    assert post(client, "desk_key", "hai", v=1, step="begin").status_code == 404


def test_who_holds_the_key_is_asked_to_hand_it_over_and_nobody_else(team: Team, boss: Client) -> None:
    assert "Trao khóa" not in page(boss, "desks")
    add_member(desk=team.desk, user=team.colleague.user)
    assert "Trao khóa" in page(boss, "desks")
    second = sign_in_and_confirm(hire_helper(team.organisation, "lan.cayme", "supervisor"))
    assert "Trao khóa" not in page(second, "desks")


def test_a_new_key_is_asked_for_when_somebody_left_and_until_it_is_whole(
    team: Team, boss: Client, kept: Kept
) -> None:
    assert "Làm khóa mới" not in page(boss, "desks")
    remove_member(desk=team.desk, user=team.helper.user)
    assert "Làm khóa mới" in page(boss, "desks")
    _, sent = new_key_json(rekey.begin(desk_now(team), team.supervisor.user), team.supervisor)
    post(boss, "desk_key", team.desk.code, v=1, **sent)
    assert not desk_now(team).key_due
    assert "Làm khóa mới" in page(boss, "desks")


def test_only_colleagues_with_a_key_and_without_a_seat_are_offered_a_seat(team: Team, boss: Client) -> None:
    hire(team.organisation, "khong-khoa", "case_worker", with_key=False)
    paused = hire_helper(team.organisation, "lan.cayme")
    rows(User).filter(pk=paused.user.pk).update(is_active=False)
    offered = re.findall(r'<option value="(\d+)"', page(boss, "desks"))
    assert offered == [str(team.colleague.user.pk)]


def test_where_nobody_can_join_there_is_no_form(team: Team, boss: Client) -> None:
    join = reverse("join_desk", args=[team.desk.code])
    assert join in page(boss, "desks")
    add_member(desk=team.desk, user=team.colleague.user)
    assert join not in page(boss, "desks")


def test_who_joins_is_called_after_all_others(team: Team, boss: Client) -> None:
    told = {f"{team.desk.code}-user": team.colleague.user.pk}
    shown = boss.post(reverse("join_desk", args=[team.desk.code]), told, follow=True).content.decode()
    assert "Còn một bước: trao khóa" in shown
    assert team.colleague.user.memberships.get().on_call == 2


def test_nobody_of_another_organisation_is_seated(team: Team, boss: Client, outsider: Helper) -> None:
    told = {f"{team.desk.code}-user": outsider.user.pk}
    shown = boss.post(reverse("join_desk", args=[team.desk.code]), told, follow=True).content.decode()
    assert "Đã thêm" not in shown
    assert outsider.user.memberships.count() == 1


def test_the_desk_of_another_organisation_is_as_unknown_as_none(
    team: Team, boss: Client, outsider: Helper
) -> None:
    theirs, told = "ben-song-tiep-nhan", {"ben-song-tiep-nhan-user": team.colleague.user.pk}
    for code in (theirs, "khong-co"):
        assert boss.post(reverse("join_desk", args=[code]), told).status_code == 404
        assert boss.post(reverse("leave_desk", args=[code, outsider.user.pk])).status_code == 404
    assert rows(Membership).filter(desk__code=theirs).count() == 1


def test_who_does_not_sit_there_cannot_be_taken_away(team: Team, boss: Client) -> None:
    assert boss.get(reverse("leave_desk", args=[team.desk.code, team.colleague.user.pk])).status_code == 404


def test_who_was_taken_away_is_said_with_what_is_to_do_now(team: Team, boss: Client) -> None:
    address = reverse("leave_desk", args=[team.desk.code, team.helper.user.pk])
    assert "Bỏ thu.cayme khỏi nhóm?" in boss.get(address).content.decode()
    assert "Bạn làm khóa mới cho nhóm nhé." in boss.post(address, follow=True).content.decode()
    assert desk_now(team).key_due


# --- the talk over HTTP


@pytest.mark.parametrize("said", [{"v": 1, "step": "end"}, {"v": 2, "step": "begin"}, {"step": "more"}, {}])
def test_a_step_that_there_is_none_of_is_malformed(team: Team, boss: Client, said: dict[str, object]) -> None:
    answer = post(boss, "desk_key", team.desk.code, **said)
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})


@pytest.mark.parametrize(("who", "leads_to"), [("helper", "my_key"), ("supervisor", "desks")])
def test_after_the_end_everybody_lands_on_a_page_of_theirs(team: Team, who: str, leads_to: str) -> None:
    worker: Worker = getattr(team, who)
    answer = post(sign_in_and_confirm(worker), "desk_key", team.desk.code, v=1, step="finish")
    assert answer.json() == {"next": reverse(leads_to)}


@pytest.mark.parametrize(("who", "leads_to"), [("helper", "my_key"), ("supervisor", "desks")])
def test_after_handing_over_everybody_lands_on_a_page_of_theirs(team: Team, who: str, leads_to: str) -> None:
    worker: Worker = getattr(team, who)
    add_member(desk=team.desk, user=team.colleague.user)
    told = [{"id": str(team.colleague.user.pk), "recipient": team.colleague.user.recipient}]
    wraps = member_wraps(told, worker.desk_key(team.desk), team.desk.code)
    answer = post(sign_in_and_confirm(worker), "desk_key", team.desk.code, v=1, step="join", wraps=wraps)
    assert answer.json() == {"next": reverse(leads_to)}
    assert team.colleague.desk_key(team.desk)


def test_a_supervisor_without_a_seat_has_no_part_in_the_talk(team: Team) -> None:
    other = hire_helper(team.organisation, "lan.cayme", "supervisor")
    staff_desk(new_desk(team.organisation, "hai"), other)
    assert post(sign_in_and_confirm(other), "desk_key", team.desk.code, v=1, step="begin").status_code == 404
