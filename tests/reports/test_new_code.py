"""A new code: all that the old one opened goes over to it, in one step; then the old one is nobody's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from tests.cast import NOW, Helper, Network, Reporter, again, rows, step_in
from tests.cast.ground import url64
from tincay.core.authorship import Step, follow_receipts, her_words, receipt_change
from tincay.core.sealing import (
    BadEnvelope,
    CannotOpen,
    Recipient,
    Sealed,
    new_key,
    open_sealed,
    recipient_of,
    seal,
    signing_public,
    wrap,
)
from tincay.core.statements import Kind, NotSigned, Statement, make_statement
from tincay.intake.seal_on_server import signed
from tincay.log.models import Queued
from tincay.reports import ending, new_code
from tincay.reports.application import log_event
from tincay.reports.consents import change_consent
from tincay.reports.envelope import NewCode, OpeningAgain, WrapAgain
from tincay.reports.messages import receive_message
from tincay.reports.models import ReceiptChange, Report, SignedWords
from tincay.reports.new_code import change_code
from tincay.reports.queries import with_gaps
from tincay.reports.signed_words import StaleNumber, signed_words
from tincay.reports.steps import finish, reopen
from tincay.vault import actions as vault
from tincay.vault.models import Opening, Wrap
from tincay.web.strict_json import Malformed

pytestmark = pytest.mark.django_db
Change = Callable[[NewCode], NewCode]


@pytest.fixture
def report(reporter: Reporter, helper: Helper) -> Report:
    """A report with words, an answer, a message of hers, and a consent."""
    sent = reporter.send(words="Lời kể", fields={"name": "Hoa"}, grants=[reporter.grant("store_sealed")])
    helper.open_report(sent)
    helper.write(sent, "Chào bạn.")
    reporter.write("Tôi đợi.")
    return again(sent)


def everything() -> tuple[Any, ...]:
    """What a refusal has to leave as it was."""
    return tuple(
        sorted(map(repr, rows(model).values_list()))
        for model in (Report, SignedWords, ReceiptChange, Wrap, Opening, Queued)
    )


def test_all_of_it_opens_with_the_new_code_and_nothing_with_the_old_one(
    reporter: Reporter, report: Report
) -> None:
    said = [one.document for one in signed_words(report)]
    fresh = reporter.change_code()
    assert [one["words"] for one in fresh.open("narrative")] == ["Lời kể"]
    assert fresh.open("contact")[0]["fields"] == {"name": "Hoa"}
    assert fresh.messages() == ["Chào bạn.", "Tôi đợi."]
    hers = rows(Wrap).filter(compartment__owner=report.id, holder_kind="receipt")
    assert {row.recipient for row in hers} == {recipient_of(fresh.keys.identity)}
    for sealed in [*(row.sealed for row in hers), *(row.for_receipt for row in rows(Opening))]:
        open_sealed(Sealed(bytes(sealed)), fresh.keys.identity)
        with pytest.raises(CannotOpen):
            open_sealed(Sealed(bytes(sealed)), reporter.keys.identity)
    assert [one.document for one in signed_words(report)] == said
    her_words(signing_public(fresh.keys.signing_seed), signed_words(report))
    assert with_gaps() == 0


def test_its_leaf_names_the_new_key_and_the_desk_follows_it(reporter: Reporter, report: Report) -> None:
    fresh = reporter.change_code().change_code()
    events = [step.event for step in opened(fresh)]
    assert [event["n"] for event in events] == list(range(1, len(events) + 1))
    assert [event["kind"] for event in events][-2:] == ["receipt_changed", "receipt_changed"]
    assert events[-1]["signing"] == url64(signing_public(fresh.keys.signing_seed))
    changes = [
        Statement(bytes(row.document), bytes(row.signature)) for row in rows(ReceiptChange).order_by("number")
    ]
    first = signing_public(reporter.keys.signing_seed)
    assert follow_receipts(first, changes) == bytes(again(report).signing)
    assert bytes(again(report).locator) == fresh.keys.locator


def opened(reporter: Reporter) -> list[Step]:
    assert reporter.report
    found = Opening.objects.of(reporter.report.id)
    return [step_in(row, reporter.keys.identity) for row in found]


def test_life_goes_on_with_the_new_code(reporter: Reporter, helper: Helper, report: Report) -> None:
    fresh = reporter.change_code()
    fresh.write("Tôi vẫn đây.")
    fresh.consent("contact_me")
    fresh.add("Tôi nhớ thêm.")
    helper.bring(report, "answered")
    assert [one["words"] for one in helper.open(report, "thread")][-2:] == ["Tôi vẫn đây.", "Đã hỏi."]
    assert fresh.messages()[-1] == "Đã hỏi."
    assert len(opened(fresh)) == again(report).steps
    finish(report=again(report), now=NOW)
    ending.delete(report=again(report), now=NOW)
    assert not rows(ReceiptChange).exists()


def test_what_the_old_code_signs_is_refused_also_by_who_read_the_row_before(
    reporter: Reporter, report: Report
) -> None:
    reporter.report = report
    key, message = reporter.sealed_message("Tôi là người khác.")
    grant = reporter.grant("contact_me")
    fresh = reporter.change_code()
    before = everything()
    stale = report  # as a request read it that waited meanwhile
    with pytest.raises(NotSigned):
        receive_message(
            report=stale, key=key, sealed=message.sealed, words=message.words, sealed_by="browser", now=NOW
        )
    with pytest.raises(NotSigned):
        change_consent(report=stale, grant=grant, now=NOW)
    assert everything() == before
    assert fresh.messages() == ["Chào bạn.", "Tôi đợi."]


def test_what_happens_to_a_report_that_was_read_before_is_sealed_to_the_new_code(
    reporter: Reporter, helper: Helper, report: Report
) -> None:
    stale = again(report)
    fresh = reporter.change_code()
    log_event(stale, "escalated", NOW, rule="r", level="e1")
    assert len(opened(fresh)) == again(report).steps


def test_sent_twice_it_is_one_change(reporter: Reporter, report: Report) -> None:
    _, new = reporter.new_code()
    change_code(report=again(report), new=new, now=NOW)
    before = everything()
    change_code(report=again(report), new=new, now=NOW)
    assert everything() == before


@pytest.mark.parametrize("steps", range(5))
def test_what_breaks_off_changes_nothing(
    reporter: Reporter, report: Report, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    _, new = reporter.new_code()
    verbs = [
        (vault, "give_to_receipt"),
        (ReceiptChange.objects, "create"),
        (new_code, "save_columns"),
        (new_code, "log_event"),
        (new_code, "_save"),
    ]
    before, (place, name) = everything(), verbs[steps]
    verb = getattr(place, name)

    def dies(*asked: Any, **named: Any) -> None:
        verb(*asked, **named)
        raise MemoryError

    monkeypatch.setattr(place, name, dies)
    with pytest.raises(MemoryError):
        change_code(report=again(report), new=new, now=NOW)
    assert everything() == before
    monkeypatch.undo()
    change_code(report=again(report), new=new, now=NOW)


def test_words_that_came_meanwhile_are_not_lost(reporter: Reporter, helper: Helper, report: Report) -> None:
    for words in ("Khoan đã.", "Bạn ơi."):
        _, new = reporter.new_code()
        if words == "Khoan đã.":
            reporter.write(words)
        else:
            helper.write(report, words)
        before = everything()
        with pytest.raises(StaleNumber):
            change_code(report=again(report), new=new, now=NOW)
        assert everything() == before
    assert reporter.change_code().messages() == ["Chào bạn.", "Tôi đợi.", "Khoan đã.", "Bạn ơi."]


def without_a_wrap(new: NewCode) -> NewCode:
    return new.model_copy(update={"wraps": new.wraps[1:]})


def with_a_wrap_more(new: NewCode) -> NewCode:
    identity, recipient = new_key()
    sealed = bytes(wrap(identity, Recipient(new.receipt.recipient)))
    more = WrapAgain.model_construct(of=recipient, sealed=sealed)
    return new.model_copy(update={"wraps": [*new.wraps, more]})


def without_the_last_opening(new: NewCode) -> NewCode:
    return new.model_copy(update={"openings": new.openings[:-1]})


def with_an_opening_more(new: NewCode) -> NewCode:
    sealed = bytes(seal(b"{}", Recipient(new.receipt.recipient)))
    more = OpeningAgain.model_construct(number=len(new.openings) + 1, sealed=sealed)
    return new.model_copy(update={"openings": [*new.openings, more]})


def without_a_statement(new: NewCode) -> NewCode:
    return new.model_copy(update={"words": new.words[:-1]})


@pytest.mark.parametrize(
    "change",
    [without_a_wrap, with_a_wrap_more, without_the_last_opening, with_an_opening_more, without_a_statement],
)
def test_not_all_or_more_than_all_is_refused(reporter: Reporter, report: Report, change: Change) -> None:
    _, new = reporter.new_code()
    before = everything()
    with pytest.raises(StaleNumber):
        change_code(report=again(report), new=change(new), now=NOW)
    assert everything() == before


def change_of(new: NewCode, seed: bytes, **other: Any) -> NewCode:
    document = receipt_change(recipient=new.receipt.recipient, signing=new.receipt.signing) | other
    return new.model_copy(update={"change": signed(make_statement(seed, Kind.RECEIPT, document))})


@pytest.mark.parametrize(
    "forge",
    [
        lambda new, old, fresh: change_of(new, fresh),
        lambda new, old, fresh: change_of(new, bytes(32)),
        lambda new, old, fresh: change_of(new, old, recipient=new_key()[1]),
        lambda new, old, fresh: change_of(new, old, signing=url64(bytes(32))),
        lambda new, old, fresh: change_of(new, old, more=1),
        lambda new, old, fresh: new.model_copy(update={"words": new.words[::-1]}),
        lambda new, old, fresh: new.model_copy(
            update={"words": [signed(make_statement(fresh, Kind.WORDS, {"n": n})) for n in (1, 2)]}
        ),
    ],
    ids=["by the new code", "by nobody", "another recipient", "another key", "more", "another order", "other words"],
)  # fmt: skip
def test_a_change_that_the_two_codes_did_not_sign_is_refused(
    reporter: Reporter, report: Report, forge: Callable[[NewCode, bytes, bytes], NewCode]
) -> None:
    fresh, new = reporter.new_code()
    before = everything()
    with pytest.raises(NotSigned):
        change_code(
            report=again(report),
            new=forge(new, reporter.keys.signing_seed, fresh.keys.signing_seed),
            now=NOW,
        )
    assert everything() == before


def test_statements_that_the_old_code_signed_are_not_signed_again(reporter: Reporter, report: Report) -> None:
    _, new = reporter.new_code()
    old = [signed(one) for one in signed_words(report)]
    with pytest.raises(NotSigned):
        change_code(report=again(report), new=new.model_copy(update={"words": old}), now=NOW)


def test_a_code_that_another_report_has_is_refused(reporter: Reporter, report: Report) -> None:
    other = Reporter(reporter.number + 1000)
    taken = other.send()
    _, new = reporter.new_code()
    with pytest.raises(Malformed):
        change_code(report=again(report), new=new, now=NOW)
    assert bytes(again(taken).locator) == other.keys.locator
    assert reporter.messages() == ["Chào bạn.", "Tôi đợi."]


@pytest.mark.parametrize("place", ["first", "last"])
def test_ciphertext_of_another_shape_is_refused(reporter: Reporter, report: Report, place: str) -> None:
    _, new = reporter.new_code()
    at = 0 if place == "first" else -1
    bad = new.openings[at].model_copy(update={"sealed": b"no age file"})
    openings = [bad if one is new.openings[at] else one for one in new.openings]
    before = everything()
    with pytest.raises(BadEnvelope):
        change_code(report=again(report), new=new.model_copy(update={"openings": openings}), now=NOW)
    assert everything() == before


def test_the_code_of_a_closed_report_can_be_changed_and_its_rows_are_written_anew(
    reporter: Reporter, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(report=again(report), now=NOW)
    rewritten: list[Any] = []
    monkeypatch.setattr(new_code, "rewrite_closed", lambda *, now, also: rewritten.append(also.pk))
    fresh = reporter.change_code()
    assert rewritten == [report.pk]
    assert fresh.messages() == ["Chào bạn.", "Tôi đợi."]
    monkeypatch.undo()
    again_fresh = fresh.change_code()
    reopen(report=again(report), now=NOW)
    again_fresh.write("Tôi cần thêm.")
    assert again_fresh.messages()[-1] == "Tôi cần thêm."
    assert rows(ReceiptChange).count() == 2


@pytest.mark.slow
def test_a_long_thread_can_be_taken_over(reporter: Reporter, report: Report) -> None:
    for _ in range(60):
        reporter.write("Thêm.")
    _, new = reporter.new_code()
    assert max(len(one.document) for one in new.words) < 4096
    fresh = reporter.change_code()
    assert len(fresh.messages()) == 62


def test_after_a_move_everything_goes_over_and_both_desks_are_believed(
    reporter: Reporter, helper: Helper, network: Network, report: Report
) -> None:
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    network.stranger.write(again(report), "Chúng tôi nhận.")
    fresh = reporter.change_code().change_code()
    hers = her_words(signing_public(fresh.keys.signing_seed), signed_words(report))
    assert hers.desks == {"cay-me-tiep-nhan", "ben-song-tiep-nhan"}
    assert [one["words"] for one in fresh.open("narrative")] == ["Lời kể", "Ở Bến Sông."]
    assert fresh.messages() == ["Chào bạn.", "Tôi đợi.", "Chúng tôi nhận."]
    fresh.write("Cảm ơn.")
    assert network.stranger.open(again(report), "thread")[-1]["words"] == "Cảm ơn."


def test_no_code_stands_in_two_rows(reporter: Reporter, report: Report) -> None:
    """The database refuses it, whoever asks."""
    other = Reporter(7).send()
    with pytest.raises(IntegrityError):
        rows(Report).filter(pk=other.pk).update(locator=reporter.keys.locator)
