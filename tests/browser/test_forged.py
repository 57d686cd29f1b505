"""Whoever holds the database and nothing else: every row may be changed, the released client is what it was.

Nothing that another one wrote is shown as hers or as a desk's, what is missing is said, and nobody seals to a key
that the install did not sign.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helper_at_desk import AtDesk
from tests.browser.her import Her
from tests.browser.signed_pages import SmallDesk, new_small_desk, routed
from tests.browser.small_server import SmallServer, serving
from tests.browser.test_client_vectors import CASE, DESK, PLACE, fill_form, in_turn
from tests.cast import (
    Hands,
    Helper,
    Network,
    Reporter,
    again,
    base64_text,
    give_second_factor,
    hire,
    new_message_key,
    rows,
)
from tests.cast.ground import plain_json
from tincay.core import sealing
from tincay.core.authorship import desk_key_of, make_reply, succeed
from tincay.core.clock import local_day
from tincay.core.sealing import Identity, Recipient, Sealed
from tincay.core.statements import Kind, make_statement
from tincay.people.models import Desk, DeskKey, User
from tincay.reports.envelope import Envelope
from tincay.reports.models import Message, Report, SignedWords
from tincay.reports.receiving import receive_report
from tincay.vault.actions import add_member
from tincay.vault.models import Compartment, DeskWrap, Opening, SealedText, Wrap
from tincay.web.strict_json import read, signed_json

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY = "QZVS lời kể của tôi"
REPLY = "QZVR mai gặp ở trạm"
LETTER = "QZVL tôi sẽ đến"
LIE = "QZVX đừng đến nữa"
Comes = Callable[..., Her]
SitsDown = Callable[..., AtDesk]


@pytest.fixture
def report(reporter: Reporter, helper: Helper, clock: Hands) -> Report:
    """A report that was read and answered, and to which she wrote again."""
    sent = reporter.send(words=STORY, grants=[reporter.grant("store_sealed")], now=clock.now)
    helper.open_report(sent, now=clock.now)
    helper.write(sent, REPLY, now=clock.now)
    reporter.write(LETTER, now=clock.now)
    return again(sent)


def open_at_desk(sits_down: SitsDown, helper: Helper, report: Report) -> AtDesk:
    desk = sits_down()
    give_second_factor(helper)
    desk.sign_in(helper)
    desk.unlock(helper.passphrase)
    desk.is_open()
    desk.page.get_by_role("link", name=report.code_name).click()
    desk.press("open")
    expect(desk.page.get_by_role("heading", name="Trao đổi")).to_be_visible()
    return desk


# --- what an attacker does with rows and with public keys


def compartment(report: Report, kind: str) -> Compartment:
    return rows(Compartment).get(owner=report.id, kind=kind, current=True)


def sealed_to(report: Report, kind: str, document: object) -> bytes:
    """Anything, closed for whom this compartment is: everybody can who reads its public key."""
    plain = json.dumps(document, ensure_ascii=False).encode()
    return bytes(sealing.seal(sealing.pad(plain), Recipient(compartment(report, kind).recipient)))


def story(report: Report) -> SealedText:
    return rows(SealedText).get(compartment=compartment(report, "narrative"))


def message(report: Report, *, hers: bool) -> Message:
    return rows(Message).get(report=report, from_reporter=hers)


def put_in(report: Report, sealed: bytes, **columns: Any) -> None:
    """A message of the desk that nobody of it wrote, in rows as the product writes them."""
    true = message(report, hers=False)
    text = rows(SealedText).create(
        compartment=compartment(report, "thread"), place=99, sealed=sealed, sealed_by="browser"
    )
    told = {
        "key": new_message_key(), "place": 99, "kind": "message", "number": true.number, "posted_at": true.posted_at,
        "from_reporter": False,
    }  # fmt: skip
    rows(Message).create(report=report, text=text, **(told | columns))


def signed_by(identity: Identity, report: Report, key: str, thread: str) -> dict[str, Any]:
    true = message(report, hers=False)
    assert true.posted_at
    return make_reply(
        identity,
        desk=report.desk.code,
        thread=thread,
        key=key,
        kind="message",
        by=true.number or 0,
        day=local_day(true.posted_at).isoformat(),
        words=LIE,
    )


def not_shown(page: Page, words: str) -> None:
    expect(page.locator("[data-error=forged]:visible").first).to_be_visible()
    expect(page.get_by_text(words)).to_have_count(0)


def unsigned(report: Report, helper: Helper) -> None:
    put_in(report, sealed_to(report, "thread", {"v": 1, "words": LIE}))


def signed_with_a_key_of_ones_own(report: Report, helper: Helper) -> None:
    key = new_message_key()
    reply = signed_by(sealing.new_key()[0], report, key, report.thread)
    put_in(report, sealed_to(report, "thread", reply), key=key)


def copied_from_another_thread(report: Report, helper: Helper) -> None:
    """The row and the bytes of a true reply to somebody else."""
    other = Reporter(2).send()
    helper.open_report(other)
    helper.write(other, LIE)
    true = message(other, hers=False)
    put_in(report, bytes(true.text.sealed), key=true.key)


def signed_for_another_thread(report: Report, helper: Helper) -> None:
    """A true reply to somebody else, as its reader has it, sealed to this thread."""
    key = new_message_key()
    reply = signed_by(helper.desk_key(report.desk), report, key, sealing.new_key()[1])
    put_in(report, sealed_to(report, "thread", reply), key=key)


Tamper = Callable[[Report, Helper], None]


@pytest.mark.parametrize(
    "tamper",
    [unsigned, signed_with_a_key_of_ones_own, copied_from_another_thread, signed_for_another_thread],
)
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_reply_that_her_desk_did_not_write_to_her_is_not_shown(
    comes: Comes, report: Report, reporter: Reporter, helper: Helper, tamper: Tamper, script: bool
) -> None:
    tamper(report, helper)
    her = comes(script=script)
    her.come_back(reporter.code)
    her.unfold()
    expect(her.page.get_by_text(REPLY)).to_be_visible()
    expect(her.page.get_by_text(LETTER)).to_be_visible()
    expect(her.page.locator("[data-when-forged]")).to_be_visible()
    expect(her.page.get_by_text(LIE)).to_have_count(0)


@pytest.mark.parametrize(
    "columns",
    [
        {"number": 9},
        {"kind": "answer"},
        {"key": "a" * 22},
        {"from_reporter": True},
        {"days": 3},
        {"days": -1},
    ],
    ids=str,
)
def test_a_reply_under_another_number_kind_or_day_is_not_shown(
    comes: Comes, report: Report, reporter: Reporter, columns: dict[str, Any]
) -> None:
    true = message(report, hers=False)
    assert true.posted_at
    changed = dict(columns)
    if days := changed.pop("days", 0):
        changed["posted_at"] = true.posted_at + timedelta(days=days)
    rows(Message).filter(pk=true.pk).update(**changed)
    her = comes()
    her.come_back(reporter.code)
    her.unfold()
    expect(her.page.get_by_text(LETTER)).to_be_visible()
    not_shown(her.page, REPLY)


def test_a_message_that_she_did_not_write_is_not_shown_as_hers(
    comes: Comes, sits_down: SitsDown, report: Report, reporter: Reporter, helper: Helper
) -> None:
    put_in(
        report, sealed_to(report, "thread", {"v": 1, "words": LIE}), from_reporter=True, number=None
    )  # fmt: skip
    her = comes()
    her.come_back(reporter.code)
    her.unfold()
    expect(her.page.get_by_text(LETTER)).to_be_visible()
    expect(her.page.locator("[data-when-forged]")).to_be_visible()
    expect(her.page.get_by_text(LIE)).to_have_count(0)
    desk = open_at_desk(sits_down, helper, report)
    expect(desk.page.get_by_text(LETTER)).to_be_visible()
    expect(desk.page.locator("[data-when-forged]")).to_be_visible()
    expect(desk.page.get_by_text(LIE)).to_have_count(0)


# --- her story


def replaced(report: Report) -> None:
    rows(SealedText).filter(pk=story(report).pk).update(
        sealed=sealed_to(report, "narrative", {"v": 1, "answers": {}, "words": LIE})
    )


def added_to(report: Report) -> None:
    sealed = sealed_to(report, "narrative", {"v": 1, "words": LIE})
    rows(SealedText).create(
        compartment=compartment(report, "narrative"), place=99, sealed=sealed, sealed_by="browser"
    )


def signed_again(report: Report) -> None:
    """Replaced, with a statement and a row that name the attacker's key in place of hers."""
    replaced(report)
    seed = bytes(32)
    for row in rows(SignedWords).filter(report=report):
        document = json.loads(bytes(row.document))
        if row.number == 1:
            document["compartments"]["narrative"]["sealed"] = [
                sha256(bytes(story(report).sealed)).hexdigest()
            ]
        statement = make_statement(seed, Kind.WORDS, document)
        rows(SignedWords).filter(pk=row.pk).update(document=statement.document, signature=statement.signature)
    rows(Report).filter(pk=report.pk).update(signing=sealing.signing_public(seed))


