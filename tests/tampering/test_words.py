"""Words, messages and steps of a report changed in the database: she notices, and so does the desk."""

import json
import re
from typing import Any

import pytest

from tests.cast import code_number
from tests.tampering.attacker import LIE, OF_REPORT, Attacker, OwnKey, base64url, digest, own_key, reply_of
from tests.tampering.conftest import FRESH, FRESH_NUMBER, LONG, LONG_NUMBER
from tests.tampering.demo_copy import CODES, DemoCopy, warns

pytestmark = pytest.mark.slow

HERS, OTHER = "Nến 1", "Ong 31"
"""Two described reports of one desk; the desk wrote twice to the first and once to the other."""
TRUE = "Công an đã nhận tin"
"""What the desk wrote last."""
LETTER = "Tối qua bạn ấy nhắn một tin"
"""What she wrote last."""
STORY = "Bạn tôi nhận việc phục vụ"
REPLY = (
    "(SELECT id FROM reports_message "
    f"WHERE report_id = {OF_REPORT} AND NOT from_reporter ORDER BY place DESC LIMIT 1)"
)


def assert_both_warn(demo: DemoCopy, name: str = HERS) -> None:
    """Both are warned, and nothing that he wrote is shown to either."""
    her, desk = demo.her(CODES[name]), demo.desk(name)
    assert warns(her.home)
    assert LIE not in her.home
    assert desk.warns
    assert not desk.says(LIE)


def last_reply(demo: DemoCopy, name: str) -> tuple[Any, ...]:
    [row] = demo.attacker.ask(
        "SELECT m.key, m.kind, m.number, t.sealed FROM reports_message m JOIN vault_sealedtext t "
        f"ON t.id = m.text_id WHERE report_id = {OF_REPORT} AND NOT from_reporter ORDER BY m.place DESC LIMIT 1",
        name,
    )
    return row


# --- replies


def test_a_reply_that_nobody_signed(demo: DemoCopy) -> None:
    forged = demo.attacker.sealed_to(HERS, "thread", {"v": 1, "words": LIE})
    demo.attacker.add_message(HERS, forged)
    assert_both_warn(demo)
    assert TRUE in demo.her(CODES[HERS]).home
    assert demo.desk(HERS).says(TRUE)


def test_a_reply_signed_with_a_key_of_his_own(demo: DemoCopy) -> None:
    _, kind, number, _ = last_reply(demo, HERS)
    thread = demo.attacker.one(f"SELECT thread FROM reports_report WHERE id = {OF_REPORT}", HERS)
    reply = reply_of(
        own_key(), by=number, day=demo.today, desk="cay-me-tiep-nhan", key="x" * 22, kind=kind, thread=thread
    )
    demo.attacker.add_message(HERS, demo.attacker.sealed_to(HERS, "thread", reply), key="x" * 22)
    assert_both_warn(demo)


def test_a_true_reply_of_another_thread(demo: DemoCopy) -> None:
    key, _, _, sealed = last_reply(demo, OTHER)
    demo.attacker.add_message(HERS, sealed, key=key)
    assert_both_warn(demo)


@pytest.mark.parametrize(
    "change",
    ["number = 9", "kind = 'answer'", "posted_at = datetime(posted_at, '+3 days')", "from_reporter = 1"],
)
def test_a_true_reply_under_another_number_kind_day_or_name(demo: DemoCopy, change: str) -> None:
    demo.attacker.run(f"UPDATE reports_message SET {change} WHERE id = {REPLY}", HERS)
    her, desk = demo.her(CODES[HERS]), demo.desk(HERS)
    assert warns(her.home)
    assert TRUE not in her.home
    assert desk.warns
    assert not desk.says(TRUE)


def test_a_message_in_her_name(demo: DemoCopy) -> None:
    forged = demo.attacker.sealed_to(HERS, "thread", {"v": 1, "words": LIE})
    demo.attacker.add_message(HERS, forged, from_reporter=True, number=None)
    assert_both_warn(demo)


# --- her story


def replace_story(attacker: Attacker, name: str) -> bytes:
    forged = attacker.sealed_to(name, "narrative", {"v": 1, "answers": {}, "words": LIE})
    attacker.run(
        "UPDATE vault_sealedtext SET sealed = ? WHERE compartment_id IN "
        f"(SELECT id FROM vault_compartment WHERE owner = {OF_REPORT} AND kind = 'narrative')",
        forged, name,
    )  # fmt: skip
    return forged


