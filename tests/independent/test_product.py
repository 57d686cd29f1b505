"""What the product really makes is what its documents say; one altered byte, member or key of it is refused."""

import ast
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.cast import NOW, Hands, Helper, Network, Reporter, Team, again, give_key, rows, url64
from tests.independent import base, codes, logged, sealed, signed
from tests.independent.base import Refused
from tests.independent.test_examples import members_of
from tests.log.conftest import RunningWitness, cosign, hand, witness
from tincay.core.sealing import bundle_identity
from tincay.directory.routing import in_force, statement_path
from tincay.log.actions import create_log_key, sign_checkpoint
from tincay.log.keys import policy_note
from tincay.log.models import ClearOpening
from tincay.people.models import Desk
from tincay.reports.envelope import NewCode
from tincay.reports.models import Message, Report
from tincay.reports.new_code import change_code
from tincay.vault.models import DeskWrap, Opening, PersonWrap, SealedText, Wrap
from tincay.visit.new_code import sealed_again

__all__ = ["hand", "witness"]
HERE = Path(__file__).parent
READERS = ("base", "codes", "logged", "sealed", "signed")
OURS = re.compile(r"tincay|tests\.(?!independent\.)|django")


@pytest.mark.parametrize("name", READERS)
def test_a_reader_imports_nothing_of_the_product(name: str) -> None:
    tree = ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    ]
    assert imported
    assert not list(filter(OURS.match, imported))


def flipped(data: bytes, place: int = -1) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def refused(read: Callable[..., object], *what: Any) -> bool:
    with pytest.raises(Refused):
        read(*what)
    return True


def altered(statement: dict[str, str], old: str, new: str) -> dict[str, str]:
    assert old in statement["document"]
    return statement | {"document": statement["document"].replace(old, new, 1)}


def opened_code(reporter: Reporter) -> codes.Opened:
    """What her code opens, as the reader finds it."""
    return codes.stretch(reporter.code, reporter.salt)


def signing_key(reporter: Reporter) -> bytes:
    return base.signing_of(opened_code(reporter).seed)


def present_keys() -> dict[str, Any]:
    """The keys of the desks as the page gives them, followed from the install's own key."""
    page = json.loads(json.dumps(in_force().for_page))
    routing = signed.read_routing(page["install"], page["statement"])
    return signed.present_keys(routing, page["later"])


def statements_of(report: Report) -> list[dict[str, str]]:
    kept = report.signed_words.order_by("number")
    return [
        {"document": bytes(row.document).decode(), "signature": url64(bytes(row.signature))} for row in kept
    ]


# --- sealed things