@pytest.mark.parametrize("tamper", [replaced, added_to, signed_again])
def test_a_story_that_she_did_not_tell_is_shown_to_nobody(
    comes: Comes,
    sits_down: SitsDown,
    report: Report,
    reporter: Reporter,
    helper: Helper,
    tamper: Callable[[Report], None],
) -> None:
    tamper(report)
    desk = open_at_desk(sits_down, helper, report)
    not_shown(desk.page, LIE)
    her = comes()
    her.come_back(reporter.code)
    her.unfold()
    her.follow("data")
    not_shown(her.page, LIE)


PARTS = ["QZVA trước, ", "QZVB giữa, ", "QZVC sau."]


def send_in_parts(reporter: Reporter, now: datetime) -> Report:
    """What a phone sends whose story does not fit into one sealed part."""
    envelope = reporter.envelope_json(words=PARTS[0])
    narrative = envelope["compartments"]["narrative"]
    for part in PARTS[1:]:
        plain = sealing.pad(plain_json({"v": 1, "words": part}))
        narrative["sealed"].append(base64_text(sealing.seal(plain, narrative["recipient"])))
    signed = read(Envelope, json.dumps(reporter.signed(envelope)))
    reporter.report = receive_report(envelope=signed, sealed_by="browser", now=now).report
    return again(reporter.report)