def swap_story_and_key(attacker: Attacker, name: str, mine: OwnKey | None = None) -> None:
    mine, forged = mine or own_key(), replace_story(attacker, name)
    statements = "SELECT number, document FROM reports_signedwords WHERE report_id = "
    for number, document in attacker.ask(statements + OF_REPORT, name):
        words = json.loads(document)
        if number == 1:
            words["compartments"]["narrative"]["sealed"] = [digest(forged)]
        text, signature = mine.signed("words", words)
        attacker.run(
            f"UPDATE reports_signedwords SET document = ?, signature = ? WHERE report_id = {OF_REPORT} AND number = ?",
            text, signature, name, number,
        )  # fmt: skip
    attacker.run("UPDATE reports_report SET signing = ? WHERE code_name = ?", mine.signing, name)


def assert_the_story_is_not_shown(demo: DemoCopy) -> None:
    her, desk = demo.her(CODES[HERS]), demo.desk(HERS)
    assert warns(her.data)
    assert desk.warns
    for words in (LIE, STORY):
        assert words not in her.data
        assert not desk.says(words)


def test_another_story(demo: DemoCopy) -> None:
    assert STORY in demo.her(CODES[HERS]).data
    assert demo.desk(HERS).says(STORY)
    replace_story(demo.attacker, HERS)
    assert_the_story_is_not_shown(demo)


def test_another_story_and_her_verifying_key(demo: DemoCopy) -> None:
    """Her statements signed anew with a key of his own, which stands in her row: the first leaf names another."""
    swap_story_and_key(demo.attacker, HERS)
    desk = demo.desk(HERS)
    assert desk.forged
    assert not desk.words
    assert demo.knock(CODES[HERS]) == 404


def test_her_verifying_key_alone(demo: DemoCopy) -> None:
    """It verifies nothing that is shown. Her code opens nothing where she has no script, which she sees."""
    demo.attacker.run("UPDATE reports_report SET signing = ? WHERE code_name = ?", own_key().signing, HERS)
    assert demo.desk(HERS).says(STORY)
    assert not demo.desk(HERS).warns
    assert demo.knock(CODES[HERS]) == 404


PART = (
    "FROM vault_compartment c WHERE c.id = vault_sealedtext.compartment_id AND c.kind = 'narrative' "
    f"AND c.owner = {OF_REPORT}"
)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM vault_sealedtext WHERE place = 1 AND EXISTS (SELECT 1 {part})",
        "DELETE FROM vault_sealedtext WHERE place = 2 AND EXISTS (SELECT 1 {part})",
        "UPDATE vault_sealedtext SET place = 3 - place WHERE place > 0 AND EXISTS (SELECT 1 {part})",
    ],
    ids=["middle", "last", "swapped"],
)
def test_a_part_of_a_long_story(demo: DemoCopy, sql: str) -> None:
    demo.attacker.run(sql.format(part=PART), LONG)
    her, desk = demo.her(code_number(LONG_NUMBER)), demo.desk(LONG)
    assert warns(her.data)
    assert desk.warns
    assert not desk.says("QZVC")


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_another_story_and_a_first_step_with_his_key(demo: DemoCopy, signed: bool) -> None:
    """Her code opens the door, and the desk would believe whom the first step names."""
    attacker, mine = demo.attacker, own_key()
    swap_story_and_key(attacker, HERS, mine)
    first = attacker.one(
        f"SELECT document FROM reports_signedwords WHERE report_id = {OF_REPORT} AND number = 1", HERS
    )
    facts = {"deadline": demo.today, "signing": base64url(mine.signing), "words": digest(first)}
    attacker.write_step(HERS, 1, demo.today, "report_received", signed=signed, **facts)
    desk = demo.desk(HERS)
    assert desk.forged
    assert not desk.says(LIE)


# --- what is missing


def remove_her_story(attacker: Attacker, name: str) -> None:
    """As a deletion leaves it: her story and her contact with their keys, and no step."""
    told = f"SELECT id FROM vault_compartment WHERE owner = {OF_REPORT} AND kind IN ('narrative', 'contact')"
    for table in ("vault_sealedtext", "vault_wrap"):
        attacker.run(f"DELETE FROM {table} WHERE compartment_id IN ({told})", name)


def test_a_whole_story_removed(demo: DemoCopy) -> None:
    remove_her_story(demo.attacker, HERS)
    assert warns(demo.her(CODES[HERS]).home)
    assert demo.desk(HERS).forged