def test_a_wrap_opens_to_the_key_that_is_named_and_no_other(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    identity = opened_code(reporter).identity
    [row] = rows(Wrap).filter(
        compartment__owner=report.id, compartment__kind="narrative", holder_kind="receipt"
    )
    wrap, of = bytes(row.sealed), row.compartment.recipient
    key = sealed.open_wrap(wrap, identity, of)
    assert refused(sealed.open_wrap, wrap, identity, network.triage.recipient)
    assert all(
        refused(sealed.open_wrap, flipped(wrap, place), identity, of) for place in range(0, len(wrap), 7)
    )
    [text] = rows(SealedText).filter(compartment=row.compartment)
    assert sealed.open_document(bytes(text.sealed), key)["answers"] == {"need": ["listen_only"]}


def test_a_desks_key_opens_through_the_own_one_of_a_member(network: Network, reporter: Reporter) -> None:
    """Person, desk, compartment, words: the way that a helper's browser goes."""
    report, worker = reporter.send(), network.helper
    kept = rows(PersonWrap).get(user=worker.user)
    parameters = kept.scrypt_n, kept.scrypt_r, kept.scrypt_p
    root = codes.person_identity(worker.passphrase, bytes(kept.salt), *parameters)
    person = sealed.open_wrap(bytes(kept.sealed), root, worker.user.recipient)
    held = rows(DeskWrap).get(user=worker.user, desk=network.triage)
    desk = sealed.open_wrap(bytes(held.sealed), person, network.triage.recipient)
    assert signed.desk_signing_of(desk) == bytes(rows(Desk).get(pk=network.triage.pk).signing)
    [row] = rows(Wrap).filter(compartment__owner=report.id, compartment__kind="narrative", holder_kind="desk")
    assert sealed.open_wrap(bytes(row.sealed), desk, row.compartment.recipient)
    other = codes.person_identity(worker.passphrase + "x", bytes(kept.salt), *parameters)
    assert refused(sealed.open_wrap, bytes(kept.sealed), other, worker.user.recipient)


def test_her_key_in_another_organisations_rows_is_another_for_each_bundle(reporter: Reporter) -> None:
    identity, bundle = opened_code(reporter).identity, UUID(int=7)
    mine = codes.bundle_identity(identity, bundle.hex)
    assert mine == base.identity_of(bundle_identity(reporter.keys.identity, bundle))
    assert mine != codes.bundle_identity(identity, UUID(int=8).hex)


# --- the envelope


@pytest.fixture
def envelope(network: Network, reporter: Reporter) -> dict[str, Any]:
    return reporter.envelope_json(grants=[reporter.grant("count_statistics")])


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a member more": lambda one: one.update(more=1),
    "a truth for a number": lambda one: one.update(v=True),
    "another priority": lambda one: one.update(priority="p0"),
    "another key": lambda one: one.update(key="A" * 21 + "B"),
    "another desk": lambda one: one.update(desk="ben-song-tiep-nhan"),
    "another verifying key": lambda one: one["receipt"].update(signing="A" * 43),
    "a locator with padding": lambda one: one["receipt"].update(locator=one["receipt"]["locator"] + "="),
    "no contact": lambda one: one["compartments"].pop("contact"),
    "a part twice": lambda one: one["compartments"]["narrative"]["sealed"].append(
        one["compartments"]["narrative"]["sealed"][0]
    ),
    "two wraps to one": lambda one: one["compartments"]["thread"].update(
        wraps=one["compartments"]["thread"]["wraps"][:1] * 2
    ),
    "another's words": lambda one: one["words"].update(signature="A" * 86),
    "a grant that she did not sign": lambda one: one["grants"][0].update(signature="A" * 86),
    "a grant twice": lambda one: one["grants"].append(one["grants"][0]),
}


def test_an_envelope_is_sealed_to_the_keys_that_the_install_signed(envelope: dict[str, Any]) -> None:
    keys = present_keys()
    case = "cay-me-ho-tro"
    assert sealed.read_envelope(json.dumps(envelope), keys, case) == envelope
    assert refused(sealed.read_envelope, json.dumps(envelope), keys, "ben-song-tiep-nhan")
    twice = json.dumps(envelope).replace('"v": 1', '"v": 1, "v": 1', 1)
    assert refused(sealed.read_envelope, twice, keys, case)


@pytest.mark.parametrize("why", CHANGES)
def test_an_envelope_in_which_anything_was_changed_is_refused(envelope: dict[str, Any], why: str) -> None:
    keys = present_keys()
    CHANGES[why](envelope)
    assert refused(sealed.read_envelope, json.dumps(envelope), keys, "cay-me-ho-tro")


# --- her words, replies, steps


@pytest.fixture
def talk(network: Network, reporter: Reporter, helper: Helper) -> Report:
    """A report that was sent, answered and written to."""
    report = reporter.send()
    helper.bring(report, "in_handling")
    reporter.write("Bao giờ có tin?")
    reporter.consent("count_statistics")
    helper.pause(report)
    helper.resume(report)
    helper.raise_priority(report, "p1")
    helper.answer(report, "Tuần sau.")
    return again(report)


def test_her_words_are_hers_and_all_there(talk: Report, reporter: Reporter) -> None:
    statements, key = statements_of(talk), signing_key(reporter)
    story = signed.read_story(statements, key)
    assert [words["kind"] for words in story] == ["report", "message"]
    for row in rows(SealedText).filter(compartment__owner=talk.id, compartment__kind="narrative"):
        signed.check_hers(story, row.compartment.recipient, [bytes(row.sealed)])
        assert refused(signed.check_hers, story, row.compartment.recipient, [flipped(bytes(row.sealed))])
        assert refused(signed.check_hers, story, row.compartment.recipient, [])
    assert refused(signed.read_story, statements[1:], key)
    assert refused(signed.read_story, [altered(statements[0], '"p2"', '"p3"'), statements[1]], key)
    assert refused(signed.read_story, statements, base.signing_of(bytes(32)))


