"""What she sends is kept only with her signature over exactly that; what a desk answers is read only as the desk's."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import (
    NOW,
    Hands,
    Helper,
    Network,
    Reporter,
    again,
    base64_text,
    give_key,
    new_message_key,
    rows,
    url64,
)
from tests.cast.ground import plain_json
from tincay.core.authorship import (
    Forged,
    SealedParts,
    desk_key_of,
    her_words,
    read_reply,
    succeed,
    words_document,
)
from tincay.core.sealing import (
    BadEnvelope,
    Identity,
    Recipient,
    Sealed,
    new_key,
    open_sealed,
    pad,
    seal,
    signing_public,
    unpad,
    unwrap,
)
from tincay.core.statements import Kind, NotSigned, Statement, make_statement
from tincay.intake.seal_on_server import HerMessage, signed
from tincay.people.models import Desk, DeskKey
from tincay.reports.consents import change_consent
from tincay.reports.envelope import Envelope
from tincay.reports.messages import receive_message, write_message
from tincay.reports.models import ConsentGrant, Message, Report, SignedWords
from tincay.reports.receiving import receive_report
from tincay.reports.signed_words import StaleNumber, desk_keys, record_json, said_of, signed_words
from tincay.vault.models import Compartment, SealedText, Wrap
from tincay.vault.queries import recipient
from tincay.web.strict_json import Malformed, read, signed_json

pytestmark = pytest.mark.django_db
Document = dict[str, Any]


def receive(envelope: Mapping[str, Any]) -> Report:
    """What the door does with a report."""
    read_envelope = read(Envelope, json.dumps(envelope))
    return receive_report(envelope=read_envelope, sealed_by="browser", now=NOW).report


def nothing_is_kept() -> bool:
    return not any(rows(model).exists() for model in (Report, SignedWords, Compartment, SealedText))


# --- a report


def test_a_report_is_kept_with_what_she_signed_and_its_first_leaf_names_her_key(reporter: Reporter) -> None:
    report = reporter.send()
    (statement,) = signed_words(report)
    words = her_words(bytes(report.signing), [statement])
    assert words.desk_keys(report.thread) == {bytes(report.desk.signing)}
    assert words.recipient("thread") == report.thread == recipient(report.id, "thread")
    assert set(words.documents[0]["compartments"]) == {"narrative", "contact", "identity", "thread"}
    assert bytes(report.signing) == signing_public(reporter.keys.signing_seed)
    assert words.documents[0]["codes"] == {
        "kind_group": report.kind_group,
        "priority": report.priority,
        "retention_class": report.retention_class,
    }


def test_a_report_that_nobody_signed_is_refused(reporter: Reporter) -> None:
    envelope = reporter.envelope_json()
    envelope["words"]["signature"] = url64(bytes(64))
    with pytest.raises(NotSigned):
        receive(envelope)
    assert nothing_is_kept()


def test_a_report_without_a_statement_is_no_envelope(reporter: Reporter) -> None:
    envelope = reporter.envelope_json()
    del envelope["words"]
    with pytest.raises(Malformed):
        receive(envelope)


def test_a_report_that_somebody_else_signed_is_refused(reporter: Reporter) -> None:
    envelope, other = reporter.envelope_json(), reporter.next_person()
    envelope["words"] = other.signed(envelope)["words"]
    with pytest.raises(NotSigned):
        receive(envelope)
    assert nothing_is_kept()


def test_a_report_that_was_signed_as_something_else_is_refused(reporter: Reporter) -> None:
    envelope = reporter.envelope_json()
    document = json.loads(envelope["words"]["document"])
    envelope["words"] = signed_json(*make_statement(reporter.keys.signing_seed, Kind.GRANT, document))
    with pytest.raises(NotSigned):
        receive(envelope)
    assert nothing_is_kept()


def _resealed(part: Mapping[str, Any]) -> list[str]:
    return [base64_text(seal(pad(plain_json({"v": 1, "words": "?"})), Recipient(part["recipient"])))]


def _with_part(change: Callable[[Document], object]) -> Callable[[Document], object]:
    def spoil(envelope: Document) -> None:
        change(envelope["compartments"]["narrative"])

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        _with_part(lambda part: part.update(sealed=_resealed(part))),
        _with_part(lambda part: part["sealed"].extend(_resealed(part))),
        _with_part(lambda part: part.update(sealed=[])),
        _with_part(lambda part: part.update(sealed=part["sealed"] * 2)),
        lambda envelope: envelope["compartments"]["thread"].update(
            sealed=envelope["compartments"]["narrative"]["sealed"]
        ),
        lambda envelope: envelope["compartments"]["contact"].update(recipient=new_key()[1]),
        lambda envelope: envelope.update(priority="p3"),
        lambda envelope: envelope.update(kind_group="question"),
        lambda envelope: envelope.update(retention_class="r30"),
        lambda envelope: envelope.update(key=new_message_key()),
    ],
    ids=[
        "other words",
        "a part more",
        "a part less",
        "a part twice",
        "words in another compartment",
        "another compartment",
        "priority",
        "kind",
        "how long it is kept",
        "key",
    ],
)
def test_a_report_that_was_changed_after_she_signed_is_refused(
    reporter: Reporter, spoil: Callable[[Document], object]
) -> None:
    envelope = reporter.envelope_json(retention_class="r90")
    spoil(envelope)
    with pytest.raises(NotSigned):
        receive(envelope)
    assert nothing_is_kept()
    # It was the signature alone that did not fit.
    assert receive(reporter.signed(envelope)).stage == "received"


def test_a_report_that_she_signed_for_another_desks_key_is_refused(
    network: Network, reporter: Reporter
) -> None:
    """The server shows it another key than her words name: her code pins which desk may answer."""
    envelope = reporter.envelope_json()
    document = read(Envelope, json.dumps(envelope)).words_document(bytes(network.other_desk.signing))
    envelope["words"] = signed_json(*make_statement(reporter.keys.signing_seed, Kind.WORDS, document))
    with pytest.raises(NotSigned):
        receive(envelope)
    assert nothing_is_kept()


@pytest.mark.parametrize("change", [{"n": 2}, {"kind": "carried"}, {"v": 2}, {"more": 1}], ids=str)
def test_a_report_with_another_statement_than_its_own_is_refused(
    reporter: Reporter, change: Document
) -> None:
    envelope = reporter.envelope_json()
    document = json.loads(envelope["words"]["document"]) | change
    envelope["words"] = signed_json(*make_statement(reporter.keys.signing_seed, Kind.WORDS, document))
    with pytest.raises(NotSigned):
        receive(envelope)
    assert nothing_is_kept()


# --- a message of hers


def post(reporter: Reporter, key: str, message: HerMessage) -> Message:
    assert reporter.report
    return receive_message(
        report=again(reporter.report),
        key=key,
        sealed=message.sealed,
        words=message.words,
        sealed_by="browser",
        now=NOW,
    )


def message_of(reporter: Reporter, sealed: bytes, key: str, change: Document | None = None) -> Statement:
    """What she signs of a message; each member may be another one."""
    assert reporter.report
    report = again(reporter.report)
    document = words_document(
        n=len(signed_words(report)) + 1,
        kind="message",
        key=key,
        desk=report.desk.code,
        desk_signing=bytes(report.desk.signing),
        compartments={"thread": SealedParts(report.thread, [sealed])},
        codes={},
    )
    return make_statement(reporter.keys.signing_seed, Kind.WORDS, document | (change or {}))


def test_each_message_has_the_next_number(reporter: Reporter) -> None:
    report = reporter.send()
    for said in ("một", "hai", "ba"):
        reporter.write(said)
    statements = signed_words(again(report))
    words = her_words(bytes(report.signing), statements)
    assert [document["n"] for document in words.documents] == [1, 2, 3, 4]
    texts = [bytes(row.text.sealed) for row in rows(Message).order_by("place")]
    words.check_whole(report.thread, texts)
    for text in texts:
        words.check(report.thread, text)


@pytest.mark.parametrize("number", [0, 1, 3, "2"])
def test_a_message_with_another_number_is_stale(reporter: Reporter, number: Any) -> None:
    reporter.send()
    key, message = reporter.sealed_message("x")
    words = message_of(reporter, message.sealed, key, {"n": number})
    with pytest.raises(StaleNumber):
        post(reporter, key, message._replace(words=words))
    assert not rows(Message).exists()


def test_of_two_messages_with_one_number_the_second_is_stale_and_signed_again_it_is_kept(
    reporter: Reporter,
) -> None:
    reporter.send()
    first, second = reporter.sealed_message("một"), reporter.sealed_message("hai")
    post(reporter, *first)
    with pytest.raises(StaleNumber):
        post(reporter, *second)
    assert reporter.messages() == ["một"]
    post(reporter, *reporter.sealed_message("hai"))
    assert reporter.messages() == ["một", "hai"]


@pytest.mark.parametrize("sealed_too", [False, True], ids=["the same bytes", "sealed again"])
def test_a_message_that_is_sent_twice_is_one_message_with_one_statement(
    reporter: Reporter, sealed_too: bool
) -> None:
    reporter.send()
    key, message = reporter.sealed_message("một")
    first = post(reporter, key, message)
    twin = reporter.sealed_message("một")[1] if sealed_too else message
    assert post(reporter, key, twin) == first
    assert rows(SignedWords).count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"desk": "ben-song-tiep-nhan"},
        {"desk_signing": url64(bytes(32))},
        {"key": "b3RoZXIgbWVzc2FnZSBrZXk"},
        {"kind": "words"},
        {"codes": {"priority": "p0"}},
        {"compartments": {}},
        {"v": 2},
        {"more": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_message_whose_statement_says_something_else_is_refused(
    reporter: Reporter, change: Document
) -> None:
    reporter.send()
    key, message = reporter.sealed_message("x")
    post_as = message._replace(words=message_of(reporter, message.sealed, key, change))
    with pytest.raises(NotSigned):
        post(reporter, key, post_as)
    assert not rows(Message).exists()
    assert rows(SignedWords).count() == 1


def test_a_message_that_was_signed_for_another_compartment_is_refused(reporter: Reporter) -> None:
    report = reporter.send()
    key, message = reporter.sealed_message("x")
    for kind in ("narrative", "contact"):
        parts = SealedParts(recipient(report.id, kind), [message.sealed])
        for name in (kind, "thread"):
            compartments = words_document(
                n=1, kind="", key="", desk="", desk_signing=b"", compartments={name: parts}, codes={}
            )["compartments"]
            words = message_of(reporter, message.sealed, key, {"compartments": compartments})
            with pytest.raises(NotSigned):
                post(reporter, key, message._replace(words=words))
    assert not rows(Message).exists()


def test_other_bytes_than_she_signed_are_refused(reporter: Reporter) -> None:
    reporter.send()
    (key, first), (_, second) = reporter.sealed_message("một"), reporter.sealed_message("hai")
    with pytest.raises(NotSigned):
        post(reporter, key, first._replace(sealed=second.sealed))
    assert reporter.messages() == []


def test_a_message_that_another_receipt_signed_is_refused(reporter: Reporter) -> None:
    report = reporter.send()
    key, message = reporter.sealed_message("x")
    thief = Reporter(reporter.number + 1, report=report)
    with pytest.raises(NotSigned):
        post(reporter, key, message._replace(words=message_of(thief, message.sealed, key)))
    assert not rows(Message).exists()


def test_a_message_that_is_no_age_file_is_refused_though_it_is_signed(reporter: Reporter) -> None:
    reporter.send()
    key, junk = new_message_key(), b"not an age file"
    with pytest.raises(BadEnvelope):
        post(reporter, key, HerMessage(junk, message_of(reporter, junk, key)))
    assert rows(SignedWords).count() == 1


def test_where_her_first_statement_is_gone_nothing_more_is_taken(reporter: Reporter) -> None:
    reporter.send()
    key, message = reporter.sealed_message("x")
    rows(SignedWords).delete()
    with pytest.raises(NotSigned):
        post(reporter, key, message)


def test_the_door_says_stale_number_and_malformed_each_in_one_word(
    clock: Hands, network: Network, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    visit = phone(client, reporter)
    first, second = reporter.message_json("một"), reporter.message_json("hai")
    assert visit(first).status_code == 201
    answer = visit(second)
    assert (answer.status_code, answer.json()) == (409, {"error": "stale_number"})
    spoiled = reporter.message_json("ba")
    spoiled["words"]["document"] = spoiled["words"]["document"].replace('"n":3', '"n":4')
    answer = visit(spoiled)
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert reporter.messages() == ["một"]


def phone(client: Client, reporter: Reporter) -> Callable[[Document], Any]:
    """Behind her code; messages are sealed and signed on the phone."""
    client.post("/back/", {"plain-code": reporter.code})
    token = re.search(r'name="token" value="([^"]+)"', client.get("/back/now/").content.decode())
    assert token
    headers = {"X-CSRFToken": token[1]}
    return lambda body: client.post("/back/write/", body, content_type="application/json", headers=headers)


# --- her word about consent


def test_a_consent_under_another_key_as_another_kind_or_for_somebody_else_is_refused(
    reporter: Reporter,
) -> None:
    report = reporter.send()
    document = json.loads(reporter.grant("contact_me").document)
    seed, thief = reporter.keys.signing_seed, reporter.next_person().keys.signing_seed
    wrong = [
        make_statement(thief, Kind.GRANT, document),
        make_statement(seed, Kind.WORDS, document),
        make_statement(seed, Kind.GRANT, document | {"signer": "staff:3"}),
    ]
    for statement in wrong:
        with pytest.raises(NotSigned):
            change_consent(report=again(report), grant=signed(statement), now=NOW)
    assert not rows(ConsentGrant).exists()
    change_consent(report=again(report), grant=signed(make_statement(seed, Kind.GRANT, document)), now=NOW)
    row = rows(ConsentGrant).get()
    assert (row.scope, row.signer, row.method, row.until) == ("contact_me", "receipt", "web_choice", None)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 1},
        {"receiver": "ben-song-tiep-nhan"},
        {"receiver": "desk:"},
        {"receiver": "person:hoa"},
        {"until": "soon"},
        {"day": "2026-02-30"},
        {"signer": "staff:0"},
        {"n": 0},
        {"items": ["words", "need"]},
        {"items": ["need", "need"]},
        {"expires": None},
    ],
    ids=str,
)
def test_a_consent_of_another_shape_is_malformed_though_she_signed_it(
    reporter: Reporter, change: Document
) -> None:
    report = reporter.send()
    document = json.loads(reporter.grant("share_service").document) | change
    statement = make_statement(reporter.keys.signing_seed, Kind.GRANT, document)
    with pytest.raises(Malformed):
        change_consent(report=again(report), grant=signed(statement), now=NOW)
    assert not rows(ConsentGrant).exists()


@pytest.mark.parametrize("receiver", ["desk:ben-song-tiep-nhan", f"service:{'0' * 32}", "body:cong-an-mau"])
def test_a_receiver_is_kept_as_she_named_it(reporter: Reporter, receiver: str) -> None:
    reporter.send()
    reporter.consent("share_service", receiver=receiver, items=["need"])
    assert rows(ConsentGrant).get().receiver == receiver


# --- a desk's reply


def opened(reporter: Reporter, message: Message) -> Document:
    """The reply as her code opens it, signature and all."""
    assert reporter.report
    link = rows(Wrap).get(
        compartment__owner=reporter.report.id, compartment__kind="thread", holder_kind="receipt"
    )
    key = unwrap(Sealed(bytes(link.sealed)), reporter.keys.identity, of=Recipient(link.compartment.recipient))
    document: Document = json.loads(unpad(open_sealed(Sealed(bytes(message.text.sealed)), key)))
    return document


def keys_of(reporter: Reporter) -> frozenset[bytes]:
    """The keys under which her browser takes a reply: from her statements and what the page gives."""
    assert reporter.report
    report = again(reporter.report)
    hers = her_words(signing_public(reporter.keys.signing_seed), signed_words(report))
    return desk_keys(hers, report.thread)


def read_message(reporter: Reporter, message: Message) -> str:
    """What she is shown of a reply, or Forged."""
    found = rows(Message).select_related("report", "text__compartment").get(pk=message.pk)
    return read_reply(opened(reporter, found), desk_keys=keys_of(reporter), shown=said_of(found))


@pytest.mark.parametrize("kind", ["message", "question", "answer"])
def test_her_code_opens_a_reply_and_knows_that_the_desk_wrote_it(
    helper: Helper, reporter: Reporter, kind: str
) -> None:
    report = reporter.send()
    helper.bring(report, "in_handling")
    verbs = {"message": helper.write, "question": helper.ask, "answer": helper.answer}
    message = verbs[kind](report, "Chúng tôi đã hỏi.")
    assert read_message(reporter, message) == "Chúng tôi đã hỏi."
    signed_reply = json.loads(opened(reporter, message)["reply"])
    assert signed_reply | {"signing": "", "words": ""} == {
        "by": helper.user.number,
        "day": NOW.date().isoformat(),
        "desk": report.desk.code,
        "key": message.key,
        "kind": kind,
        "signing": "",
        "thread": report.thread,
        "v": 1,
        "words": "",
    }


def test_a_reply_that_was_signed_before_midnight_is_read_after_it(helper: Helper, reporter: Reporter) -> None:
    report = reporter.send()
    late = NOW.replace(hour=23, minute=59)
    posted = helper.reply_json(report, "Chào.", "message", now=late)
    message = write_message(
        report=again(report),
        key=posted["key"],
        sealed=base64.b64decode(posted["sealed"]),
        thread=posted["thread"],
        author=helper.user,
        now=late + timedelta(minutes=2),
    )
    assert read_message(reporter, message) == "Chào."


def test_a_reply_of_an_earlier_day_is_not_shown_as_todays(helper: Helper, reporter: Reporter) -> None:
    report = reporter.send()
    message = helper.write(report, "Chào.")
    rows(Message).filter(pk=message.pk).update(posted_at=NOW + timedelta(days=2))
    with pytest.raises(Forged, match="another_place"):
        read_message(reporter, message)


@pytest.mark.parametrize("change", [{"number": 99}, {"kind": "answer"}, {"key": "x" * 22}], ids=str)
def test_a_reply_whose_row_says_something_else_is_not_shown(
    helper: Helper, reporter: Reporter, change: Document
) -> None:
    report = reporter.send()
    message = helper.write(report, "Chào.")
    rows(Message).filter(pk=message.pk).update(**change)
    with pytest.raises(Forged, match="another_place"):
        read_message(reporter, message)


def test_a_reply_that_is_put_into_another_thread_is_not_shown(helper: Helper, reporter: Reporter) -> None:
    """A true reply to somebody else, sealed anew by whoever holds the other's words."""
    other = reporter.next_person()
    message = helper.write(other.send(), "Chúng tôi đến đón.")
    document = opened(other, message)
    report = reporter.send()
    text = rows(SealedText).create(
        compartment=rows(Compartment).get(recipient=report.thread),
        sealed=seal(pad(plain_json(document)), Recipient(report.thread)),
        sealed_by="browser",
        place=0,
    )
    rows(Message).filter(pk=message.pk).update(report=report, text=text)
    with pytest.raises(Forged, match="another_place"):
        read_message(reporter, message)