def steps_of(attacker: Attacker, name: str) -> int:
    return int(attacker.one("SELECT steps FROM reports_report WHERE code_name = ?", name))


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_whole_story_removed_with_a_step_of_his_own(demo: DemoCopy, signed: bool) -> None:
    attacker = demo.attacker
    remove_her_story(attacker, HERS)
    attacker.write_step(HERS, steps_of(attacker, HERS) + 1, demo.today, "data_deleted", signed=signed)
    assert_both_warn(demo)


@pytest.mark.parametrize("side", ["desk", "receipt"])
def test_how_to_reach_her_hidden(demo: DemoCopy, side: str) -> None:
    """Words are there still; the wrap with which somebody opens them is not."""
    contact = f"SELECT id FROM vault_compartment WHERE owner = {OF_REPORT} AND kind = 'contact'"
    demo.attacker.run(
        f"DELETE FROM vault_wrap WHERE holder_kind = ? AND compartment_id IN ({contact})", side, HERS
    )
    assert demo.desk(HERS).forged if side == "desk" else warns(demo.her(CODES[HERS]).home)


def remove_her_message(attacker: Attacker, name: str, *, statement: bool) -> None:
    """Her last message, its words, and what she signed of it."""
    [(place, text)] = attacker.ask(
        f"SELECT max(place), text_id FROM reports_message WHERE report_id = {OF_REPORT} AND from_reporter",
        name,
    )
    assert place is not None
    attacker.run("DELETE FROM reports_message WHERE text_id = ?", text)
    attacker.run("DELETE FROM vault_sealedtext WHERE id = ?", text)
    if statement:
        statements = f"FROM reports_signedwords WHERE report_id = {OF_REPORT}"
        last = attacker.one(f"SELECT max(number) {statements}", name)
        attacker.run(f"DELETE {statements} AND number = ?", name, last)


@pytest.mark.parametrize("statement", [False, True], ids=["message", "message and statement"])
def test_a_message_of_hers_removed(demo: DemoCopy, statement: bool) -> None:
    remove_her_message(demo.attacker, HERS, statement=statement)
    assert_both_warn(demo)


def test_a_reply_removed(demo: DemoCopy) -> None:
    text = demo.attacker.one(f"SELECT text_id FROM reports_message WHERE id = {REPLY}", HERS)
    demo.attacker.run("DELETE FROM reports_message WHERE text_id = ?", text)
    demo.attacker.run("DELETE FROM vault_sealedtext WHERE id = ?", text)
    assert_both_warn(demo)


def test_two_messages_change_places(demo: DemoCopy) -> None:
    places = demo.attacker.ask(
        f"SELECT id, place FROM reports_message WHERE report_id = {OF_REPORT} ORDER BY place LIMIT 2", HERS
    )
    for (number, _), (_, place) in zip(places, reversed(places), strict=True):
        demo.attacker.run("UPDATE reports_message SET place = ? WHERE id = ?", place, number)
    assert_both_warn(demo)


def test_a_reply_removed_and_every_step_written_anew(demo: DemoCopy) -> None:
    """Without a gap, by the public rules, and the log takes the leaves."""
    attacker = demo.attacker
    text = attacker.one(f"SELECT text_id FROM reports_message WHERE id = {REPLY}", HERS)
    attacker.run("DELETE FROM reports_message WHERE text_id = ?", text)
    attacker.run("DELETE FROM vault_sealedtext WHERE id = ?", text)
    attacker.run(f"DELETE FROM vault_opening WHERE owner = {OF_REPORT}", HERS)
    attacker.run("UPDATE reports_report SET steps = 0 WHERE code_name = ?", HERS)
    [(stage, signing)] = attacker.ask("SELECT stage, signing FROM reports_report WHERE code_name = ?", HERS)
    [(words,)] = attacker.ask(
        f"SELECT document FROM reports_signedwords WHERE report_id = {OF_REPORT} AND number = 1", HERS
    )
    messages = attacker.ask(
        "SELECT t.sealed FROM reports_message m JOIN vault_sealedtext t ON t.id = m.text_id "
        f"WHERE m.report_id = {OF_REPORT} ORDER BY m.place",
        HERS,
    )
    steps: list[tuple[str, dict[str, str]]] = [
        ("report_received", {"deadline": demo.today, "signing": base64url(signing), "words": digest(words)}),
        *(("message_posted", {"sealed": digest(sealed)}) for (sealed,) in messages),
        ("stage_changed", {"stage": stage}),
    ]
    for number, (kind, facts) in enumerate(steps, start=1):
        attacker.write_step(HERS, number, demo.today, kind, signed=True, **facts)
    assert_both_warn(demo)