def thread_of(talk: Report, reporter: Reporter) -> tuple[bytes, str]:
    """The identity of the thread, opened with her code, and its public key."""
    [row] = rows(Wrap).filter(compartment__owner=talk.id, compartment__kind="thread", holder_kind="receipt")
    of = row.compartment.recipient
    return sealed.open_wrap(bytes(row.sealed), opened_code(reporter).identity, of), of


def test_a_reply_is_the_desks_and_stands_where_the_page_says(
    talk: Report, reporter: Reporter, helper: Helper
) -> None:
    identity, thread = thread_of(talk, reporter)
    message = rows(Message).filter(from_reporter=False).get()
    document = sealed.open_document(bytes(message.text.sealed), identity)
    place = signed.Place(thread, message.key, message.kind, message.number or 0, ["2026-06-30"])
    pins = signed.pins(signed.read_story(statements_of(talk), signing_key(reporter)), thread)
    assert signed.read_reply(document, pins, place) == "Tuần sau."
    assert refused(
        signed.read_reply, document | {"reply": document["reply"].replace("Tuần", "Tháng")}, pins, place
    )
    assert refused(signed.read_reply, document, [bytes(32)], place)
    for other in (
        {"thread": "age1"},
        {"key": "x"},
        {"kind": "message"},
        {"by": 99},
        {"days": ["2026-07-02"]},
    ):
        assert refused(signed.read_reply, document, pins, signed.Place(**{**vars(place), **other}))


def events_of(talk: Report, reporter: Reporter) -> list[dict[str, Any]]:
    opened = rows(Opening).filter(owner=talk.id).order_by("number")
    identity = opened_code(reporter).identity
    return [step_in(row, identity, row.for_receipt).event for row in opened]


def step_in(row: Opening, identity: bytes, side: bytes | memoryview) -> logged.Leaf:
    """What was sealed of a leaf to one of both sides."""
    text = sealed.open_sealed(bytes(side), identity).decode()
    return logged.read_step(text, logged.Key.read(create_log_key()), row.owner.hex)


def test_every_step_of_a_report_is_an_opening_of_hers_and_none_is_missing(
    talk: Report, reporter: Reporter
) -> None:
    events, words, key = events_of(talk, reporter), statements_of(talk)[0], signing_key(reporter)
    logged.check_steps(events, key, words)
    for event in events:
        always, sometimes = members_of(event["kind"])
        told = event.keys() - {"day", "desk", "kind", "n", "record"}
        assert always <= told <= always | sometimes
    identity, _ = thread_of(talk, reporter)
    for row in rows(Opening).filter(owner=talk.id):
        assert step_in(row, identity, row.for_thread).event in events
    said = [event["sealed"] for event in events if event["kind"] == "message_posted"]
    assert said == [
        hashlib.sha256(bytes(row.text.sealed)).hexdigest() for row in rows(Message).order_by("place")
    ]
    assert refused(logged.check_steps, [*events[:2], *events[3:]], key, words)
    assert refused(logged.check_steps, events, bytes(32), words)
    assert refused(logged.check_steps, events, key, statements_of(talk)[1])


# --- consent


def test_a_word_of_hers_about_consent(network: Network, reporter: Reporter) -> None:
    key, to = signing_key(reporter), "desk:ben-song-tiep-nhan"
    said = [
        reporter.grant("share_service", receiver=to, items=["words", "need"]),
        reporter.grant("share_service", given=False, receiver=to, items=["words"]),
    ]
    made = [{"document": one.document, "signature": url64(one.signature)} for one in said]
    yes, no = (signed.read_grant(one, key) for one in made)
    assert signed.allows([yes], "share_service", to, "words", "2026-06-30")
    assert not signed.allows([yes, no], "share_service", to, "words", "2026-06-30")
    assert signed.allows([yes, no], "share_service", to, "need", "2026-06-30")
    assert not signed.allows([yes], "share_service", "body:don-mau", "need", "2026-06-30")
    assert refused(signed.allows, [no, yes], "share_service", to, "need", "2026-06-30")
    for old, new in (('"given":true', '"given":false'), ("ben-song", "cay-me"), ('"n":1', '"n":3')):
        assert refused(signed.read_grant, altered(made[0], old, new), key)
    assert refused(signed.read_grant, made[0], base.signing_of(bytes(32)))