def parts_of(report: Report) -> list[SealedText]:
    return list(rows(SealedText).filter(compartment=compartment(report, "narrative")).order_by("place"))


def nothing_changed(report: Report) -> None:
    pass


def a_part_removed(report: Report) -> None:
    parts_of(report)[1].delete()


def parts_swapped(report: Report) -> None:
    first, second, _ = parts_of(report)
    for one, other in ((first, second), (second, first)):
        rows(SealedText).filter(pk=one.pk).update(place=other.place)


@pytest.mark.parametrize("tamper", [nothing_changed, a_part_removed, parts_swapped])
def test_a_long_story_is_shown_whole_and_in_order_or_not_at_all(
    comes: Comes,
    sits_down: SitsDown,
    reporter: Reporter,
    helper: Helper,
    clock: Hands,
    tamper: Callable[[Report], None],
) -> None:
    report = send_in_parts(reporter, clock.now)
    helper.open_report(report, now=clock.now)
    tamper(report)
    desk, her = open_at_desk(sits_down, helper, report), comes()
    her.come_back(reporter.code)
    her.unfold()
    her.follow("data")
    for page in (desk.page, her.page):
        if tamper is nothing_changed:
            expect(page.get_by_text("".join(PARTS))).to_be_visible()
            assert page.locator("[data-error=forged]:visible").count() == 0
        else:
            not_shown(page, "QZVC")


# --- what is missing


def her_message(report: Report) -> None:
    message(report, hers=True).text.delete()


def her_message_and_its_statement(report: Report) -> None:
    her_message(report)
    rows(SignedWords).filter(report=report, number=2).delete()


def a_reply(report: Report) -> None:
    message(report, hers=False).text.delete()


def a_step(report: Report) -> None:
    rows(Opening).filter(owner=report.id, number=2).delete()


def every_step(report: Report) -> None:
    rows(Opening).filter(owner=report.id).delete()


def the_first_statement(report: Report) -> None:
    rows(SignedWords).filter(report=report, number=1).delete()


