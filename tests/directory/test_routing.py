"""Where reports go: what the install signed, read from a file, and rows that have to say the same or nothing goes."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from tests.cast import NOW, Network, Team, give_key, new_desk, new_province, rows, sign_routing
from tests.cast.network import INSTALL_SEED
from tincay.core.authorship import base64url, desk_key_of, succeed
from tincay.core.routing import Routing
from tincay.core.sealing import fingerprint, new_key, recipient_of, signing_public
from tincay.core.statements import spelled
from tincay.directory import signing
from tincay.directory.actions import set_province_desk
from tincay.directory.models import Fallback, Province
from tincay.directory.queries import case_desk, desk_and_case, desk_for
from tincay.directory.routing import RoutingBroken, differences, draft, in_force, statement_path
from tincay.log.queries import LogDamaged
from tincay.operations.checks import check_everything
from tincay.operations.health import state
from tincay.people.models import Desk, DeskKey
from tincay.web.packs import words

pytestmark = pytest.mark.django_db
OTHER_SEED = bytes(32)


def broken() -> str:
    """Why nothing may be sealed, by whatever door it is asked."""
    with pytest.raises(RoutingBroken) as refused:
        in_force()
    for ask in (lambda: desk_for("M01"), lambda: desk_and_case("cay-me-tiep-nhan"), _ask_case):
        with pytest.raises(RoutingBroken):
            ask()
    assert str(refused.value) == refused.value.reason
    return refused.value.reason


def _ask_case() -> Desk:
    return case_desk(rows(Desk).get(code="cay-me-tiep-nhan"))


def write(change: Callable[[dict[str, Any]], object]) -> None:
    """Somebody changes the file in use."""
    told = json.loads(statement_path().read_text())
    change(told)
    statement_path().write_text(json.dumps(told))


def signed(routing: Routing, seed: bytes = INSTALL_SEED) -> str:
    return signing.signed_file(seed, routing)


# --- in force


def test_what_was_signed_is_in_force(network: Network) -> None:
    found = in_force()
    assert found.routing == draft(serial=1)
    assert found.routing.default == network.triage.code
    assert found.routing.provinces == {"M01": network.triage.code, "M02": network.other_desk.code}
    assert {code: key.recipient for code, key in found.keys.items()} == dict(
        rows(Desk).exclude(recipient="").values_list("code", "recipient")
    )
    assert found.routing.desks[network.other_desk.code].case == network.case.code
    assert {code for code, desk in found.routing.desks.items() if desk.of_the_state} == {"giam-sat-ban"}


def test_without_a_file_nothing_is_sealed(network: Network) -> None:
    statement_path().unlink()
    assert broken() == "missing"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"install": "x", "statement": {}}'],
    ids=["empty", "cut", "list", "{}", "x"],
)
def test_a_file_that_is_none_is_not_signed(network: Network, text: str) -> None:
    statement_path().write_text(text)
    assert broken() == "signature"


def test_a_file_with_another_signature_is_not_signed(network: Network) -> None:
    write(lambda told: told["statement"].update(signature=base64url(bytes(64))))
    assert broken() == "signature"


def test_a_file_of_which_one_letter_was_changed_is_not_signed(network: Network) -> None:
    write(lambda told: told["statement"].update(document=told["statement"]["document"].replace("M02", "M03")))
    assert broken() == "signature"


def test_a_file_that_names_another_key_than_signed_it_is_not_signed(network: Network) -> None:
    write(lambda told: told.update(install=base64url(signing_public(OTHER_SEED))))
    assert broken() == "signature"


def test_a_file_of_another_install_leads_nowhere(network: Network, settings: Any) -> None:
    settings.TINCAY_ORIGIN = "another.example/log"
    assert broken() == "origin"


@pytest.mark.parametrize("column", ["recipient", "signing"])
def test_another_key_in_a_desks_row_is_noticed(network: Network, column: str) -> None:
    thief = new_key()[0]
    other = desk_key_of(thief, desk=network.triage.code, number=1)
    rows(Desk).filter(pk=network.triage.pk).update(**{column: getattr(other, column)})
    assert broken() == "rows"


ODD = [
    ("people_desk", "signing", "'x'"),
    ("people_desk", "signing", "7"),
    ("people_desk", "recipient", "x'00'"),
    ("people_deskkey", "document", "'x'"),
    ("people_deskkey", "signature", "'x'"),
    ("people_deskkey", "number", "'x'"),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(("table", "column", "value"), ODD)
def test_what_no_column_of_its_kind_can_hold_is_noticed_like_another_key(
    network: Network, client: Client, table: str, column: str, value: str
) -> None:
    """SQLite keeps in a column whatever is put there."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {value}")
    assert broken() == "rows"
    assert client.get("/tell/").status_code == 503
    with pytest.raises(LogDamaged):
        check_everything()