# --- desk keys, routing, vouchers


def test_a_renewed_key_of_a_desk_follows_from_the_one_that_the_install_signed(network: Network) -> None:
    desk, before = network.triage, network.helper.desk_key(network.triage)
    give_key(desk, network.helper, network.supervisor, before=before, number=2)
    page = json.loads(json.dumps(in_force().for_page))
    file = json.loads(statement_path().read_bytes())
    assert page["statement"] == file["statement"]
    routing = signed.read_routing(file["install"], file["statement"])
    fresh = rows(Desk).get(pk=desk.pk)
    key = signed.present_keys(routing, page["later"])[desk.code]
    assert (key["number"], key["recipient"]) == (2, fresh.recipient)
    first = base.from_url64(routing["desks"][desk.code]["signing"], 32)
    assert signed.successors([first], page["later"][desk.code]) == {first, bytes(fresh.signing)}
    [later] = page["later"][desk.code]
    assert refused(signed.present_keys, routing, {desk.code: [altered(later, '"number":2', '"number":3')]})
    assert refused(signed.present_keys, routing, {desk.code: [later, later]})
    assert refused(signed.read_routing, file["install"], altered(file["statement"], "M01", "M02"))
    assert refused(signed.read_routing, "A" * 43, file["statement"])


def test_a_desk_vouches_for_each_member_by_name_of_its_key(team: Team) -> None:
    desk = {"desk": team.desk.code, "number": 1, "recipient": team.desk.recipient}
    desk["signing"] = url64(bytes(team.desk.signing))
    row = rows(DeskWrap).get(user=team.helper.user)
    voucher = {"document": bytes(row.voucher).decode(), "signature": url64(bytes(row.signature))}
    signed.check_voucher(voucher, desk, team.helper.user.recipient)
    assert refused(signed.check_voucher, voucher, desk, team.supervisor.user.recipient)
    assert refused(
        signed.check_voucher, altered(voucher, team.desk.code, "x"), desk, team.helper.user.recipient
    )


# --- coming back, a new code


def test_a_visit_opens_to_the_answer_of_its_own_challenge(
    network: Network, reporter: Reporter, client: Client
) -> None:
    reporter.send()
    mine = opened_code(reporter)

    def post(path: str, **body: str) -> Any:
        return client.post(path, json.dumps(body), content_type="application/json")

    asked = post("/back/ask/", locator=url64(mine.locator)).json()
    challenge = base.from_base64(asked["challenge"])
    answer = sealed.open_challenge(challenge, mine.identity, mine.locator, asked["ticket"])
    assert refused(sealed.open_challenge, challenge, mine.identity, bytes(32), asked["ticket"])
    assert refused(sealed.open_challenge, flipped(challenge), mine.identity, mine.locator, asked["ticket"])
    assert post("/back/in/", ticket=asked["ticket"], answer=url64(answer)).status_code == 200
    unknown = post("/back/ask/", locator=url64(bytes(32))).json()
    assert len(unknown["challenge"]) == len(asked["challenge"])
    assert refused(
        sealed.open_challenge,
        base.from_base64(unknown["challenge"]),
        mine.identity,
        bytes(32),
        unknown["ticket"],
    )


def test_a_new_code_follows_from_the_old_one_and_carries_everything(talk: Report, reporter: Reporter) -> None:
    before, old = signed.read_story(statements_of(talk), signing_key(reporter)), signing_key(reporter)
    after = reporter.next_person()
    change_code(report=talk, new=made_anew(talk, reporter, after), now=NOW)
    fresh = again(talk)
    [change] = fresh.receipt_changes.all()
    told = {"document": bytes(change.document).decode(), "signature": url64(bytes(change.signature))}
    key = signed.follow_receipts(old, [told])
    assert key == bytes(fresh.signing) == signing_key(after)
    after_words = signed.read_story(statements_of(fresh), key)
    signed.check_signed_again(after_words, before)
    assert refused(signed.check_signed_again, after_words, before[:1])
    assert refused(signed.follow_receipts, key, [told])
    assert refused(signed.follow_receipts, old, [altered(told, '"v":1', '"v":2')])
    events = events_of(fresh, after)
    assert events[-1]["kind"] == "receipt_changed"
    assert base.from_url64(events[-1]["signing"], 32) == key


