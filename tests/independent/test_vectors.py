"""The reader says of every shared vector what the product's two halves have to say."""

import base64
import csv
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.independent import base, codes, logged, sealed, signed
from tests.independent.base import Refused

ROOT = Path(__file__).parents[2]


def vectors(name: str) -> Any:
    return json.loads((ROOT / "tests/vectors" / f"{name}.json").read_text(encoding="utf-8"))


def url64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


SEALING, AUTHORSHIP, STATEMENTS = vectors("sealing"), vectors("authorship"), vectors("statements")
ROUTING, TOTALS, RENEWAL = vectors("routing"), vectors("ledger/day_totals"), vectors("renewal")
SYLLABLES = (ROOT / "packs/vn/words.txt").read_text(encoding="utf-8").split()


def named(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "case", cases, ids=[str(case.get("why", case.get("name"))) for case in cases]
    )


# --- sealed things


@pytest.mark.parametrize("case", SEALING["receipts"])
def test_what_a_code_opens(case: dict[str, str]) -> None:
    opened = codes.stretch(case["code"], base64.b64decode(case["salt"]))
    assert opened.locator == base64.b64decode(case["locator"])
    assert opened.identity == base.identity_of(case["identity"])
    assert base.public_of(opened.identity) == base.recipient_of(case["recipient"])
    assert base.signing_of(opened.seed) == base64.b64decode(case["signing_public"])


@pytest.mark.parametrize("case", SEALING["passphrases"])
def test_what_a_passphrase_opens(case: dict[str, Any]) -> None:
    found = codes.person_identity(
        case["passphrase"], base64.b64decode(case["salt"]), case["n"], case["r"], case["p"]
    )
    assert found == base.identity_of(case["identity"])


def test_what_is_sealed() -> None:
    for case in SEALING["sealed"]:
        data, identity = base64.b64decode(case["sealed"]), base.identity_of(case["identity"])
        assert sealed.open_sealed(data, identity).decode() == case["plain"]
    for case in SEALING["documents"]:
        data, identity = base64.b64decode(case["sealed"]), base.identity_of(case["identity"])
        assert sealed.open_document(data, identity) == case["document"]
    for case in SEALING["wraps"]:
        data, holder = base64.b64decode(case["sealed"]), base.identity_of(case["holder"])
        assert sealed.open_wrap(data, holder, case["recipient"]) == base.identity_of(case["identity"])


@named(SEALING["refused"])
def test_a_header_that_is_refused_before_any_key_is_tried(case: dict[str, str]) -> None:
    with pytest.raises(Refused):
        sealed.read_header(base64.b64decode(case["sealed"]))


@named(SEALING["tampered"])
def test_a_sealed_thing_that_was_altered(case: dict[str, str]) -> None:
    with pytest.raises(Refused, match="altered"):
        sealed.open_sealed(
            base64.b64decode(case["sealed"]), base.identity_of(SEALING["sealed"][0]["identity"])
        )


def test_padded_sizes() -> None:
    for length, size in SEALING["padded_sizes"]:
        assert sealed.padded_size(length) == size


def test_a_challenge_is_answered_in_its_own_visit_alone() -> None:
    [case] = SEALING["challenges"]
    receipt = SEALING["receipts"][case["receipt"]]
    data, locator = base64.b64decode(case["sealed"]), base64.b64decode(receipt["locator"])
    identity = base.identity_of(receipt["identity"])
    secret = sealed.open_challenge(data, identity, locator, case["ticket"])
    assert secret == base64.b64decode(case["secret"])
    for other in ((locator, case["ticket"] + "x"), (bytes(32), case["ticket"])):
        with pytest.raises(Refused, match="another visit"):
            sealed.open_challenge(data, identity, *other)


# --- signed statements


@named(STATEMENTS["spelled"])
def test_the_one_spelling(case: dict[str, Any]) -> None:
    assert base.read_spelled(case["written"]) == case["document"]


@named(STATEMENTS["statements"])
def test_a_statement_of_each_kind(case: dict[str, Any]) -> None:
    assert signed.LABELS[case["kind"]] == case["label"]
    assert signed.read_statement(case["kind"], case["signed"], url64(case["public"])) == case["document"]


def test_there_is_a_vector_for_each_kind_of_statement() -> None:
    assert {case["kind"] for case in STATEMENTS["statements"]} == signed.LABELS.keys()


@named(STATEMENTS["refused"])
def test_a_statement_that_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        signed.read_statement(case["kind"], case["signed"], url64(case["public"]))


def test_grants() -> None:
    for case in SEALING["grants"]:
        public = base64.b64decode(SEALING["receipts"][case["receipt"]]["signing_public"])
        signature = base64.urlsafe_b64encode(base64.b64decode(case["signature"])).decode().rstrip("=")
        grant = signed.read_grant({"document": case["document"], "signature": signature}, public)
        assert case["grant"] == {
            **case["grant"],
            **{name: grant[name] for name in ("scope", "receiver", "given", "n")},
        }
        assert set(grant["items"]) == set(case["grant"]["items"])


# --- who wrote what


@named([case for case in AUTHORSHIP["words"] if not case["forged"]])
def test_her_words(case: dict[str, Any]) -> None:
    story = signed.read_story(case["statements"], url64(case["signing"]))
    for thread, keys in case["desk_keys"].items():
        assert signed.pins(story, thread) == set(map(url64, keys))
    for one in case["checks"]:
        hash_ = hashlib.sha256(url64(one["sealed"])).hexdigest()
        assert (hash_ in signed.named(story, one["recipient"])) == one["hers"]
    for one in case["wholes"]:
        hers = signed.named(story, one["recipient"])
        hashes = [hashlib.sha256(url64(text)).hexdigest() for text in one["texts"]]
        assert ([each for each in hashes if each in hers] == hers) == one["whole"]


