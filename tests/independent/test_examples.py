"""Each example in docs/formats is real: the readers, written from the same documents, take it, and no altered one."""

import base64
import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.independent import base, codes, logged, sealed, signed
from tests.independent.base import Refused

ROOT = Path(__file__).parents[2]
FORMATS = ROOT / "docs/formats"
REPORT = json.loads((ROOT / "tests/vectors/one_report.json").read_text(encoding="utf-8"))
ENVELOPE = REPORT["envelope"]
SIGNING = base.from_url64(ENVELOPE["receipt"]["signing"], 32)


def text(name: str) -> str:
    return (FORMATS / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str) -> list[str]:
    """The texts between fences, without the name of their language."""
    return [part.partition("\n")[2] for part in text(name).split("```")[1::2]]


def inline(name: str) -> list[str]:
    """Keys and signatures that stand in a sentence, in their order."""
    return re.findall(r"`([A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86})`", text(name))


def statement(name: str, place: int = 0) -> tuple[dict[str, str], bytes]:
    """A document of an example with the signature below it, and the key that signed it."""
    public, signature = inline(name)[:2]
    return {"document": blocks(name)[place].strip(), "signature": signature}, base.from_url64(public, 32)


def is_cut(shown: Any, whole: Any) -> bool:
    """Is this the same with long texts cut (…)?"""
    if isinstance(shown, dict) and isinstance(whole, dict):
        return shown.keys() == whole.keys() and all(is_cut(shown[name], whole[name]) for name in shown)
    if isinstance(shown, list) and isinstance(whole, list):
        return len(shown) == len(whole) and all(map(is_cut, shown, whole))
    if isinstance(shown, str) and "…" in shown:
        return len(shown) > 4 and isinstance(whole, str) and whole.startswith(shown.partition("…")[0])
    return type(shown) is type(whole) and bool(shown == whole)


def objects(block: str) -> list[Any]:
    """Every JSON object in a block of messages, one after another."""
    found, place = [], block.find("{")
    while place >= 0:
        read, place = json.JSONDecoder().raw_decode(block, place)
        found.append(read)
        place = block.find("{", place)
    return found


def routing() -> tuple[dict[str, Any], list[Any]]:
    """What the example in routing.md states, and the key that follows."""
    first, later = map(json.loads, blocks("routing"))
    return signed.read_routing(first["install"], first["statement"]), [later]


def test_every_document_of_a_format_has_an_example_that_is_read_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for name in sorted(path.stem for path in FORMATS.glob("*.md")):
        assert blocks(name), name
        assert f'"{name}"' in source, name


# --- seal.md


def test_the_envelope_of_the_example() -> None:
    document, later = routing()
    shown, answer, refusal = map(json.loads, blocks("seal")[:3])
    assert is_cut(shown, ENVELOPE)
    assert (answer.keys(), refusal["error"]) == (
        {"promise", "code_name", "first_look", "origin", "words"},
        "stale_desk",
    )
    keys = signed.present_keys(document, {})
    read = sealed.read_envelope(json.dumps(ENVELOPE), keys, "cay-me-truong-hop", REPORT["bits"])
    assert read["grants"] == ENVELOPE["grants"]
    renewed = signed.present_keys(document, {"cay-me-tiep-nhan": later})
    for others, bits in ((renewed, REPORT["bits"]), (keys, 200)):
        with pytest.raises(Refused):
            sealed.read_envelope(json.dumps(ENVELOPE), others, "cay-me-truong-hop", bits)


def test_her_code_opens_the_envelope_of_the_example() -> None:
    opened = codes.stretch(REPORT["code"], bytes.fromhex(REPORT["salt"]))
    assert base.signing_of(opened.seed) == SIGNING
    assert opened.locator == base.from_url64(ENVELOPE["receipt"]["locator"], 32)
    for name in ("narrative", "contact"):
        part = ENVELOPE["compartments"][name]
        key = sealed.open_wrap(
            base.from_base64(part["wraps"][1]["sealed"]), opened.identity, part["recipient"]
        )
        document = sealed.open_document(base.from_base64(part["sealed"][0]), key)
        rows = re.findall(rf"^\| {name} \| `(.+?)`", text("seal"), re.MULTILINE)
        assert [json.loads(row).keys() for row in rows] == [document.keys()]