def forged_reply(identity: Identity, helper: Helper, report: Report) -> Message:
    """Whoever writes to the database speaks as a helper, with a key that was made for it."""
    desk_key_before = helper.desk_key
    helper.desk_key = lambda desk: identity  # type: ignore[method-assign]
    try:
        return helper.write(report, "Đừng kể với ai.")
    finally:
        helper.desk_key = desk_key_before  # type: ignore[method-assign]


def test_who_writes_to_the_database_speaks_as_no_desk(helper: Helper, reporter: Reporter) -> None:
    report, thief = reporter.send(), new_key()[0]
    message = forged_reply(thief, helper, report)
    with pytest.raises(Forged, match="not_the_desk"):
        read_message(reporter, message)
    # Nor when the thief's key is put into the desk's row and among the keys that followed.
    key = desk_key_of(thief, desk=report.desk.code, number=2)
    document, signature = succeed(thief, key)
    DeskKey.objects.create(
        desk=report.desk,
        number=2,
        recipient=key.recipient,
        signing=key.signing,
        document=document,
        signature=signature,
    )
    rows(Desk).filter(pk=report.desk_id).update(recipient=key.recipient, signing=key.signing)
    with pytest.raises(Forged, match="not_the_desk"):
        read_message(reporter, message)


def test_words_of_hers_are_not_shown_as_a_reply(helper: Helper, reporter: Reporter) -> None:
    reporter.send()
    message = reporter.write("Tôi đợi.")
    rows(Message).filter(pk=message.pk).update(from_reporter=False, number=helper.user.number)
    with pytest.raises(Forged, match="not_the_desk"):
        read_message(reporter, message)