@pytest.mark.sqlite
def test_a_key_of_another_kind_that_only_the_draft_reads_is_damage_and_no_error(network: Network) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_deskkey SET signing = 'x'")
    with pytest.raises(LogDamaged):
        check_everything()
    assert state(NOW).routing_broken == "rows"


@pytest.mark.sqlite
def test_a_row_of_another_kind_after_keys_were_read_is_noticed(network: Network) -> None:
    receiving = in_force()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_desk SET signing = 'x'")
    with pytest.raises(RoutingBroken, match="rows"):
        receiving.desks(network.triage.code)


@pytest.mark.parametrize("column", ["recipient", "signing"])
def test_a_row_that_changes_after_keys_were_read_is_noticed(network: Network, column: str) -> None:
    receiving = in_force()
    other = {"recipient": new_key()[1], "signing": bytes(32)}
    rows(Desk).filter(pk=network.triage.pk).update(**{column: other[column]})
    assert set(receiving.desks(network.case.code)) == {network.case.code}
    with pytest.raises(RoutingBroken, match="rows"):
        receiving.desks(network.case.code, network.triage.code)


def test_a_signed_desk_that_is_gone_is_noticed(network: Network) -> None:
    rows(DeskKey).filter(desk=network.other_desk).delete()
    rows(Desk).filter(pk=network.other_desk.pk).update(code="anders")
    assert broken() == "rows"


def test_a_later_key_that_the_old_one_did_not_sign_is_noticed(network: Network) -> None:
    thief = new_key()[0]
    key = desk_key_of(thief, desk=network.triage.code, number=2)
    document, signature = succeed(thief, key)
    DeskKey.objects.create(
        desk=network.triage,
        number=2,
        recipient=key.recipient,
        signing=key.signing,
        document=document,
        signature=signature,
    )
    rows(Desk).filter(pk=network.triage.pk).update(recipient=key.recipient, signing=key.signing)
    assert broken() == "chain"


def test_a_key_that_the_desk_made_itself_is_followed_without_a_new_signature(network: Network) -> None:
    before = network.helper.desk_key(network.triage)
    second = give_key(network.triage, network.helper, before=before, number=2)
    found = in_force()
    assert found.keys[network.triage.code] == desk_key_of(second, desk=network.triage.code, number=2)
    assert [len(chain) for chain in found.for_page["later"].values()] == [1]
    assert desk_for("M01").recipient == recipient_of(second)


def test_a_row_of_a_desks_key_that_was_taken_away_is_noticed(network: Network) -> None:
    before = network.helper.desk_key(network.triage)
    give_key(network.triage, network.helper, before=before, number=2)
    rows(DeskKey).filter(desk=network.triage, number=2).delete()
    assert broken() == "log"


def test_a_key_that_was_taken_back_in_every_row_is_still_named_by_the_log(network: Network) -> None:
    first, before = rows(Desk).get(pk=network.triage.pk), network.helper.desk_key(network.triage)
    give_key(network.triage, network.helper, before=before, number=2)
    rows(DeskKey).filter(desk=network.triage, number=2).delete()
    rows(Desk).filter(pk=first.pk).update(recipient=first.recipient, signing=first.signing)
    assert broken() == "log"


def test_a_key_that_follows_and_that_the_log_does_not_name_is_noticed(network: Network) -> None:
    """Whoever took the old key could sign a next one: the log would have to say so."""
    key = desk_key_of(new_key()[0], desk=network.triage.code, number=2)
    document, signature = succeed(network.helper.desk_key(network.triage), key)
    DeskKey.objects.create(
        desk=network.triage,
        number=2,
        recipient=key.recipient,
        signing=key.signing,
        document=document,
        signature=signature,
    )
    rows(Desk).filter(pk=network.triage.pk).update(recipient=key.recipient, signing=key.signing)
    assert broken() == "log"


def test_once_a_desk_has_two_keys_a_new_statement_begins_with_the_second(network: Network) -> None:
    before = network.helper.desk_key(network.triage)
    give_key(network.triage, network.helper, before=before, number=2)
    sign_routing()
    found = in_force()
    assert found.routing.desks[network.triage.code].key.number == 2
    assert found.for_page["later"] == {}


def test_a_desk_that_was_never_signed_is_no_trouble_and_receives_nothing(network: Network) -> None:
    desk = new_desk(network.other, "hai")
    give_key(desk, network.stranger)
    assert desk_and_case("hai") is None
    assert "hai" not in in_force().keys


# --- rows have no say