# --- statement.md, words.md, grant.md


def test_the_statement_of_the_example() -> None:
    [example], [public] = map(json.loads, blocks("statement")), inline("statement")
    document = signed.read_statement("desk-key", example, base.from_url64(public, 32))
    assert [example] == routing()[1]
    assert document["number"] == 2
    labels = re.findall(r"^\|.+\| `(tincay/.+?)` \|", text("statement"), re.MULTILINE)
    assert sorted(labels) == sorted(signed.LABELS.values())


def test_her_words_of_the_example() -> None:
    written, public = statement("words")
    assert (written, public) == (ENVELOPE["words"], SIGNING)
    [words] = signed.read_story([written], public)
    signed.check_hers(
        [words],
        words["compartments"]["narrative"]["recipient"],
        list(map(base.from_base64, ENVELOPE["compartments"]["narrative"]["sealed"])),
    )


def test_the_reply_of_the_example() -> None:
    document = json.loads(blocks("words")[1])
    words = json.loads(ENVELOPE["words"]["document"])
    pinned = base.from_url64(words["desk_signing"], 32)
    thread = words["compartments"]["thread"]["recipient"]
    place = signed.Place(thread, "Zm9vYmFyYmF6cXV4MTIzNA", "answer", 2, ["2026-06-30"])
    assert signed.read_reply(document, [pinned], place) == "Chúng tôi đã hỏi chủ quán."
    assert pinned == base.from_url64(routing()[0]["desks"]["cay-me-tiep-nhan"]["signing"], 32)


def test_the_consent_of_the_example() -> None:
    grant = signed.read_grant(*statement("grant"))
    receiver = "desk:ben-song-tiep-nhan"
    assert signed.allows([grant], "share_service", receiver, "need", "2026-09-30")
    assert not signed.allows([grant], "share_service", receiver, "need", "2026-10-01")
    assert not signed.allows([grant], "share_service", receiver, "harm_type", "2026-06-30")


def said(
    n: int, given: bool, *, signer: str = "receipt", receiver: str | None = "body:a", items: str = ""
) -> Any:
    return {
        "scope": "share_service",
        "receiver": receiver,
        "items": items.split(),
        "given": given,
        "n": n,
    } | {
        "signer": signer,
        "until": None,
    }


@pytest.mark.parametrize(
    ("grants", "allowed"),
    [
        ([], False),
        ([said(1, True, items="need")], True),
        ([said(1, True)], False),
        ([said(1, True, receiver=None, items="need")], False),
        ([said(1, True, items="need"), said(2, False, receiver=None)], False),
        ([said(1, True, items="need"), said(2, False, items="words")], True),
        ([said(1, False), said(7, True, signer="staff:3", items="need")], False),
        ([said(7, False, signer="staff:3"), said(1, True, items="need")], True),
        ([said(1, True, signer="staff:3", items="need"), said(2, False, signer="staff:3")], False),
        ([said(1, False, signer="staff:4"), said(9, True, signer="staff:3", items="need")], False),
    ],
    ids=[
        "silence",
        "yes",
        "a yes without items",
        "a wish",
        "a later no to everybody",
        "a later no about other items",
        "a recorded yes after her no",
        "her yes after a recorded no",
        "a recorded no after a recorded yes",
        "a no and a yes of two who wrote down",
    ],
)
def test_which_word_counts(grants: list[Any], allowed: bool) -> None:
    assert signed.allows(grants, "share_service", "body:a", "need", "2026-06-30") == allowed


# --- routing.md, rewrap.md


def test_the_routing_of_the_example_and_the_key_that_follows() -> None:
    document, later = routing()
    keys = signed.present_keys(document, {"cay-me-tiep-nhan": later})
    assert {code: key["number"] for code, key in keys.items()} == {
        "cay-me-tiep-nhan": 2,
        "cay-me-truong-hop": 1,
    }
    with pytest.raises(Refused):
        signed.present_keys(document, {"cay-me-truong-hop": later})