def test_a_desk_with_a_new_key_still_answers_who_sealed_to_the_old_one(
    network: Network, helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send()
    before = helper.write(report, "Trước.")
    give_key(network.triage, helper, before=helper.desk_key(network.triage), number=2)
    after = helper.write(report, "Sau.")
    assert [read_message(reporter, one) for one in (before, after)] == ["Trước.", "Sau."]
    later = reporter.next_person()
    later.send()
    assert keys_of(later) == {bytes(again(report).desk.signing)} < keys_of(reporter)


def test_another_desk_is_not_believed_though_it_is_a_desk_of_the_network(
    network: Network, helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send()
    message = forged_reply(network.stranger.desk_key(network.other_desk), helper, report)
    with pytest.raises(Forged, match="not_the_desk"):
        read_message(reporter, message)


def test_the_page_gives_her_browser_everything_that_it_checks(
    network: Network, helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send()
    reporter.write("Tôi đợi.")
    give_key(network.triage, helper, before=helper.desk_key(network.triage), number=2)
    record = json.loads(json.dumps(record_json(again(report))))
    assert [one["document"] for one in record["statements"]] == [
        statement.document.decode() for statement in signed_words(again(report))
    ]
    (later,) = record["later"]
    assert json.loads(later["document"])["number"] == 2
    assert base64.urlsafe_b64decode(record["signing"] + "=") == bytes(report.signing)


# --- what she is shown where her browser has no script


@pytest.fixture
def inside(clock: Hands, network: Network, client: Client, reporter: Reporter) -> Client:
    reporter.send(words="Tôi kể.")
    assert client.post("/back/", {"plain-code": reporter.code}).status_code == 302
    return client


WARNING = "Có chỗ không đúng với điều bạn đã gửi"


def shown(client: Client, page: str = "now") -> str:
    return client.get(f"/back/{page}/").content.decode()


def test_a_true_reply_is_shown_without_a_warning(inside: Client, helper: Helper, reporter: Reporter) -> None:
    assert reporter.report
    reporter.write("Tôi đợi.")
    helper.write(reporter.report, "Chúng tôi đã đọc.")
    page = shown(inside)
    assert "Tôi đợi." in page
    assert "Chúng tôi đã đọc." in page
    assert WARNING not in page
    assert WARNING not in shown(inside, "data")


def test_a_forged_reply_is_left_out_with_a_warning(
    inside: Client, helper: Helper, reporter: Reporter
) -> None:
    assert reporter.report
    forged_reply(new_key()[0], helper, reporter.report)
    page = shown(inside)
    assert "Đừng kể với ai." not in page
    assert WARNING in page


def test_a_story_that_she_did_not_write_is_left_out_with_a_warning(
    inside: Client, reporter: Reporter
) -> None:
    assert reporter.report
    compartment = rows(Compartment).get(owner=reporter.report.id, kind="narrative")
    sealed = seal(pad(plain_json({"v": 1, "words": "Tôi bịa."})), Recipient(compartment.recipient))
    rows(SealedText).filter(compartment=compartment).update(sealed=sealed)
    page = shown(inside, "data")
    assert "Tôi bịa." not in page
    assert WARNING in page


def test_where_a_statement_of_hers_is_gone_nothing_is_shown(inside: Client, reporter: Reporter) -> None:
    reporter.write("Tôi đợi.")
    rows(SignedWords).filter(number=1).delete()
    for page in ("now", "data"):
        assert WARNING in shown(inside, page)
    assert "Tôi đợi." not in shown(inside)
    assert "Tôi kể." not in shown(inside, "data")


def test_a_message_of_hers_that_is_gone_is_missed(inside: Client, reporter: Reporter) -> None:
    message = reporter.write("Tôi đợi.")
    rows(Message).filter(pk=message.pk).delete()
    assert WARNING in shown(inside)
