"""Who wrote what is shown: only she wrote what is hers, only a desk that she sealed to what answers her."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import vectors
from tests.core.signed_vectors import (
    DESK,
    FIRST,
    HERS,
    MEMBER,
    NARRATIVE,
    REPLY,
    SAID,
    SECOND,
    STRANGER,
    THREAD,
    identity_number,
    key_json,
    key_of,
    message,
    report,
)
from tincay.core.authorship import (
    Forged,
    HerWords,
    KeyOfDesk,
    Said,
    SealedParts,
    base64url,
    check_kept,
    check_steps,
    follow_keys,
    follow_receipts,
    from_base64url,
    her_words,
    is_vouched,
    make_reply,
    read_desk_key,
    read_reply,
    read_step,
    receipt_change,
    succeed,
    successors,
    vouch,
    words_document,
)
from tincay.core.sealing import BadKey, Identity, desk_signing_seed, recipient_of, signing_public
from tincay.core.statements import Kind, NotSigned, Statement, make_statement

VECTORS = vectors.read("authorship.json")
REPLIES, KEYS = VECTORS["replies"], VECTORS["keys"]
PUBLIC = signing_public(HERS)


def case(listed: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", listed, ids=vectors.why)


def statement_of(signed: dict[str, str]) -> Statement:
    return Statement(signed["document"].encode(), from_base64url(signed["signature"]))


def key_from(told: dict[str, Any]) -> KeyOfDesk:
    return read_desk_key(told | {"v": 1})


def said(told: dict[str, Any]) -> Said:
    return Said(told["thread"], told["key"], told["kind"], told["by"], tuple(told["days"]))


# --- bytes as text


@given(st.binary(max_size=70))
def test_bytes_are_written_without_padding_and_come_back(raw: bytes) -> None:
    written = base64url(raw)
    assert from_base64url(written) == raw
    assert not set(written) & set("=+/")


@pytest.mark.parametrize("text", ["a", "aaaaa", "é", "AB", "AA==", "AA AA", "AAA+", "AAA/"])
def test_what_is_no_base64_is_not_signed(text: str) -> None:
    with pytest.raises(NotSigned):
        from_base64url(text)


# --- her words


@case([vector for vector in VECTORS["words"] if vector["forged"] is None])
def test_her_statements_say_what_is_hers(vector: dict[str, Any]) -> None:
    statements = [statement_of(one) for one in vector["statements"]]
    words = her_words(from_base64url(vector["signing"]), statements)
    for thread, keys in vector["desk_keys"].items():
        assert sorted(map(base64url, words.desk_keys(thread))) == keys
    assert words.desk_keys("another") == set()
    assert {kind: words.recipient(kind) for kind in vector["recipients"]} == vector["recipients"]
    assert sorted(words.recipients("thread")) == vector["threads"]
    for one in vector["checks"]:
        assert is_hers(words, one["recipient"], from_base64url(one["sealed"])) == one["hers"], one
    for one in vector["wholes"]:
        assert is_whole(words, one["recipient"], map(from_base64url, one["texts"])) == one["whole"], one


@case([vector for vector in VECTORS["words"] if vector["forged"]])
def test_statements_that_are_not_hers_or_not_all_are_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(Forged) as refused:
        her_words(from_base64url(vector["signing"]), [statement_of(one) for one in vector["statements"]])
    assert refused.value.reason == str(refused.value) == vector["forged"]


def is_hers(words: HerWords, recipient: str, sealed: bytes) -> bool:
    return _reason(lambda: words.check(recipient, sealed), "not_hers")


def is_whole(words: HerWords, recipient: str, texts: Any) -> bool:
    return _reason(lambda: words.check_whole(recipient, texts), "part_missing")


def _reason(check: Callable[[], None], reason: str) -> bool:
    """Does it hold? If not, for this reason."""
    try:
        check()
    except Forged as refused:
        return refused.reason != reason
    return True


def hers(*documents: dict[str, Any]) -> HerWords:
    return her_words(PUBLIC, [make_statement(HERS, Kind.WORDS, document) for document in documents])


def test_a_story_that_is_gone_is_missed() -> None:
    assert not is_whole(hers(report()), NARRATIVE, [])


@given(st.lists(st.binary(min_size=1, max_size=8), unique=True, min_size=1, max_size=6), st.data())
def test_no_part_of_a_long_story_can_be_taken_or_put_in(parts: list[bytes], data: st.DataObject) -> None:
    document = report() | words_document(
        n=1,
        kind="report",
        key="k",
        desk=DESK,
        desk_signing=PUBLIC,
        compartments={"narrative": SealedParts(NARRATIVE, parts)},
        codes={},
    )
    words = hers(document)
    gone, put = data.draw(st.sampled_from(parts)), data.draw(st.binary(max_size=9))
    assert is_whole(words, NARRATIVE, parts)
    assert is_whole(words, NARRATIVE, reversed(parts)) == (len(parts) == 1)
    assert not is_whole(words, NARRATIVE, [part for part in parts if part != gone])
    assert is_hers(words, NARRATIVE, put) == (put in parts)


def test_the_order_of_the_parts_is_signed() -> None:
    (one, two), compartments = report()["compartments"]["narrative"]["sealed"], report()["compartments"]
    assert one != two
    turned = compartments | {"narrative": {"recipient": NARRATIVE, "sealed": [two, one]}}
    assert hers(report()).hashes(NARRATIVE) == (one, two)
    assert hers(report() | {"compartments": turned}).hashes(NARRATIVE) == (two, one)


def test_two_messages_of_one_thread_are_hers_in_order() -> None:
    first, second = message(), message(3)
    second["compartments"] = {"thread": {"recipient": THREAD, "sealed": ["00" * 32]}}
    assert hers(report(), first, second).hashes(THREAD) == (
        first["compartments"]["thread"]["sealed"][0],
        "00" * 32,
    )


# --- what happened to a report


@case(VECTORS["steps"])
def test_the_steps_of_a_report_say_what_its_page_says(vector: dict[str, Any]) -> None:
    words = her_words(from_base64url(vector["signing"]), [statement_of(one) for one in vector["statements"]])
    found = None
    try:
        check_steps(
            vector["events"],
            stage=vector["stage"],
            words=words,
            messages=map(from_base64url, vector["messages"]),
        )
    except Forged as refused:
        found = refused.reason
    assert found == vector["forged"]


@case(VECTORS["logged"])
def test_only_what_the_log_made_about_this_report_is_a_step_of_it(vector: dict[str, Any]) -> None:
    log, opened = from_base64url(vector["log"]), vector["opened"].encode()
    if vector["logged"]:
        step = read_step(opened, log=log, record=vector["record"])
        assert step.event == json.loads(json.loads(step.opening)["event"])
        return
    with pytest.raises(Forged) as refused:
        read_step(opened, log=log, record=vector["record"])
    assert refused.value.reason == "not_the_log"


@case(VECTORS["kept"])
def test_what_she_told_is_kept_unless_a_step_deleted_it(vector: dict[str, Any]) -> None:
    words = her_words(from_base64url(vector["signing"]), [statement_of(one) for one in vector["statements"]])
    found = True
    try:
        check_kept(vector["events"], words=words, kept=vector["kept"])
    except Forged:
        found = False
    assert found == vector["whole"]


# --- a new code


@case(VECTORS["codes"]["follow"])
def test_the_code_in_force_follows_from_the_first_one(vector: dict[str, Any]) -> None:
    first = from_base64url(VECTORS["codes"]["first"])
    changes = [statement_of(one) for one in vector["changes"]]
    if vector["signing"]:
        assert base64url(follow_receipts(first, changes)) == vector["signing"]
    else:
        with pytest.raises(NotSigned):
            follow_receipts(first, changes)


def test_the_old_code_signs_the_new_one_as_the_browser_does() -> None:
    made = VECTORS["codes"]["made"]
    document = receipt_change(recipient=made["recipient"], signing=from_base64url(made["signing"]))
    signed = make_statement(from_base64url(made["seed"]), Kind.RECEIPT, document)
    assert signed == statement_of(made["signed"])


def test_the_new_code_signs_again_word_for_word() -> None:
    again = VECTORS["codes"]["again"]
    words = her_words(from_base64url(again["signing"]), [statement_of(one) for one in again["before"]])
    seed = from_base64url(again["seed"])
    signed = [make_statement(seed, Kind.WORDS, one) for one in words.documents]
    assert signed == [statement_of(one) for one in again["after"]]
    assert [one["document"] for one in again["after"]] == [one["document"] for one in again["before"]]
    assert her_words(signing_public(seed), signed) == words


# --- a desk's reply


def test_a_reply_is_made_as_the_browser_makes_it() -> None:
    made = REPLIES["made"]
    assert make_reply(Identity(made["identity"]), **made["reply"]) == made["document"]
    assert base64url(signing_public(desk_signing_seed(Identity(made["identity"])))) == made["signing"]


@case(REPLIES["read"])
def test_a_reply_is_read_only_where_it_belongs(vector: dict[str, Any]) -> None:
    keys = [from_base64url(key) for key in vector["desk_keys"]]
    if "words" in vector:
        assert read_reply(vector["document"], desk_keys=keys, shown=said(vector["said"])) == vector["words"]
        return
    with pytest.raises(Forged) as refused:
        read_reply(vector["document"], desk_keys=keys, shown=said(vector["said"]))
    assert refused.value.reason == vector["forged"]


@pytest.mark.parametrize("missing", ["thread", "key", "kind", "by", "day", "words"])
def test_a_reply_that_keeps_something_to_itself_is_not_shown(missing: str) -> None:
    reply = {name: value for name, value in REPLY.items() if name != missing}
    signed = make_statement(desk_signing_seed(FIRST), Kind.REPLY, reply)
    document = {"v": 1, "reply": signed.document.decode(), "signature": base64url(signed.signature)}
    key = signing_public(desk_signing_seed(FIRST))
    with pytest.raises(Forged):
        read_reply(document, desk_keys=[key], shown=said(SAID))


def test_what_holds_no_key_signs_no_reply() -> None:
    with pytest.raises(BadKey):
        make_reply(Identity("words"), desk=DESK, **REPLY)  # type: ignore[arg-type]


# --- the keys of a desk


@case(KEYS["follow"])
def test_a_desks_keys_follow_one_another(vector: dict[str, Any]) -> None:
    first, later = key_from(KEYS["first"]), [statement_of(one) for one in vector["later"]]
    if vector["last"] is None:
        with pytest.raises(NotSigned):
            follow_keys(first, later)
    else:
        keys = follow_keys(first, later)
        assert [key.number for key in keys] == list(range(1, len(later) + 2))
        assert key_json(keys[-1]) == vector["last"]


@case(KEYS["successors"])
def test_only_keys_that_known_ones_signed_may_answer(vector: dict[str, Any]) -> None:
    pinned, later = map(from_base64url, vector["pinned"]), [statement_of(one) for one in vector["later"]]
    assert sorted(map(base64url, successors(pinned, later))) == vector["found"]


@pytest.mark.slow
@given(st.integers(1, 6), st.randoms())
def test_a_row_of_keys_is_followed_whatever_its_length_and_order(length: int, dice: Any) -> None:
    identities = [identity_number(40 + number) for number in range(length)]
    keys = [key_of(identity, number) for number, identity in enumerate(identities, 1)]
    later = [succeed(before, after) for before, after in zip(identities, keys[1:], strict=False)]
    assert follow_keys(keys[0], later) == keys
    dice.shuffle(later)
    assert successors([keys[0].signing], later) == {key.signing for key in keys}


@pytest.mark.parametrize(
    "other", [{"desk": None}, {"number": "x"}, {"number": None}, {"signing": "a"}, {"signing": 7}]
)
def test_a_document_that_is_no_key_is_not_signed(other: dict[str, Any]) -> None:
    told = {name: value for name, value in (key_json(key_of(FIRST, 1)) | other).items() if value is not None}
    with pytest.raises(NotSigned):
        read_desk_key(told)


def test_a_key_in_a_document_is_the_key() -> None:
    key = key_of(SECOND, 2)
    assert read_desk_key(key.document) == key
    assert key.recipient == recipient_of(SECOND)
    assert (
        key.signing == signing_public(desk_signing_seed(SECOND)) != signing_public(desk_signing_seed(FIRST))
    )


# --- a new code


@case(VECTORS["receipts"]["follow"])
def test_a_code_in_force_follows_from_the_first_one(vector: dict[str, Any]) -> None:
    first, changes = from_base64url(VECTORS["receipts"]["first"]), map(statement_of, vector["changes"])
    if vector["last"] is None:
        with pytest.raises(NotSigned):
            follow_receipts(first, changes)
    else:
        assert base64url(follow_receipts(first, changes)) == vector["last"]


def test_a_change_that_names_no_code_leads_to_none() -> None:
    nameless = make_statement(HERS, Kind.RECEIPT, {"v": 1})
    with pytest.raises(NotSigned):
        follow_receipts(PUBLIC, [nameless])


# --- who holds a desk's key


@case(VECTORS["vouchers"])
def test_a_member_is_who_the_desk_vouches_for(vector: dict[str, Any]) -> None:
    desk, voucher = key_from(vector["desk"]), statement_of(vector["voucher"])
    assert is_vouched(desk, vector["recipient"], voucher) == vector["vouched"]


def test_a_voucher_of_one_key_is_none_of_the_next() -> None:
    voucher = vouch(FIRST, desk=DESK, recipient=MEMBER)
    assert is_vouched(key_of(FIRST, 1), MEMBER, voucher)
    for other in (SECOND, STRANGER):
        assert not is_vouched(key_of(other, 2), MEMBER, voucher)