def made_anew(report: Report, old: Reporter, new: Reporter) -> NewCode:
    """Everything that the old code opens, for the new one."""
    return sealed_again(report, old=old.keys, new=new.keys)


# --- the log


def test_the_promise_is_the_logs_and_names_the_leaf_and_the_week(
    network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    log = logged.Key.read(create_log_key())
    leaf, week = logged.read_promise(report.promise, log)
    [row] = rows(Opening).filter(owner=report.id)
    step = step_in(row, opened_code(reporter).identity, row.for_receipt)
    assert (leaf, week) == (step.hash, "2026-W27")
    for old, new in (("W27", "W28"), ("within 24h", "within 48h"), ("origin ", "origin  "), ("\n\n", "\n")):
        assert refused(logged.read_promise, report.promise.replace(old, new, 1), log)


def test_an_opening_opens_one_leaf(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    [row] = rows(Opening).filter(owner=report.id)
    step = sealed.open_sealed(bytes(row.for_receipt), opened_code(reporter).identity).decode()
    log = logged.Key.read(create_log_key())
    for spoiled in (step.replace("ben", "bem").replace("cay", "cai"), step[:-9] + step[-8:], "{}"):
        assert refused(logged.read_step, spoiled, log, report.id.hex)
    assert refused(logged.read_step, step, log, "0" * 32)
    text = json.loads(step)["opening"]
    other = text.replace("cay-me-tiep-nhan", "ben-song-tiep-nhan")
    assert logged.read_opening(other).hash != logged.read_opening(text).hash
    for spoiled in (
        text + "\n",
        text.replace('"v":1', '"v":2'),
        text.replace('"v":1', '"v": 1'),
        text[:-9] + '"v":1}',
    ):
        assert refused(logged.read_opening, spoiled)


def test_her_proof_file_is_valid_and_no_letter_of_it_can_be_changed(
    network: Network, clock: Hands, client: Client, reporter: Reporter, witness: RunningWitness
) -> None:
    reporter.send()
    clock.move(days=1)
    cosign(sign_checkpoint(now=clock.now))
    client.post("/back/", {"plain-code": reporter.code})
    file = client.get("/back/proof/file/").content.decode()
    proof = logged.read_proof(file, logged.read_signed_policy(policy_note()))
    assert (proof.leaf.event["kind"], proof.registered) == ("report_received", True)
    assert proof.checkpoint.times.keys() == {"w1.example/witness"}
    log = logged.Policy.read(f"log {create_log_key()}\nquorum none\n")
    assert (
        logged.read_checkpoint(client.get("/log/checkpoint").content.decode(), log).root
        == proof.checkpoint.root
    )
    places = [*range(0, len(file), 23), len(file) - 1]
    swapped = [file[:place] + ("A" if file[place] != "A" else "B") + file[place + 1 :] for place in places]
    assert all(refused(logged.read_proof, spoiled) for spoiled in swapped)


def test_the_days_own_leaf_counts_every_leaf_of_the_tree(
    network: Network, clock: Hands, reporter: Reporter
) -> None:
    reporter.send()
    clock.move(days=1)
    signed_day = sign_checkpoint(now=clock.now)
    events = [logged.read_opening(bytes(row.opening).decode()).event for row in ClearOpening.objects.all()]
    [totals] = [event for event in events if event["kind"] == "day_totals"]
    counts = logged.read_day_totals(totals)
    assert (totals["from"], totals["size"]) == (0, signed_day.size)
    assert (counts["report_received"], counts["day_totals"]) == (1, 1)
    assert refused(logged.read_day_totals, totals | {"count_cover": counts["cover"] + 1})
    assert refused(logged.read_day_totals, totals | {"week": "2026-W01"})
    logged.check_growth([(clock.now.date(), signed_day.size)])
    assert refused(logged.check_growth, [(clock.now.date(), signed_day.size - 1)])
    keys = [logged.read_key_changed(event) for event in events if event["kind"] == "key_changed"]
    assert {key["recipient"] for key in keys} == {key["recipient"] for key in present_keys().values()} | {
        network.oversight_desk.recipient
    }
    assert refused(logged.read_key_changed, keys[0] | {"number": 0})
