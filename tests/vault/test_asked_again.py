"""Before a key changes it is asked once more who this is; and colleagues are shown that it changed."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Helper, Team, base64_text, hire, rows, sign_in, sign_in_and_confirm, url64
from tests.patience import StandingClock
from tests.vault.sealed import member_wraps
from tincay.core.sealing import new_key, wrap
from tincay.people.models import AccessNotice, User
from tincay.vault.actions import add_member

pytestmark = pytest.mark.django_db
MINUTES_5 = 300


def post(client: Client, name: str, *args: object, **document: object) -> Any:
    return client.post(reverse(name, args=args), json.dumps(document), content_type="application/json")


def own_key() -> dict[str, object]:
    key, public = new_key()
    sealed = base64_text(wrap(key, public))
    return {
        "v": 1,
        "recipient": public,
        "salt": url64(bytes(16)),
        "n": 2**17,
        "r": 8,
        "p": 1,
        "sealed": sealed,
    }


def key_of(worker: Helper) -> str:
    return rows(User).get(pk=worker.user.pk).recipient


# --- asked again


def test_a_session_alone_changes_no_own_key(team: Team) -> None:
    before = key_of(team.colleague)
    answer = post(sign_in(team.colleague), "set_my_key", **own_key())
    assert (answer.status_code, answer.json()["error"]) == (403, "again")
    assert answer.json()["address"].startswith(reverse("account_reauthenticate"))
    assert key_of(team.colleague) == before


def test_it_is_asked_before_a_key_is_made_and_the_page_says_what_a_lost_phrase_costs(team: Team) -> None:
    client = sign_in(team.colleague)
    asked = client.get(reverse("new_key"))
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next=%2Fdesk%2Fkey%2Fnew%2F"
    made = client.post(asked["Location"], {"password": team.colleague.password, "next": reverse("new_key")})
    assert made["Location"] == reverse("new_key")
    page = client.get(made["Location"]).content.decode()
    warning, _, rest = page.partition("<key-setup")
    assert "chỉ đồng nghiệp trao khóa lại được" in warning
    assert "mất luôn" in warning
    assert rest


def test_a_wrong_password_confirms_nothing(team: Team) -> None:
    client = sign_in(team.colleague)
    client.post(reverse("account_reauthenticate"), {"password": "sai"})
    assert post(client, "set_my_key", **own_key()).status_code == 403


def test_after_five_minutes_it_is_asked_again(team: Team, standing_clock: StandingClock) -> None:
    client = sign_in_and_confirm(team.colleague)
    standing_clock.go_on(MINUTES_5)
    assert post(client, "set_my_key", **own_key()).status_code == 403
    client.post(reverse("account_reauthenticate"), {"password": team.colleague.password})
    assert post(client, "set_my_key", **own_key()).status_code == 201


def test_where_it_is_asked_in_a_second_tab_the_page_leads_back(team: Team) -> None:
    client = sign_in(team.colleague)
    address = post(client, "set_my_key", **own_key()).json()["address"]
    answer = client.post(address, {"password": team.colleague.password, "next": reverse("confirmed")})
    assert answer["Location"] == reverse("confirmed")
    assert "quay lại trang trước" in client.get(reverse("confirmed")).content.decode()


@pytest.mark.parametrize("step", ["begin", "join"])
def test_a_session_alone_hands_no_desks_key_to_anybody(team: Team, step: str) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    told = [{"id": str(team.colleague.user.pk), "recipient": team.colleague.user.recipient}]
    more = (
        {"wraps": member_wraps(told, team.helper.desk_key(team.desk), team.desk.code)}
        if step == "join"
        else {}
    )
    sent = {"v": 1, "step": step, **more}
    answer = post(sign_in(team.helper), "desk_key", team.desk.code, **sent)
    assert (answer.status_code, answer.json()["error"]) == (403, "again")
    assert post(sign_in_and_confirm(team.helper), "desk_key", team.desk.code, **sent).status_code == 200


def test_wrapping_again_what_a_desk_has_asks_nobody_twice(team: Team) -> None:
    """It may take longer than five minutes, and nobody gets a key by it."""
    answer = post(sign_in(team.helper), "desk_key", team.desk.code, v=1, step="more")
    assert answer.status_code == 200


# --- colleagues are shown it


def notices(worker: Helper) -> list[str]:
    client = sign_in(worker)
    return [notice.words for notice in client.get(reverse("my_key")).context["access_notices"]]


def test_everybody_at_the_desk_is_shown_that_an_own_key_changed(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    post(sign_in_and_confirm(team.colleague), "set_my_key", **own_key())
    number = team.colleague.user.number
    for worker in (team.helper, team.supervisor):
        assert notices(worker)[0].startswith(f"Khóa của người hỗ trợ số {number} đã đổi ngày")
    assert notices(team.colleague)[0].startswith("Khóa của bạn đã đổi ngày")


def test_everybody_at_the_desk_is_shown_to_whom_its_key_was_handed(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    told = [{"id": str(team.colleague.user.pk), "recipient": team.colleague.user.recipient}]
    wraps = member_wraps(told, team.helper.desk_key(team.desk), team.desk.code)
    post(sign_in_and_confirm(team.helper), "desk_key", team.desk.code, v=1, step="join", wraps=wraps)
    giver, newcomer = team.helper.user.number, team.colleague.user.number
    desk = f"khóa của nhóm “{team.desk.name('vi')}”"
    assert notices(team.helper)[0].startswith(f"Bạn đã trao {desk} cho người hỗ trợ số {newcomer} ngày")
    assert notices(team.colleague)[0].startswith(f"Người hỗ trợ số {giver} đã trao {desk} cho bạn ngày")
    assert notices(team.supervisor)[0].startswith(
        f"Người hỗ trợ số {giver} đã trao {desk} cho người hỗ trợ số {newcomer} ngày"
    )
    code = team.helper.user.organisation.code
    assert f"desk key handed to a member: {team.desk.code} by {code} {giver}" in caplog.messages


def test_who_sits_elsewhere_is_shown_nothing(team: Team) -> None:
    elsewhere = hire(team.organisation, "xa.cayme", "case_worker")
    add_member(desk=team.desk, user=team.colleague.user)
    post(sign_in_and_confirm(team.colleague), "set_my_key", **own_key())
    assert not rows(AccessNotice).filter(reader=elsewhere.user).exists()


def test_a_first_key_is_no_change(team: Team) -> None:
    newcomer = hire(team.organisation, "moi.cayme", "case_worker", with_key=False)
    add_member(desk=team.desk, user=newcomer.user)
    assert post(sign_in_and_confirm(newcomer), "set_my_key", **own_key()).status_code == 201
    assert not rows(AccessNotice).exists()


def test_a_notice_stays_until_each_of_them_dismisses_it(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    post(sign_in_and_confirm(team.colleague), "set_my_key", **own_key())
    row = rows(AccessNotice).get(reader=team.helper.user)
    address = reverse("dismiss_access_notice", args=[row.pk])
    sign_in(team.supervisor).post(address)
    assert len(notices(team.helper)) == 1
    assert sign_in(team.helper).post(address, {"back": reverse("my_key")})["Location"] == reverse("my_key")
    assert notices(team.helper) == []
    assert len(notices(team.supervisor)) == 1


def test_dismissing_leads_to_no_other_site(team: Team) -> None:
    address = reverse("dismiss_access_notice", args=[1])
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""):
        answer = sign_in(team.helper).post(address, {"back": elsewhere})
        assert answer["Location"] == reverse("desk"), elsewhere


def test_a_notice_has_a_day_a_kind_and_numbers_and_room_for_nothing_else() -> None:
    names = {field.name for field in AccessNotice._meta.fields}
    assert names == {"id", "reader", "kind", "number", "receiver", "desk", "day"}