@pytest.mark.parametrize(
    "gone", [her_message, her_message_and_its_statement, a_reply, a_step, every_step, the_first_statement]
)
def test_what_is_missing_is_said_on_both_sides(
    comes: Comes,
    sits_down: SitsDown,
    report: Report,
    reporter: Reporter,
    helper: Helper,
    gone: Callable[[Report], None],
) -> None:
    gone(report)
    desk = open_at_desk(sits_down, helper, report)
    expect(desk.page.locator("[data-when-forged]")).to_be_visible()
    her = comes()
    her.come_back(reporter.code)
    her.unfold()
    expect(her.page.locator("[data-when-forged]")).to_be_visible()


def test_a_step_that_does_not_open_is_said_on_both_sides(
    comes: Comes, sits_down: SitsDown, report: Report, reporter: Reporter, helper: Helper
) -> None:
    first, second = rows(Opening).filter(owner=report.id).order_by("number")[:2]
    for side in ("for_thread", "for_receipt"):
        stranger = sealing.seal(b"{}", sealing.new_key()[1])
        rows(Opening).filter(pk=second.pk).update(**{side: stranger})
    assert first.number == 1
    desk = open_at_desk(sits_down, helper, report)
    expect(desk.page.locator("[data-when-forged]")).to_be_visible()
    her = comes()
    her.come_back(reporter.code)
    her.unfold()
    expect(her.page.locator("[data-when-forged]")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_stage_that_was_never_reached_is_said(
    comes: Comes, report: Report, reporter: Reporter, script: bool
) -> None:
    rows(Report).filter(pk=report.pk).update(stage="handled")
    her = comes(script=script)
    her.come_back(reporter.code)
    her.unfold()
    expect(her.page.locator("[data-when-forged]")).to_be_visible()


# --- where answers go


def test_a_desk_answers_to_the_thread_that_she_signed(
    sits_down: SitsDown, report: Report, reporter: Reporter, helper: Helper
) -> None:
    """An attacker's own compartment in its place, wrapped to whom it has to be."""
    true = compartment(report, "thread")
    identity, recipient = sealing.new_key()
    desk = open_at_desk(sits_down, helper, report)
    rows(Compartment).filter(pk=true.pk).update(current=False)
    mine = rows(Compartment).create(owner=report.id, kind="thread", place=99, recipient=recipient)
    for wrap in rows(Wrap).filter(compartment=true):
        sealed = sealing.wrap(identity, Recipient(wrap.recipient))
        rows(Wrap).create(
            compartment=mine,
            holder_kind=wrap.holder_kind,
            desk=wrap.desk,
            recipient=wrap.recipient,
            sealed=sealed,
        )
    rows(Report).filter(pk=report.pk).update(thread=recipient)
    desk.page.get_by_text("Viết lời nhắn", exact=True).click()
    desk.page.get_by_label("Lời nhắn của người hỗ trợ").fill("QZVW chỉ cho bạn")
    with desk.page.expect_request("**/write/") as sent:
        desk.page.get_by_role("button", name="Gửi lời nhắn").click()
    posted = Sealed(base64.b64decode(json.loads(sent.value.post_data or "")["sealed"]))
    with pytest.raises(sealing.CannotOpen):
        sealing.open_sealed(posted, identity)
    key = sealing.unwrap(
        Sealed(bytes(rows(Wrap).get(compartment=true, holder_kind="receipt").sealed)), reporter.keys.identity
    )
    assert "QZVW" in json.loads(sealing.unpad(sealing.open_sealed(posted, key)))["reply"]


# --- whose keys are sealed to


def swap_row(desk: Desk) -> None:
    identity, recipient = sealing.new_key()
    key = desk_key_of(identity, desk=desk.code, number=1)
    Desk.objects.filter(pk=desk.pk).update(recipient=recipient, signing=key.signing)


def swap_chain(desk: Desk) -> None:
    """The row and, after it, a next key in the chain that the true one never signed."""
    identity, recipient = sealing.new_key()
    key = desk_key_of(identity, desk=desk.code, number=2)
    document, signature = succeed(identity, key)
    DeskKey.objects.create(
        desk=desk, number=2, recipient=recipient, signing=key.signing, document=document, signature=signature
    )
    Desk.objects.filter(pk=desk.pk).update(recipient=recipient, signing=key.signing)


@pytest.mark.parametrize("swap", [swap_row, swap_chain])
def test_where_a_desks_key_was_swapped_numbers_stand_instead_of_the_form_and_nothing_is_taken(
    comes: Comes, network: Network, swap: Callable[[Desk], None]
) -> None:
    before, after = comes(), comes()
    before.go("/ask/")
    before.review()
    swap(network.triage)
    for path in ("/tell/", "/help/", "/tell/plain/"):
        after.go(path)
        expect(after.page.locator("a[href='tel:113']")).to_be_visible()
        expect(after.page.locator("form, sealed-form")).to_have_count(0)
    before.press("send")
    expect(before.page.locator("[data-error=unsafe_keys]")).to_be_visible()
    assert not rows(Report).exists()
    assert len(before.watch.posted) == 1


def test_a_member_whose_key_was_swapped_gets_no_desks_key(sits_down: SitsDown, network: Network) -> None:
    newcomer = hire(network.organisation, "moi.cayme", "case_worker")
    add_member(desk=network.triage, user=newcomer.user, on_call=9)
    give_second_factor(newcomer)
    new = sits_down()
    new.sign_in(newcomer)
    new.unlock(newcomer.passphrase)
    new.is_open()
    new.page.goto(new.path("/desk/key/"))
    new.is_open_again(newcomer.passphrase)
    ten = new.page.locator("key-fingerprint[data-own] li")
    expect(ten).to_have_count(10)
    heard = " ".join(ten.all_inner_texts())
    rows(User).filter(pk=newcomer.user.pk).update(recipient=sealing.new_key()[1])

    boss = sits_down()
    give_second_factor(network.supervisor)
    boss.sign_in(network.supervisor)
    boss.confirm(network.supervisor)
    boss.go("/desk/")
    boss.unlock(network.supervisor.passphrase)
    boss.is_open()
    boss.page.goto(boss.path("/desk/desks/"))
    boss.is_open_again(network.supervisor.passphrase)
    desk = boss.page.locator("section", has=boss.page.locator(f"#desk-{network.triage.code}"))
    desk.get_by_label("Mười từ của moi.cayme").fill(heard)
    desk.locator("desk-rewrap [data-go=start]").click()
    expect(desk.locator("[data-error=fingerprint]")).to_be_visible()
    assert not rows(DeskWrap).filter(user=newcomer.user).exists()


# --- pages that say something else than the install signed


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        yield found


def refuses(page: Page, server: SmallServer) -> None:
    page.get_by_text("Gửi", exact=True).click()
    expect(page.get_by_text("Chưa chắc ai nhận")).to_be_focused()
    expect(page.locator("[data-step=receipt]")).to_be_hidden()


@pytest.mark.parametrize("lie", ["another key", "a changed province", "a key that does not follow"])
def test_nothing_is_sealed_to_keys_that_the_install_did_not_sign(
    page: Page, server: SmallServer, lie: str
) -> None:
    thief = SmallDesk("song-tre", sealing.new_key()[0], 2, new_small_desk("song-tre"))
    signed = routed(DESK, CASE, **PLACE)
    lies = {
        "another key": routed(DESK, CASE, **PLACE, seed=bytes(32)),
        "a changed province": signed
        | {
            "statement": signed["statement"]
            | {"document": signed["statement"]["document"].replace("01", "02")}
        },
        "a key that does not follow": signed
        | {"later": {"song-tre": [signed_json(*one) for one in thief.later]}},
    }
    fill_form(page, server, routed=lies[lie])
    refuses(page, server)
    assert "/send" not in server.posted


def test_keys_that_come_with_a_refusal_are_checked_too(page: Page, server: SmallServer) -> None:
    lie = {"error": "stale_desk", "config": {"routed": routed(DESK, CASE, **PLACE, seed=bytes(32))}}
    server.answers["/send"] = in_turn((409, lie))
    fill_form(page, server)
    refuses(page, server)
    refuses(page, server)
    assert len(server.posted["/send"]) == 1
