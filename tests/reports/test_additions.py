"""What she tells later is sealed and signed as the rest; where it leads elsewhere, the first desk has nothing more."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404
from django.urls import reverse

from tests.cast import (
    NOW,
    Hands,
    Helper,
    Network,
    Reporter,
    again,
    base64_text,
    new_message_key,
    rows,
    sign_in,
    step_in,
)
from tests.cast.ground import url64
from tincay.core.authorship import check_steps, her_words
from tincay.core.sealing import (
    BadEnvelope,
    CannotOpen,
    Recipient,
    Sealed,
    new_key,
    signing_public,
    unwrap,
    wrap,
)
from tincay.core.stages import WrongStage
from tincay.core.statements import NotSigned
from tincay.log.models import Queued
from tincay.people.actions import add_seat
from tincay.people.models import Desk, Notice
from tincay.people.rights import May
from tincay.reports import deadlines, messages, steps
from tincay.reports.additions import receive_addition
from tincay.reports.envelope import AdditionIn, ReplyIn
from tincay.reports.models import Clock, Message, Report, SignedWords
from tincay.reports.permissions import report_or_404
from tincay.reports.queries import with_gaps
from tincay.reports.receiving import StaleDesk
from tincay.reports.signed_words import StaleNumber, desk_keys, signed_words
from tincay.reports.steps import finish
from tincay.vault.models import Compartment, Opening, SealedText, Wrap
from tincay.vault.queries import first_words, readable
from tincay.web.strict_json import Malformed, read

pytestmark = pytest.mark.django_db
Json = dict[str, Any]


@pytest.fixture
def report(reporter: Reporter, helper: Helper) -> Report:
    sent = reporter.send(words="Lời kể", fields={"name": "Hoa"}, grants=[reporter.grant("store_sealed")])
    helper.open_report(sent)
    helper.write(sent, "Chào bạn.")
    return again(sent)


def receive(report: Report, addition: Mapping[str, Any], *, hours: int = 0) -> SignedWords:
    posted = read(AdditionIn, json.dumps(addition))
    return receive_addition(
        report=again(report), addition=posted, sealed_by="browser", now=NOW + timedelta(hours=hours)
    )


def everything() -> tuple[Any, ...]:
    models = (Report, SignedWords, Compartment, Wrap, SealedText, Opening, Clock, Queued, Notice)
    return tuple(sorted(map(repr, rows(model).values_list())) for model in models)


def events(reporter: Reporter) -> list[Json]:
    assert reporter.report
    found = Opening.objects.of(reporter.report.id)
    return [dict(step_in(row, reporter.keys.identity).event) for row in found]


def checked(reporter: Reporter) -> None:
    """Her statements, and every step against the page, as both browsers ask."""
    assert reporter.report
    report = again(reporter.report)
    hers = her_words(signing_public(reporter.keys.signing_seed), signed_words(report))
    texts = [bytes(row.text.sealed) for row in rows(Message).select_related("text").order_by("place")]
    check_steps(events(reporter), stage=report.stage, words=hers, messages=texts)
    for compartment in Compartment.objects.of(report.id).exclude(kind="thread"):
        hers.check_whole(
            compartment.recipient, [bytes(one.sealed) for one in compartment.texts.order_by("place")]
        )
    assert with_gaps() == 0


# --- to the desk that has the report


def test_what_she_tells_later_stands_beside_what_she_told(
    reporter: Reporter, helper: Helper, report: Report
) -> None:
    reporter.add("Còn nữa.", answers={"harms": ["threat"]}, fields={"contact": "0900"})
    for opened in (reporter.open("narrative"), helper.open(report)):
        assert [one["words"] for one in opened] == ["Lời kể", "Còn nữa."]
    assert helper.open(report, "contact")[-1]["fields"] == {"contact": "0900"}
    checked(reporter)


def test_it_is_one_leaf_and_one_call_at_most(reporter: Reporter, helper: Helper, report: Report) -> None:
    rows(Notice).delete()
    leaves = again(report).steps
    reporter.add("Còn nữa.")
    assert again(report).steps == leaves + 1
    assert events(reporter)[-1]["kind"] == "words_added"
    assert rows(Notice).count() == 1


def test_sent_twice_it_is_the_same(reporter: Reporter, report: Report) -> None:
    addition = reporter.addition_json("Còn nữa.")
    first = receive(report, addition)
    before = everything()
    assert receive(report, addition).pk == first.pk
    sealed_again = reporter.addition_json("Còn nữa.", key=addition["key"])
    assert receive(report, sealed_again).pk == first.pk
    assert everything() == before


def test_sent_twice_with_a_new_code_between_it_is_the_same(reporter: Reporter, report: Report) -> None:
    addition = reporter.addition_json("Còn nữa.")
    first = receive(report, addition)
    reporter.change_code()
    assert receive(report, addition).pk == first.pk


def test_a_reply_is_owed_and_a_question_is_answered(
    reporter: Reporter, helper: Helper, report: Report
) -> None:
    helper.ask(report)
    assert again(report).paused
    reporter.add("Hôm qua.", now=NOW + timedelta(hours=1))
    assert not again(report).paused
    assert "clock_resumed" in [event["kind"] for event in events(reporter)]
    assert again(report).clocks.running().filter(rule="org_reply_p2").exists()


def test_a_higher_priority_counts_from_now_and_a_lower_one_is_not_taken(reporter: Reporter) -> None:
    report, later = reporter.send(priority="p2"), NOW + timedelta(hours=2)
    had = set(rows(Clock).values_list("pk", flat=True))
    reporter.add("Nó đang ở ngoài cửa.", priority="p0", now=later)
    assert again(report).priority == "p0"
    begun = rows(Clock).exclude(pk__in=had)
    assert {clock.started_at for clock in begun} == {later}
    assert begun.filter(rule="org_first_look_p0").exists()
    reporter.add("Đã đi rồi.", priority="p3", now=later)
    assert again(report).priority == "p0"
    assert rows(Clock).exclude(pk__in=had).count() == begun.count()


def test_an_urgent_report_does_not_stand_still(reporter: Reporter, helper: Helper, report: Report) -> None:
    helper.pause(report, "safety")
    reporter.add("Tôi nhớ thêm.")
    assert again(report).paused
    reporter.add("Nó đang ở ngoài cửa.", priority="p0")
    assert not again(report).paused


def test_a_closed_report_takes_nothing_more_and_what_was_kept_is_still_known(
    reporter: Reporter, report: Report
) -> None:
    kept = reporter.addition_json("Còn nữa.")
    first = receive(report, kept)
    late = reporter.addition_json("Muộn rồi.")
    finish(report=again(report), now=NOW)
    before = everything()
    with pytest.raises(WrongStage):
        receive(report, late)
    assert receive(report, kept).pk == first.pk
    assert everything() == before


def test_another_number_is_stale(reporter: Reporter, report: Report) -> None:
    addition = reporter.addition_json("Còn nữa.")
    reporter.write("Trước đã.")
    before = everything()
    with pytest.raises(StaleNumber):
        receive(report, addition)
    assert everything() == before


@pytest.mark.parametrize(
    "forge",
    [
        lambda one: one | {"priority": "p0"},
        lambda one: one | {"key": new_message_key()},
        lambda one: one | {"sealed": one["sealed"] | {"contact": one["sealed"]["narrative"]}},
        lambda one: one | {"sealed": one["sealed"] | {"narrative": one["sealed"]["narrative"] * 2}},
    ],
    ids=["priority", "key", "contact", "a part more"],
)
def test_what_she_did_not_sign_is_refused(
    reporter: Reporter, report: Report, forge: Callable[[Json], Json]
) -> None:
    before = everything()
    with pytest.raises(NotSigned):
        receive(report, forge(reporter.addition_json("Còn nữa.")))
    assert everything() == before


def test_what_is_no_age_file_is_refused_though_she_signed_it(reporter: Reporter, report: Report) -> None:
    addition = reporter.addition_json("Còn nữa.")
    addition["sealed"]["narrative"] = [base64_text(b"no age file")]
    before = everything()
    with pytest.raises(BadEnvelope):
        receive(report, reporter.signed_addition(addition))
    assert everything() == before


@pytest.mark.parametrize(
    "sealed", [{"narrative": [], "contact": ["AA=="]}, {"narrative": ["AA=="], "contact": []}, {}], ids=str
)
def test_an_addition_of_another_shape_is_malformed(
    reporter: Reporter, report: Report, sealed: Mapping[str, Any]
) -> None:
    with pytest.raises(Malformed):
        receive(report, reporter.addition_json("Còn nữa.") | {"sealed": sealed})


# --- after her words were erased


def test_after_her_words_went_with_the_answer_new_ones_have_compartments_of_their_own(
    reporter: Reporter, helper: Helper, network: Network
) -> None:
    report = reporter.send(words="Lời kể", retention_class="r0_now")
    helper.bring(report, "answered")
    assert reporter.open("narrative") == []
    before = everything()
    with pytest.raises(StaleDesk):
        receive(report, reporter.addition_json("Còn nữa."))
    assert everything() == before
    reporter.add("Còn nữa.", to=network.triage)
    assert [one["words"] for one in helper.open(report)] == ["Còn nữa."]
    hers = her_words(signing_public(reporter.keys.signing_seed), signed_words(report))
    current = Compartment.objects.of(report.id).get(kind="narrative", current=True)
    hers.check_whole(current.recipient, [bytes(one.sealed) for one in current.texts.all()])


# --- to another desk


def test_a_move_gives_the_new_desk_everything_and_leaves_the_old_one_nothing(
    reporter: Reporter, helper: Helper, network: Network, report: Report
) -> None:
    new = network.stranger
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    moved = again(report)
    assert (moved.desk.code, moved.steps) == ("ben-song-tiep-nhan", report.steps + 1)
    assert events(reporter)[-1]["kind"] == "transferred"
    assert events(reporter)[-1]["desk"] == "ben-song-tiep-nhan"
    assert [one["words"] for one in new.open(moved)] == ["Lời kể", "Ở Bến Sông."]
    assert new.open(moved, "contact")[0]["fields"] == {"name": "Hoa"}
    assert [one["words"] for one in new.open(moved, "thread")] == ["Chào bạn."]
    assert helper.open(moved) == helper.open(moved, "thread") == helper.open(moved, "contact") == []
    for right in (May.OPEN_REPORT, May.SEE_QUEUE):
        with pytest.raises(Http404):
            report_or_404(helper.user, right, moved.id)
    assert readable(moved.id, helper.user).keys() == {"identity"}, (
        "of the case desk, where the helper sits too"
    )
    checked(reporter)


def test_no_wrap_of_the_old_desk_is_left_and_its_key_opens_none(
    reporter: Reporter, helper: Helper, network: Network, report: Report
) -> None:
    key = helper.desk_key(network.triage)
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    found = rows(Wrap).filter(compartment__owner=report.id, holder_kind="desk")
    # Identity goes to the case desk of the new one, which the install signed: here it is the network's.
    assert set(found.values_list("compartment__kind", "desk__code")) == {
        *((kind, "ben-song-tiep-nhan") for kind in ("narrative", "contact", "thread")),
        ("identity", "cay-me-ho-tro"),
    }
    assert found.count() == 8
    for row in rows(Wrap).filter(compartment__owner=report.id):
        with pytest.raises(CannotOpen):
            unwrap(Sealed(bytes(row.sealed)), key, of=Recipient(row.compartment.recipient))


def test_the_old_desk_gets_404_and_the_new_one_its_page(
    reporter: Reporter, helper: Helper, network: Network, report: Report, clock: Hands
) -> None:
    address = reverse("report", args=[report.id])
    old, new = sign_in(helper), sign_in(network.stranger)
    assert (old.get(address).status_code, new.get(address).status_code) == (200, 404)
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    assert (old.get(address).status_code, new.get(address).status_code) == (404, 200)
    page = new.get(address).content.decode()
    assert 'id="record"' in page


def test_words_of_the_old_desk_stay_true_and_the_new_one_answers(
    reporter: Reporter, helper: Helper, network: Network, report: Report
) -> None:
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    network.stranger.write(again(report), "Chúng tôi nhận.")
    reporter.write("Cảm ơn.")
    assert reporter.messages() == ["Chào bạn.", "Chúng tôi nhận.", "Cảm ơn."]
    hers = her_words(signing_public(reporter.keys.signing_seed), signed_words(report))
    before, now = hers.documents[0]["compartments"]["thread"]["recipient"], hers.recipient("thread")
    assert hers.recipients("thread") == {before, now}
    assert desk_keys(hers, before) == {bytes(network.triage.signing)}
    assert desk_keys(hers, now) == {bytes(network.other_desk.signing)}
    checked(reporter)


def test_a_reply_that_the_old_desk_had_begun_is_not_kept(
    reporter: Reporter, helper: Helper, network: Network, report: Report
) -> None:
    reply = helper.reply_json(report, "Mai nhé.", "message")
    stale = again(report)
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    before = everything()
    with pytest.raises(WrongStage):
        messages.write_message(
            report=stale,
            key=reply["key"],
            sealed=read(ReplyIn, json.dumps(reply)).sealed,
            thread=reply["thread"],
            author=helper.user,
            now=NOW,
        )
    assert everything() == before


@pytest.mark.parametrize("verb", [messages.write_message, messages.ask, steps.answer])
@pytest.mark.parametrize("seated", [False, True], ids=["same desk", "at both desks"])
def test_a_reply_that_was_sealed_to_a_thread_that_she_left_is_not_kept(
    reporter: Reporter, helper: Helper, network: Network, report: Report, verb: Any, seated: bool
) -> None:
    helper.bring(report, "in_handling")
    reply = helper.reply_json(report, "Mai nhé.", "message")
    if seated:
        add_seat(user=helper.user, desk=network.other_desk)
    reporter.add("Tôi niêm phong lại.", to=network.other_desk if seated else network.triage)
    before = everything()
    sent = read(ReplyIn, json.dumps(reply))
    with pytest.raises(WrongStage):
        verb(
            report=again(report), key=sent.key, sealed=sent.sealed, thread=sent.thread,
            author=helper.user, now=NOW,
        )  # fmt: skip
    assert everything() == before


def test_moved_twice_and_back_everything_is_there(
    reporter: Reporter, helper: Helper, network: Network, report: Report
) -> None:
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    reporter.add("Không, ở Sông Mây.", to=network.triage, fields={"contact": "0900"})
    told = ["Lời kể", "Ở Bến Sông.", "Không, ở Sông Mây."]
    assert [one["words"] for one in helper.open(again(report))] == told
    assert network.stranger.open(again(report)) == []
    reporter.add("Thêm nữa.")
    assert [one["words"] for one in reporter.open("narrative")] == [*told, "Thêm nữa."]
    checked(reporter)
    fresh = reporter.change_code()
    checked(fresh)


def test_the_queue_looks_at_how_her_story_began(reporter: Reporter, network: Network, report: Report) -> None:
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    first = Compartment.objects.of(report.id).get(kind="narrative", place=0)
    found = first_words([report.id], network.stranger.user)[report.id]
    assert (found.compartment, len(found.texts)) == (first.pk, 1)


def refused(report: Report, addition: Json, error: type[Exception]) -> None:
    before = everything()
    with pytest.raises(error):
        receive(report, addition)
    assert everything() == before


def test_a_desk_that_the_install_did_not_sign_is_refused(
    reporter: Reporter, network: Network, report: Report
) -> None:
    addition = reporter.addition_json("Ở xa.", to=network.other_desk)
    for code in ("no-such-desk", ""):
        addition["sealed"]["desk"] = code
        refused(report, reporter.signed_addition(addition), StaleDesk)


def test_a_desk_that_is_in_no_routing_is_refused(
    reporter: Reporter, network: Network, report: Report
) -> None:
    """A row that an attacker added, with a key."""
    identity, recipient = new_key()
    mine = rows(Desk).get(pk=network.other_desk.pk)
    mine.pk, mine.code, mine.recipient = None, "cua-toi", recipient
    mine.save()
    refused(report, reporter.addition_json("Ở xa.", to=mine, case=mine), StaleDesk)
    assert identity


def of_kind(report: Report, addition: Json, kind: str) -> int:
    of = Compartment.objects.of(report.id).get(kind=kind).recipient
    return next(place for place, one in enumerate(addition["sealed"]["before"]) if one["of"] == of)


@pytest.mark.parametrize("kind", ["narrative", "contact", "identity", "thread"])
def test_what_was_said_before_has_to_be_there_all_of_it_and_for_the_right_key(
    reporter: Reporter, network: Network, report: Report, kind: str
) -> None:
    def moved() -> Json:
        return reporter.addition_json("Ở Bến Sông.", to=network.other_desk)

    missing = moved()
    del missing["sealed"]["before"][of_kind(report, missing, kind)]
    refused(report, missing, NotSigned)
    for reader in (network.triage.recipient, new_key()[1], reporter.new_code()[1].receipt.recipient):
        elsewhere = moved()
        elsewhere["sealed"]["before"][of_kind(report, elsewhere, kind)]["to"] = reader
        refused(report, elsewhere, StaleDesk)
    more = moved()
    more["sealed"]["before"].append(more["sealed"]["before"][0] | {"of": new_key()[1]})
    refused(report, more, NotSigned)


@pytest.mark.parametrize("kind", ["narrative", "contact", "identity", "thread"])
def test_new_compartments_are_wrapped_to_whom_they_belong(
    reporter: Reporter, network: Network, report: Report, kind: str
) -> None:
    wrong = {"identity": network.other_desk}.get(kind, network.case)
    addition = reporter.addition_json("Ở Bến Sông.", to=network.other_desk)
    identity, public = new_key()
    compartment = addition["sealed"]["compartments"][kind]
    compartment["wraps"][0] = {
        "to": wrong.recipient,
        "sealed": base64_text(wrap(identity, Recipient(wrong.recipient))),
    }
    refused(report, reporter.signed_addition(addition), StaleDesk)
    assert public


def test_a_compartment_that_there_is_already_is_malformed(
    reporter: Reporter, network: Network, report: Report
) -> None:
    addition = reporter.addition_json("Ở Bến Sông.", to=network.other_desk)
    mine = Compartment.objects.of(report.id).get(kind="narrative").recipient
    addition["sealed"]["compartments"]["narrative"]["recipient"] = mine
    refused(report, reporter.signed_addition(addition), Malformed)


def test_a_move_for_another_key_of_the_desk_is_refused(
    reporter: Reporter, network: Network, report: Report
) -> None:
    addition = reporter.addition_json("Ở Bến Sông.", to=network.other_desk)
    addition["words"]["document"] = addition["words"]["document"].replace(
        url64(bytes(network.other_desk.signing)), url64(bytes(32))
    )
    refused(report, addition, NotSigned)


def test_oversight_of_a_late_move_goes_with_the_report(
    reporter: Reporter, network: Network, report: Report
) -> None:
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    late = NOW + timedelta(days=60)
    deadlines.ask_oversight(report=again(report), now=late)
    assert events(reporter)[-1]["desk"] == "ben-song-tiep-nhan"