@named([case for case in AUTHORSHIP["words"] if case["forged"]])
def test_words_that_are_not_hers_or_not_all(case: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        signed.read_story(case["statements"], url64(case["signing"]))


def reply(case: dict[str, Any]) -> str:
    said = signed.Place(**case["said"])
    return signed.read_reply(case["document"], [url64(key) for key in case["desk_keys"]], said)


@named(AUTHORSHIP["replies"]["read"])
def test_a_reply(case: dict[str, Any]) -> None:
    if "forged" in case:
        with pytest.raises(Refused):
            reply(case)
    else:
        assert reply(case) == case["words"]


def test_the_key_that_a_desk_signs_with() -> None:
    made = AUTHORSHIP["replies"]["made"]
    assert signed.desk_signing_of(base.identity_of(made["identity"])) == url64(made["signing"])


@named(AUTHORSHIP["keys"]["follow"])
def test_a_chain_of_desk_keys(case: dict[str, Any]) -> None:
    first = AUTHORSHIP["keys"]["first"]
    if case["last"]:
        assert signed.follow(first, case["later"]) == case["last"]
    else:
        with pytest.raises(Refused):
            signed.follow(first, case["later"])


@named(AUTHORSHIP["keys"]["successors"])
def test_the_keys_that_follow_from_what_she_pinned(case: dict[str, Any]) -> None:
    found = signed.successors(map(url64, case["pinned"]), case["later"])
    assert found == {url64(key) for key in case["found"]}


@named(AUTHORSHIP["vouchers"])
def test_a_voucher(case: dict[str, Any]) -> None:
    if case["vouched"]:
        signed.check_voucher(case["voucher"], case["desk"], case["recipient"])
    else:
        with pytest.raises(Refused):
            signed.check_voucher(case["voucher"], case["desk"], case["recipient"])


# --- where reports go


def test_where_reports_go() -> None:
    true = ROUTING["true"]
    assert signed.read_routing(true["install"], true["statement"]) == true["document"]


@named(ROUTING["unsigned"] + ROUTING["no_routing"])
def test_a_routing_statement_that_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        signed.read_routing(case["install"], case["statement"])


@named(ROUTING["keys"])
def test_present_keys(case: dict[str, Any]) -> None:
    if case["keys"]:
        assert case["keys"].items() <= signed.present_keys(ROUTING["true"]["document"], case["later"]).items()
    else:
        with pytest.raises(Refused):
            signed.present_keys(ROUTING["true"]["document"], case["later"])


# --- a desk's new key


@named(RENEWAL["present"])
def test_a_desks_key_while_it_gets_a_new_one(case: dict[str, Any]) -> None:
    if case["refused"]:
        with pytest.raises(Refused):
            signed.present_key(case, case["desk"])
        return
    assert signed.present_key(case, case["desk"]) == case["present"]


@named(RENEWAL["opened"])
def test_the_keys_that_a_helper_opened(case: dict[str, Any]) -> None:
    old, new = (case[name] and base.identity_of(case[name]) for name in ("old", "new"))
    if case["number"] is None:
        with pytest.raises(Refused):
            signed.check_opened(case, case["desk"], old, new)
        return
    assert signed.check_opened(case, case["desk"], old, new) == case["number"]


# --- codes and fingerprints


def test_codes_and_their_things() -> None:
    with (ROOT / "packs/vn/receipt_things.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    things = {codes.fold(row[language]): row["number"] for row in rows for language in ("vi", "en")}
    for case in vectors("receipts")["codes"]:
        assert codes.check_code(case["code"]) == case["grouped"].replace(" ", "")
        for language in ("vi", "en"):
            assert codes.code_of_things(case[language], things) == case["code"]


@pytest.mark.parametrize("case", vectors("fingerprints")["keys"], ids=lambda case: case["words"][0])
def test_fingerprints(case: dict[str, Any]) -> None:
    key = case["recipient"] if "recipient" in case else bytes.fromhex(case["key"])
    assert codes.fingerprint(key, SYLLABLES) == case["words"]
    assert all(codes.is_fingerprint(typed, key, SYLLABLES) for typed in case["same"])
    assert not any(codes.is_fingerprint(typed, key, SYLLABLES) for typed in case["other"])


# --- the log


@named(TOTALS["totals"])
def test_a_days_totals(case: dict[str, Any]) -> None:
    leaf = logged.read_opening(case["opening"])
    assert (leaf.data.hex(), leaf.hash.hex()) == (case["leaf"], case["hash"])
    if case["valid"]:
        assert logged.read_day_totals(leaf.event)
    else:
        with pytest.raises(Refused):
            logged.read_day_totals(leaf.event)


@named(TOTALS["floors"])
def test_the_floor_follows_from_the_sizes(case: dict[str, Any]) -> None:
    days = [(date.fromisoformat(day), added) for day, added in case["days"]]
    assert logged.floors(days, date.fromisoformat(case["next"])) == case["in_force"]


@named(vectors("ledger/evidence"))
def test_a_proof_file(case: dict[str, Any]) -> None:
    trusted = logged.Policy.read(case["trusted"]) if case["trusted"] else None
    if not case["valid"]:
        with pytest.raises(Refused):
            logged.read_proof(case["file"], trusted)
        return
    proof = logged.read_proof(case["file"], trusted)
    assert (proof.leaf.event, proof.index) == (case["event"], case["index"])
    assert (proof.checkpoint.size, dict(proof.checkpoint.times)) == (case["size"], case["witnesses"])
    assert proof.registered == case["registered"]
    assert case["log"].startswith(proof.log + "+")