def test_a_province_that_a_row_leads_elsewhere_goes_where_it_was_signed(network: Network) -> None:
    rows(Province).filter(code="M01").update(desk=network.other_desk)
    assert desk_for("M01") == network.triage
    assert differences(in_force()) == ["M01"]


def test_a_case_desk_that_rows_name_otherwise_reads_no_identity(network: Network) -> None:
    rows(Desk).filter(pk=network.case.pk).update(purpose="triage")
    rows(Desk).filter(pk=network.triage.pk).update(purpose="case")
    assert case_desk(network.triage) == network.case


def test_what_rows_say_otherwise_than_was_signed_is_listed(network: Network) -> None:
    assert differences(in_force()) == []
    set_province_desk(code="M03", desk=network.other_desk)
    rows(Province).filter(code="M02").update(desk=None)
    assert differences(in_force()) == ["M02", "M03"]
    sign_routing()
    assert differences(in_force()) == []
    rows(Fallback).update(triage=network.other_desk)
    assert differences(in_force()) == [""]


def test_a_province_whose_desk_has_no_key_is_not_drafted(network: Network) -> None:
    new_province("M04", "Hai", new_desk(network.other, "hai"))
    assert "M04" not in draft(serial=1).provinces
    assert "hai" not in draft(serial=1).desks


# --- what may be put in use


def test_a_newer_file_of_the_same_key_is_used(network: Network) -> None:
    routing = signing.use(signed(draft(serial=2)))
    assert routing.serial == 2
    assert in_force().routing.serial == 2
    assert list(Path(settings.TINCAY_DATA).glob("routing*")) == [statement_path()]


@pytest.mark.parametrize("serial", [0, 1])
def test_a_file_that_is_not_newer_is_not_used(network: Network, serial: int) -> None:
    before = statement_path().read_bytes()
    with pytest.raises(signing.CannotUse, match="newer"):
        signing.use(signed(draft(serial=serial)))
    assert statement_path().read_bytes() == before


def test_a_file_of_another_key_is_not_used_however_new(network: Network) -> None:
    before = statement_path().read_bytes()
    with pytest.raises(signing.CannotUse, match="another key"):
        signing.use(signed(draft(serial=99), OTHER_SEED))
    assert statement_path().read_bytes() == before


def test_where_none_is_in_use_the_first_file_is_taken(network: Network) -> None:
    statement_path().unlink()
    assert signing.use(signed(draft(serial=7), OTHER_SEED)).serial == 7
    assert in_force().routing.serial == 7


def test_a_file_that_is_not_signed_is_not_used(network: Network) -> None:
    before = statement_path().read_bytes()
    told = json.loads(signed(draft(serial=2)))
    told["statement"]["signature"] = base64url(bytes(64))
    for text in (json.dumps(told), "{}", ""):
        with pytest.raises(signing.CannotUse, match="signed"):
            signing.use(text)
    assert statement_path().read_bytes() == before


def test_a_file_in_use_that_was_spoiled_stops_the_next_one_too_and_is_named(network: Network) -> None:
    statement_path().write_text("{}")
    with pytest.raises(signing.CannotUse, match="the file in use is not signed"):
        signing.use(signed(draft(serial=2)))
    with pytest.raises(CommandError, match="the file in use is not signed"):
        said("draft")


def test_a_file_of_another_log_is_not_used(network: Network) -> None:
    before = statement_path().read_bytes()
    with pytest.raises(signing.CannotUse, match="TINCAY_ORIGIN"):
        signing.use(signed(replace(draft(serial=2), origin="another.example/log")))
    assert statement_path().read_bytes() == before


@pytest.mark.parametrize("column", ["recipient", "signing"])
def test_a_file_with_other_keys_than_the_rows_is_not_used(network: Network, column: str) -> None:
    """Intake would close with it."""
    before, drafted = statement_path().read_bytes(), draft(serial=2)
    other = desk_key_of(new_key()[0], desk=network.triage.code, number=1)
    routed = drafted.desks[network.triage.code]
    key = routed.key._replace(**{column: getattr(other, column)})
    desks = {**drafted.desks, network.triage.code: replace(routed, key=key)}
    with pytest.raises(signing.CannotUse, match="keys"):
        signing.use(signed(replace(drafted, desks=desks)))
    assert statement_path().read_bytes() == before
    assert in_force().routing.serial == 1


def test_a_file_of_before_a_desk_renewed_its_key_is_used(network: Network) -> None:
    """The desk's old key leads to the new one: the operator need not sign again."""
    drafted = draft(serial=2)
    give_key(network.triage, network.helper, before=network.helper.desk_key(network.triage), number=2)
    assert signing.use(signed(drafted)).serial == 2
    assert in_force().keys[network.triage.code].number == 2


# --- the install's key


