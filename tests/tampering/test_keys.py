"""Keys and places changed in the database: nothing is sealed to them, and who looks sees it."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import Reporter
from tests.log.conftest import RunningWitness
from tests.tampering.attacker import (
    Attacker,
    OwnKey,
    begin_renewal,
    give_desk_key,
    own_desk_key,
    own_key,
    swap_desk_key,
)
from tests.tampering.demo_copy import HELPER, DemoCopy, account, confirmed, signed_in
from tests.tampering.desk_page import Scripts, unlock
from tincay.core.authorship import desk_key_of, from_base64url, is_vouched
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    fingerprint,
    recipient_of,
    same_fingerprint,
    unwrap,
)
from tincay.core.statements import Statement
from tincay.web.models import this_install
from tincay.web.packs import pack_text

pytestmark = pytest.mark.slow

DESK = "cay-me-tiep-nhan"
BOSS = "phu-trach-4"
STEWARD = "quan-tri-6"


def envelope(number: int = 5) -> dict[str, Any]:
    """A report sealed to the keys that the install signed."""
    return Reporter(number, bytes(this_install().salt)).envelope_json(province="demo3")


def send(document: dict[str, Any]) -> Any:
    return Client().post("/send/", json.dumps(document), content_type="application/json")


def assert_nothing_is_taken(demo: DemoCopy, sealed: dict[str, Any]) -> None:
    page = Client().get("/tell/")
    assert page.status_code == 503
    assert "00 01 (số giả)" in page.content.decode()
    assert "<sealed-form" not in page.content.decode()
    assert Client().get("/tell/plain/").status_code == 503
    answer = send(sealed)
    assert answer.json()["error"] == "unsafe_keys"
    assert not demo.attacker.ask("SELECT 1 FROM reports_report WHERE key = ?", sealed["key"])


def test_a_desk_key_in_its_row(demo: DemoCopy) -> None:
    sealed, mine = envelope(), own_key()
    demo.attacker.run(
        "UPDATE people_desk SET recipient = ?, signing = ? WHERE code = ?", mine.recipient, mine.signing, DESK
    )
    assert_nothing_is_taken(demo, sealed)
    assert f"another key for {DESK}" in demo.log_verify()


def test_a_desk_key_with_a_leaf_by_the_public_rules(demo: DemoCopy, witness: RunningWitness) -> None:
    """The log signs it on the next day and the witness too: the log shows what came when, not that it is true."""
    sealed = envelope()
    swap_desk_key(demo.attacker, DESK, demo.today)
    assert_nothing_is_taken(demo, sealed)
    assert "where reports go does not follow from what was signed: log" in demo.log_verify()
    assert demo.sign() == {"w1.example/witness": ""}
    assert_nothing_is_taken(demo, sealed)
    assert "where reports go does not follow from what was signed: log" in demo.log_verify()


def test_untouched_keys_take_a_report(demo: DemoCopy) -> None:
    """What is refused above is taken where nobody changed anything."""
    assert Client().get("/tell/").status_code == 200
    assert send(envelope()).status_code == 201


# --- a desk's new key

NOT_SIGNED = "không phải khóa đã ký"
Plant = Callable[[Attacker, OwnKey, str], None]


def a_renewal_that_only_the_desks_row_shows(attacker: Attacker, key: OwnKey, day: str) -> None:
    give_desk_key(attacker, DESK, BOSS, key, vouched=False)
    attacker.run("UPDATE people_desk SET recipient = ? WHERE code = ?", key.recipient, DESK)


def a_renewal_in_every_row(attacker: Attacker, key: OwnKey, day: str) -> None:
    give_desk_key(attacker, DESK, BOSS, key)
    begin_renewal(attacker, DESK, key, day)


def a_key_before_the_true_one(attacker: Attacker, key: OwnKey, day: str) -> None:
    give_desk_key(attacker, DESK, BOSS, key)


def another_first_key(attacker: Attacker, key: OwnKey, day: str) -> None:
    give_desk_key(attacker, DESK, BOSS, key)
    swap_desk_key(attacker, DESK, day, key)


def no_key_yet(attacker: Attacker, key: OwnKey, day: str) -> None:
    attacker.run("UPDATE people_desk SET recipient = '', signing = x'' WHERE code = ?", DESK)
    attacker.run("DELETE FROM people_deskkey WHERE recipient NOT IN (SELECT recipient FROM people_desk)")
    attacker.run('DELETE FROM vault_deskwrap WHERE "of" NOT IN (SELECT recipient FROM people_desk)')


def a_voucher_that_is_gone(attacker: Attacker, key: OwnKey, day: str) -> None:
    attacker.run(
        "UPDATE vault_deskwrap SET voucher = x'7b7d' WHERE user_id = (SELECT id FROM people_user WHERE username = ?)",
        BOSS,
    )


def text_in_place_of_bytes(attacker: Attacker, key: OwnKey, day: str) -> None:
    attacker.run("UPDATE vault_deskwrap SET voucher = 'x', signature = 'x'")
    attacker.run("UPDATE people_deskkey SET document = 'x'")


@pytest.mark.parametrize(
    "plant",
    [
        a_renewal_that_only_the_desks_row_shows,
        a_renewal_in_every_row,
        a_key_before_the_true_one,
        another_first_key,
        no_key_yet,
        a_voucher_that_is_gone,
        text_in_place_of_bytes,
    ],
)
def test_a_renewal_to_a_key_of_his_own(demo: DemoCopy, plant: Plant) -> None:
    """Nothing is offered, taken or handed out; a page that unlocks with his key says so."""
    attacker, mine, boss = demo.attacker, own_desk_key(), confirmed(BOSS)
    begun_by_the_boss(DESK)
    assert NOT_SIGNED not in boss.get("/desk/desks/").content.decode()
    plant(attacker, mine, demo.today)
    kept = wrapped(attacker)
    page = boss.get("/desk/desks/").content.decode()
    section = page.partition(f'id="desk-{DESK}"')[2].partition("</section>")[0]
    assert "Khóa nhóm này" in section
    assert NOT_SIGNED in section
    assert "<desk-rewrap" not in section
    assert refused(boss, mine.recipient) == dict.fromkeys(("begin", "more", "done", "finish"), "unsafe_keys")
    assert wrapped(attacker) == kept
    today = boss.get("/desk/today/").content.decode()
    assert ("Một khóa nhóm của bạn" in today) == (plant is not no_key_yet)


def wrapped(attacker: Attacker) -> list[Any]:
    """What is sealed to whom: the keys of reports, and those of desks."""
    wraps = attacker.ask("SELECT id, recipient, sealed FROM vault_wrap ORDER BY id")
    return wraps + attacker.ask('SELECT id, "of", recipient FROM vault_deskwrap ORDER BY id')


def refused(client: Client, recipient: str) -> dict[str, str | None]:
    """The error with which each step of a renewal is answered."""
    steps: dict[str, dict[str, Any]] = {"done": {"recipient": recipient, "wraps": []}}
    said = {
        step: {"v": 1, "step": step, **steps.get(step, {})} for step in ("begin", "more", "done", "finish")
    }
    address = f"/desk/desks/{DESK}/key/"
    return {
        step: client.post(address, json.dumps(one), content_type="application/json").json().get("error")
        for step, one in said.items()
    }


# --- a member's key


def begun_by_the_boss(desk: str) -> dict[str, Any]:
    """What a member's browser is told who hands the desk's key over, or renews it."""
    body = json.dumps({"v": 1, "step": "begin"})
    answer = confirmed(BOSS).post(f"/desk/desks/{desk}/key/", body, content_type="application/json")
    assert answer.status_code == 200
    return dict(answer.json())


def identity_of(username: str) -> Identity:
    """What a browser holds in which the printed passphrase was typed."""
    page = Scripts(signed_in(username).get("/desk/key/").content.decode())
    return unlock(page, account(username).passphrase)


def test_a_members_key(demo: DemoCopy) -> None:
    """The colleague who hands the desk's key over hears other words; on a renewal the desk's voucher does not fit."""
    theirs, mine = recipient_of(identity_of(HELPER)), own_key().recipient
    number = str(demo.attacker.one("SELECT id FROM people_user WHERE username = ?", HELPER))
    demo.attacker.run("UPDATE people_user SET recipient = ? WHERE username = ?", mine, HELPER)
    begun = begun_by_the_boss(DESK)

    words = pack_text("words.txt").split()
    heard = " ".join(fingerprint(theirs.encode(), words))
    [joining] = [one for one in begun["joining"] if one["id"] == number]
    assert joining["recipient"] == mine
    assert not same_fingerprint(heard, mine.encode(), words)
    assert same_fingerprint(heard, theirs.encode(), words)

    old = begun["old"]
    wrap = Sealed(base64.b64decode(old["wrap"]))
    desk = desk_key_of(unwrap(wrap, identity_of(BOSS), of=Recipient(old["recipient"])), desk=DESK, number=1)
    vouched = {
        one["id"]: is_vouched(desk, one["recipient"], signed(one["voucher"])) for one in begun["members"]
    }
    assert not vouched.pop(number)
    assert vouched
    assert all(vouched.values())


def signed(voucher: dict[str, str]) -> Statement:
    return Statement(voucher["document"].encode(), from_base64url(voucher["signature"]))


# --- places


def routed() -> Any:
    """Where phones send reports: what the page carries."""
    scripts = Scripts(Client().get("/tell/").content.decode()).by_id
    [found] = [
        config["routed"] for config in scripts.values() if isinstance(config, dict) and "routed" in config
    ]
    return found


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE directory_province SET desk_id = {other} WHERE code = 'demo3'", "demo3"),
        ("UPDATE directory_province SET desk_id = {other} WHERE code = 'demo2'", "demo2"),
        ("UPDATE directory_fallback SET triage_id = {other}", "everything else"),
    ],
    ids=["province", "province without a desk", "default desk"],
)
def test_a_place_led_to_another_desk(demo: DemoCopy, sql: str, named: str) -> None:
    before, sealed = routed(), envelope()
    demo.attacker.run(sql.format(other="(SELECT id FROM people_desk WHERE code = 'nang-moi-tiep-nhan')"))
    assert routed() == before
    assert send(sealed).status_code == 201
    assert f"rows lead elsewhere than what was signed: {named}" in demo.log_verify()
    health = signed_in(STEWARD).get("/desk/health/").content.decode()
    assert "Có thay đổi chưa ký" in health