def test_an_opening_in_the_middle_removed(demo: DemoCopy) -> None:
    demo.attacker.run(f"DELETE FROM vault_opening WHERE owner = {OF_REPORT} AND number = 4", HERS)
    assert_both_warn(demo)
    assert "an opening is missing" in demo.log_verify()


def test_the_last_opening_removed(demo: DemoCopy) -> None:
    """The row says that there were more. A stage or a message that it told is missed on both sides, too."""
    demo.attacker.run(f"DELETE FROM vault_opening WHERE owner = {OF_REPORT} AND number = 2", FRESH)
    assert "an opening is missing" in demo.log_verify()
    assert warns(demo.her(code_number(FRESH_NUMBER)).home)
    assert demo.desk(FRESH).forged


# --- what the row says


@pytest.mark.parametrize("stage", ["handled", "acknowledged"])
def test_a_stage_that_was_never_reached_or_was_passed(demo: DemoCopy, stage: str) -> None:
    demo.attacker.run("UPDATE reports_report SET stage = ? WHERE code_name = ?", stage, HERS)
    assert_both_warn(demo)


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_stage_with_a_step_of_his_own(demo: DemoCopy, signed: bool) -> None:
    attacker, step = demo.attacker, steps_of(demo.attacker, HERS) + 1
    attacker.write_step(HERS, step, demo.today, "stage_changed", signed=signed, stage="handled")
    attacker.run("UPDATE reports_report SET stage = 'handled' WHERE code_name = ?", HERS)
    assert_both_warn(demo)


# --- what she allows

CONTACT, MEMBERS = "Liên hệ theo cách tôi chọn", "Nhắc chị em, anh em trong câu lạc bộ đề phòng"
DESK_WARNS = "Có chỗ không phải của người báo"


def says(demo: DemoCopy, scope: str, *, given: bool, name: str = HERS) -> None:
    """She says yes or no on her page."""
    her = demo.her(CODES[name])
    token = re.search(r'name="token" value="([^"]+)"', her.page(f"/back/allow/{scope}/"))
    assert token
    told = {"token": token[1], "given": "true" if given else "false"}
    assert her.client.post(f"/back/allow/{scope}/", told).status_code == 200


def assert_consents_are_doubted(demo: DemoCopy, sentence: str, name: str = HERS) -> None:
    """It allows nothing, and both are told, she on whatever page."""
    her, page = demo.her(CODES[name]), demo.desk_page(name)
    assert sentence not in page
    assert page.count(DESK_WARNS) == 1
    for path in ("/back/now/", "/back/data/", "/back/allow/"):
        assert warns(her.page(path))


@pytest.mark.parametrize(
    "columns",
    [{}, {"signature": b""}, {"mark": bytes(32)}, {"signature": bytes(64), "signer": "staff:1"}],
    ids=["made up", "empty", "marked", "recorded"],
)
def test_a_yes_that_she_never_gave(demo: DemoCopy, columns: dict[str, Any]) -> None:
    page = demo.desk_page(HERS)
    assert DESK_WARNS not in page
    demo.attacker.add_grant(HERS, "contact_me", **columns)
    assert_consents_are_doubted(demo, CONTACT)


def test_her_no_turned_into_a_yes(demo: DemoCopy) -> None:
    says(demo, "alert_members", given=True)
    assert MEMBERS in demo.desk_page(HERS)
    says(demo, "alert_members", given=False)
    sql = f"UPDATE reports_consentgrant SET given = 1 WHERE report_id = {OF_REPORT} AND NOT given"
    demo.attacker.run(sql, HERS)
    assert_consents_are_doubted(demo, MEMBERS)


def test_her_no_removed(demo: DemoCopy) -> None:
    says(demo, "alert_members", given=True)
    says(demo, "alert_members", given=False)
    says(demo, "alert_public", given=True)
    assert DESK_WARNS not in demo.desk_page(HERS)
    demo.attacker.run(f"DELETE FROM reports_consentgrant WHERE report_id = {OF_REPORT} AND NOT given", HERS)
    assert_consents_are_doubted(demo, MEMBERS)