def test_the_installs_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "install.key"
    seed = signing.make_install_key(path)
    assert signing.read_install_key(path) == seed
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        signing.make_install_key(path)
    assert signing.read_install_key(path) == seed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tincay-install-key/v1",
        f"tincay-log-key/v1 {base64url(bytes(32))}",
        "tincay-install-key/v1 AAAA",
        "é ö",
    ],
    ids=["empty", "no key", "another key", "too short", "no letters"],
)
def test_what_is_no_install_key_signs_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "install.key"
    path.write_text(text)
    with pytest.raises(signing.CannotUse):
        signing.read_install_key(path)
    with pytest.raises(signing.CannotUse):
        signing.read_install_key(tmp_path / "nothing.key")


def test_only_a_demo_keeps_its_key_beside_its_data(network: Network) -> None:
    """The key is made when it is asked for, and then it is the same."""
    path = Path(settings.TINCAY_DATA) / settings.DEMO_KEY_FILE
    assert not path.exists()
    assert signing.install_seed() == signing.install_seed()
    path.unlink()


# --- the command


def said(
    word: str, *args: object, typed: str = "", monkeypatch: pytest.MonkeyPatch | None = None
) -> tuple[str, str]:
    """What a word of the command writes: for the next word, and for the operator's eyes."""
    out, err = io.StringIO(), io.StringIO()
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command("routing", word, *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_operator_makes_a_key_drafts_signs_elsewhere_and_uses(
    network: Network, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TINCAY_DATA = tmp_path / "data"
    settings.TINCAY_DATA.mkdir()
    key, file = tmp_path / "install.key", tmp_path / "routing.json"
    public = said("key", str(key))[0].strip()
    assert public == base64url(signing_public(signing.read_install_key(key)))
    drafted, shown = said("draft")
    assert drafted.strip() == spelled(draft(serial=1).document()).decode()
    signed_text, shown_again = said("sign", "--key", str(key), typed=drafted, monkeypatch=monkeypatch)
    assert shown_again == shown
    file.write_text(signed_text)
    assert said("use", str(file))[0].strip() == "In use: number 1, 4 desks."
    assert in_force().routing == draft(serial=1)
    assert json.loads(said("draft")[0])["serial"] == 2


def test_the_operator_reads_which_desk_each_province_goes_to_and_every_key(network: Network) -> None:
    _, shown = said("draft")
    lines = shown.splitlines()
    assert lines == sorted(lines[:4]) + sorted(lines[4:6]) + lines[6:]
    for desk in rows(Desk).exclude(recipient=""):
        assert f"desk {desk.code} (key 1, case desk cay-me-ho-tro" in shown
        assert " ".join(fingerprint(desk.recipient.encode(), words())) in shown
    assert "desk giam-sat-ban (key 1, case desk cay-me-ho-tro, state body)" in shown
    assert "province M02: ben-song-tiep-nhan" in shown
    assert lines[-1] == "everything else: cay-me-tiep-nhan"


def test_a_draft_without_default_desks_is_refused_in_words(team: Team) -> None:
    with pytest.raises(CommandError, match="default"):
        said("draft")


@pytest.mark.parametrize("place", ["triage", "case"])
def test_a_draft_whose_default_desk_has_no_key_is_refused_in_words(network: Network, place: str) -> None:
    rows(Fallback).update(**{place: new_desk(network.other, "hai")})
    rows(Desk).exclude(organisation=network.triage.organisation).filter(purpose="case").update(recipient="")
    with pytest.raises(CommandError, match=r"No key yet: hai\b"):
        said("draft")


def test_the_installs_key_is_never_made_in_the_servers_data(network: Network) -> None:
    for path in ("install.key", "deeper/../install.key"):
        with pytest.raises(CommandError, match="data folder"):
            said("key", str(Path(settings.TINCAY_DATA) / path))
    assert not (Path(settings.TINCAY_DATA) / "install.key").exists()


def test_a_draft_that_is_none_is_not_signed(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "install.key"
    signing.make_install_key(key)
    document = draft(serial=1).document()
    for typed in ("", "{", "{}", json.dumps(document | {"default": "giam-sat-ban"})):
        with pytest.raises(CommandError):
            said("sign", "--key", str(key), typed=typed, monkeypatch=monkeypatch)


def test_the_command_uses_no_file_that_signing_refuses(network: Network, tmp_path: Path) -> None:
    file = tmp_path / "routing.json"
    file.write_text(signed(draft(serial=9), OTHER_SEED))
    with pytest.raises(CommandError, match="another key"):
        said("use", str(file))
    with pytest.raises(CommandError):
        said("use", str(tmp_path / "nothing.json"))
    assert in_force().routing.serial == 1