def test_the_voucher_of_the_example() -> None:
    voucher, desk = json.loads(blocks("rewrap")[0]), {"desk": "cay-me-tiep-nhan"}
    desk |= routing()[0]["desks"]["cay-me-tiep-nhan"]
    member = json.loads(voucher["document"])["recipient"]
    signed.check_voucher(voucher, desk, member)
    with pytest.raises(Refused):
        signed.check_voucher(voucher, desk | {"desk": "ben-song-tiep-nhan"}, member)
    asked = [message["step"] for message in objects(blocks("rewrap")[1]) if "step" in message]
    assert asked == ["begin", "key", "more", "done", "finish"]


# --- receipt.md, fingerprint.md


def things() -> list[dict[str, str]]:
    with (ROOT / "packs/vn/receipt_things.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_code_of_the_example_in_digits_and_things() -> None:
    example = blocks("receipt")[0]
    digits = re.sub(r"\D", "", example.partition("\n")[0])
    assert codes.check_code(digits) == REPORT["code"]
    shown = re.findall(r"\d+\. (\S+) (.+?)(?=  | 1\d\.|\n)", example)
    table = {codes.fold(row["vi"]): row["number"] for row in things()}
    assert codes.code_of_things([noun.strip() for _, noun in shown], table) == digits
    pictures = {row["number"]: row["emoji"].strip("\ufe0f") for row in things()}
    assert [picture.strip("\ufe0f") for picture, _ in shown] == [
        pictures[digits[place : place + 2]] for place in range(0, 24, 2)
    ]
    for spoiled in (digits[:-1] + "9", digits[2:4] + digits[:2] + digits[4:], digits[:-1]):
        with pytest.raises(Refused):
            codes.check_code(spoiled)


def test_the_new_code_of_the_example() -> None:
    change, posted = statement("receipt", 2)[0], REPORT["new_code"]
    assert is_cut(json.loads(blocks("receipt")[3]), posted)
    assert change == posted["change"]
    key = signed.follow_receipts(SIGNING, [change])
    fresh = codes.stretch(REPORT["next_code"], bytes.fromhex(REPORT["salt"]))
    assert key == base.signing_of(fresh.seed) == base.from_url64(posted["receipt"]["signing"], 32)
    after = signed.read_story(posted["words"], key)
    before = signed.read_story([ENVELOPE["words"]], SIGNING)
    signed.check_signed_again(after, before)
    for wrap in posted["wraps"]:
        sealed.open_wrap(base.from_base64(wrap["sealed"]), fresh.identity, wrap["of"])
    opened = codes.stretch(REPORT["code"], bytes.fromhex(REPORT["salt"]))
    first = sealed.open_sealed(base.from_base64(REPORT["opening"]), opened.identity)
    assert sealed.open_sealed(base.from_base64(posted["openings"][0]["sealed"]), fresh.identity) == first
    record = "00000000000000000000000000000006"
    logged.check_steps(
        [logged.read_step(first.decode(), log_key(), record).event], SIGNING, ENVELOPE["words"]
    )
    for less in ([], [{**after[0], "desk": "another-desk"}], [*after, after[0]]):
        with pytest.raises(Refused):
            signed.check_signed_again(less, before)
    with pytest.raises(Refused):
        signed.follow_receipts(key, [change])


def test_the_fingerprints_of_the_examples() -> None:
    names = ("the install's key", "a desk's key", "fingerprint")
    [install], [desk], words = (
        re.findall(rf"^{name} +(.+)$", blocks("fingerprint")[0], re.M) for name in names
    )
    syllables = (ROOT / "packs/vn/words.txt").read_text(encoding="utf-8").split()
    keys = [bytes.fromhex(install), desk]
    assert [" ".join(codes.fingerprint(key, syllables)) for key in keys] == words


# --- visit.md


def test_the_visit_of_the_example() -> None:
    asked, challenged, answered, _ = objects(blocks("visit")[0])
    shown = asked | challenged | answered
    assert challenged["ticket"] == answered["ticket"]
    assert is_cut(shown, REPORT["visit"])
    opened = codes.stretch(REPORT["code"], bytes.fromhex(REPORT["salt"]))
    challenge = base64.b64decode(REPORT["visit"]["challenge"])
    answer = sealed.open_challenge(challenge, opened.identity, opened.locator, shown["ticket"])
    assert answer == base.from_url64(shown["answer"], 32)


# --- leaf.md, promise.md, checkpoint.md, receipt-proof.md


def log_key() -> logged.Key:
    return logged.read_signed_policy(blocks("checkpoint")[1]).logs[0]


def test_the_leaf_of_the_example() -> None:
    event, data, leaf_hash, opening, step, totals, key, resumed = (block.strip() for block in blocks("leaf"))
    leaf = logged.read_opening(opening)
    assert logged.read_step(step, log_key(), "00000000000000000000000000000006") == leaf
    assert (leaf.event, leaf.data.hex()) == (logged.read_event(event), data)
    assert base64.b64encode(leaf.hash).decode() == leaf_hash
    assert logged.read_day_totals(logged.read_event(totals))["cover"] == 398
    assert logged.read_key_changed(logged.read_event(key))["number"] == 2
    assert logged.read_event(resumed)["kind"] == "log_resumed"
    for spoiled in (
        event + " ",
        event.replace('"n":5', '"n":5.0'),
        event.replace('"2026-06-30"', '"2026-06-31"'),
    ):
        with pytest.raises(Refused):
            logged.read_event(spoiled)


def test_the_promise_of_the_example_is_for_the_leaf_of_the_example() -> None:
    leaf, week = logged.read_promise(blocks("promise")[0], log_key())
    assert (base64.b64encode(leaf).decode(), week) == (blocks("leaf")[2].strip(), "2026-W27")


def test_the_checkpoint_of_the_example() -> None:
    note, policy = blocks("checkpoint")
    read = logged.read_checkpoint(note, logged.read_signed_policy(policy))
    assert (read.size, list(read.times)) == (7, ["w1.example/witness"])
    lines = note.splitlines(keepends=True)
    spoiled = [
        "".join(lines[:-1]),
        note.replace("\n7\n", "\n07\n"),
        note.replace("\n7\n", "\n8\n"),
        note + "\n",
    ]
    for each in spoiled:
        with pytest.raises(Refused):
            logged.read_checkpoint(each, logged.read_signed_policy(policy))


def test_the_proof_of_the_example_shows_the_leaf_of_the_example() -> None:
    file, extra = blocks("receipt-proof")
    proof = logged.read_proof(file)
    assert (proof.index, proof.registered, proof.leaf) == (
        6,
        True,
        logged.read_opening(blocks("leaf")[3].strip()),
    )
    assert base64.b64encode(extra.strip().encode()).decode() in file


def test_the_members_of_events_that_leaf_md_names() -> None:
    assert members_of("stage_changed") == ({"stage"}, {"priority"})
    assert members_of("data_deleted") == (set(), set())


def members_of(kind: str) -> tuple[set[str], set[str]]:
    """What an event about a report has beside the members that all have: always, and sometimes (leaf.md)."""
    [row] = re.findall(rf"^\| [^|]*`{kind}`[^|]* \|(.*)\|$", text("leaf"), re.MULTILINE)
    sometimes = set(re.findall(r"\[`(\w+)`\]", row))
    return set(re.findall(r"`(\w+)`", row)) - sometimes, sometimes


def test_a_press_answers_the_ticket_that_it_was_given_with_a_secret_of_32_bytes() -> None:
    block = blocks("opened")[0]
    ticket = objects(block)[0]["ticket"]
    about, until = ticket.split(".")
    assert (len(bytes.fromhex(about)), int(until) > 0) == (16, True)
    sent, secret = re.findall(r"X-Opened: (\S+)\.(\S+)", block)[0]
    assert sent == ticket
    assert len(base.from_url64(secret, 32)) == 32
