"""Whatever helpers, she and the clock do, in whatever order: no stage is skipped, nothing closes without an
answer but for the reasons that may, no deadline moves without a leaf of its own, what is open stands in the
queue, what is closed is left alone, and what was counted stays. Hypothesis against a real database.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.cast import NOW, Network, Reporter, again, build_network, new_message_key, sign_routing, step_in
from tests.conftest import new_install
from tincay.core.authorship import check_steps, her_words
from tincay.core.clock import iso_day, local_day
from tincay.core.priority import CannotLower
from tincay.core.sealing import signing_public
from tincay.core.stages import ENDS_WITHOUT_ANSWER, STAGES, WrongStage
from tincay.desk.queries import queue_page
from tincay.directory.routing import statement_path
from tincay.log.models import Queued
from tincay.operations import scheduled
from tincay.operations.scheduled import tick
from tincay.people.models import User
from tincay.reports import deadlines, ending, messages, steps
from tincay.reports.additions import receive_addition
from tincay.reports.envelope import AdditionIn
from tincay.reports.models import Clock, ClosingProposal, Message, Pause, Report, SafeTry
from tincay.reports.queries import with_gaps
from tincay.reports.receiving import StaleDesk
from tincay.reports.signed_words import signed_words
from tincay.vault.models import Opening
from tincay.web.strict_json import read

REFUSALS = (WrongStage, StaleDesk, CannotLower, deadlines.CannotPause, deadlines.PastDay, deadlines.NotLate)


class Life(RuleBasedStateMachine):
    """One report; each rule is one thing that somebody may try. A refusal must change nothing."""

    network: Network
    reporter: Reporter
    sent: Report
    now: datetime
    stages: list[str]
    sealed: bytes
    dues: dict[UUID, tuple[str, datetime]]
    leaf: int
    counted: dict[UUID, bool | None]

    @initialize(
        priority=st.sampled_from(["p0", "p1", "p2", "p3"]), keeps=st.booleans(), steps=st.integers(0, 7)
    )
    def begin(self, priority: str, keeps: bool, steps: int) -> None:
        transaction.set_autocommit(True)
        _empty()
        statement_path().unlink(missing_ok=True)  # it names the desks' keys of the life before
        self.network = build_network()
        sign_routing()
        self.reporter, self.now = Reporter(), NOW
        grants = [self.reporter.grant("store_sealed")] if keeps else []
        kind = "question" if priority == "p3" else "substantive"
        keeping = "r90" if keeps else "r0_now"
        sent = self.reporter.send(priority=priority, kind_group=kind, grants=grants, retention_class=keeping)
        self.sent, self.report_id = sent, sent.id
        reply = self.network.helper.reply_json(sent, "…", "message")
        self.sealed, self.thread = base64.b64decode(reply["sealed"]), reply["thread"]
        if steps:  # begin somewhere on the way: seldom would chance alone find it in order
            self.network.helper.bring(sent, STAGES[min(steps, 6)], now=self.now)
        if steps == 7:
            self.she_is_done()
        self.stages = list(STAGES[: steps + 1])
        assert self.report().stage == self.stages[-1]
        self.dues, self.leaf, self.counted = self._dues(), self._last_leaf(), {}

    def report(self) -> Report:
        return again(self.sent)

    def try_to(self, verb: Any, **what: Any) -> None:
        """Do it; when it is refused, all stays as it was."""
        leaves = Queued.objects.count()
        before = self._all()
        try:
            verb(report=self.report(), **what)
        except REFUSALS:
            assert Queued.objects.count() == leaves
            assert before == self._all()

    def _all(self) -> tuple[Any, ...]:
        """What a verb may change, whoever is refused."""
        row = self.report()
        helpers = SafeTry.objects.for_the_rules().count(), ClosingProposal.objects.for_the_rules().count()
        live = row.stage, row.priority, row.closure, row.paused, row.next_due_at
        return (
            live,
            self._dues(),
            Message.objects.for_the_rules().count(),
            Pause.objects.for_the_rules().count(),
            helpers,
        )

    def _dues(self) -> dict[UUID, tuple[str, datetime]]:
        """The clocks that run: their rule and when they are due."""
        rows = Clock.objects.for_the_rules().running().filter(report=self.report_id)
        return {clock.pk: (clock.rule, clock.due_at) for clock in rows if clock.due_at}

    def _last_leaf(self) -> int:
        return Opening.objects.of(self.report_id).values_list("number", flat=True).last() or 0

    def _moves_told(self) -> list[tuple[str, str]]:
        """What the newest leaves say to her receipt: which deadline moved, and to which day."""
        found = []
        for row in Opening.objects.of(self.report_id).filter(number__gt=self.leaf):
            event = step_in(row, self.reporter.keys.identity).event
            if event["kind"] in {"deadline_moved", "extension_told"}:
                found.append((event["rule"], event["deadline"]))
        return found

    def _written(self, verb: Any, author: User) -> None:
        sent = {"key": new_message_key(), "sealed": self.sealed, "thread": self.thread}
        self.try_to(verb, **sent, author=author, now=self.now)

    @rule(hours=st.integers(1, 24 * 12))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with mock.patch.object(scheduled.logger, "error", side_effect=AssertionError):
            tick(now=self.now)

    @rule()
    def open(self) -> None:
        self.try_to(steps.open_report, now=self.now)

    @rule(result=st.sampled_from(["enough", "need_more", "out_of_area"]))
    def verify(self, result: str) -> None:
        self.try_to(steps.verify, result=result, now=self.now)

    @rule(classification=st.sampled_from(["violence", "information"]))
    def classify(self, classification: str) -> None:
        self.try_to(
            steps.classify, classification=classification, count={"primary_harm": "threat"}, now=self.now
        )

    @rule()
    def begin_work(self) -> None:
        self.try_to(steps.begin, now=self.now)

    @rule()
    def ask(self) -> None:
        self._written(messages.ask, self.network.helper.user)

    @rule()
    def write(self) -> None:
        self._written(messages.write_message, self.network.helper.user)

    @rule()
    def answer(self) -> None:
        self._written(steps.answer, self.network.helper.user)

    @rule()
    def she_writes(self) -> None:
        if not signed_words(self.report()):
            return  # with what she deleted her signatures went too
        key, message = self.reporter.sealed_message("…")
        self.try_to(
            messages.receive_message,
            key=key,
            sealed=message.sealed,
            words=message.words,
            sealed_by="browser",
            now=self.now,
        )

    @rule(priority=st.sampled_from(["p0", "p1", "p3"]))
    def she_tells_more(self, priority: str) -> None:
        if not signed_words(self.report()):
            return
        addition = read(AdditionIn, json.dumps(self.reporter.addition_json("Còn nữa.", priority=priority)))
        self.try_to(receive_addition, addition=addition, sealed_by="browser", now=self.now)

    @rule()
    def she_changes_her_code(self) -> None:
        if self.report().receipt:
            self.reporter = self.reporter.change_code(now=self.now)

    @rule(result=st.sampled_from(["advice", "lost_contact", "no_basis", "listened"]))
    def handle(self, result: str) -> None:
        self.try_to(steps.handle, result=result, now=self.now)

    @rule()
    def try_to_reach(self) -> None:
        self.try_to(steps.try_to_reach, author=self.network.helper.user, now=self.now)

    @rule()
    def lose_contact(self) -> None:
        self.try_to(steps.lose_contact, author=self.network.helper.user, now=self.now)

    @rule(reason=st.sampled_from(["spam_test", "duplicate", "enough"]))
    def propose(self, reason: str) -> None:
        self.try_to(steps.propose_closing, reason=reason, author=self.network.helper.user)

    @rule(alone=st.booleans())
    def agree(self, alone: bool) -> None:
        who = self.network.helper if alone else self.network.supervisor
        self.try_to(steps.agree_to_closing, author=who.user, now=self.now)

    @rule(she_asked=st.booleans())
    def close(self, she_asked: bool) -> None:
        self.try_to(steps.close_handled, she_asked=she_asked, now=self.now)

    @rule(priority=st.sampled_from(["p0", "p1", "p2", "p3"]))
    def change_priority(self, priority: str) -> None:
        self.try_to(deadlines.raise_priority, priority=priority, now=self.now)

    @rule(reason=st.sampled_from(["reporter_asked_pause", "safety", "holiday"]))
    def pause(self, reason: str) -> None:
        self.try_to(deadlines.pause, reason=reason, now=self.now)

    @rule()
    def resume(self) -> None:
        self.try_to(deadlines.resume, now=self.now)

    @rule()
    def she_is_done(self) -> None:
        self.try_to(steps.finish, now=self.now)

    @rule()
    def she_opens_it_again(self) -> None:
        if self.report().receipt:  # with what was deleted her code opens no visit
            self.try_to(steps.reopen, now=self.now)

    @rule()
    def she_asks_for_oversight(self) -> None:
        self.try_to(deadlines.ask_oversight, now=self.now)

    @rule(really=st.integers(0, 3))
    def she_deletes_it(self, really: int) -> None:
        if not really and self.report().receipt:  # seldom: after that little is left to try
            ending.delete(report=self.report(), now=self.now)

    @rule(days=st.integers(-3, 9))
    def close_the_office(self, days: int) -> None:
        day = local_day(self.now) + timedelta(days=days)
        late = {pk: due for pk, due in self._dues().items() if due[1] < self.now}
        try:
            deadlines.change_calendar(
                day=day,
                calendar_name="organisation",
                kind="local_closure",
                name_vi="bão",
                name_en="storm",
                reason="bão",
                now=self.now,
            )
        except deadlines.PastDay:
            assert days <= 0
        assert late.items() <= self._dues().items()

    @invariant()
    def no_stage_is_skipped(self) -> None:
        if not hasattr(self, "report_id"):
            return
        stage = self.report().stage
        if stage == self.stages[-1]:
            return
        step = STAGES.index(stage) - STAGES.index(self.stages[-1])
        early = stage == "closed" and self.report().closure in ENDS_WITHOUT_ANSWER
        assert step == 1 or early or (self.stages[-1], stage) == ("closed", "in_handling"), self.stages
        self.stages.append(stage)

    @invariant()
    def nothing_is_handled_or_closed_without_an_answer_but_for_the_reasons_that_may(self) -> None:
        if not hasattr(self, "report_id"):
            return
        report = self.report()
        answered = Message.objects.for_the_rules().filter(report=report, kind="answer").exists()
        if report.stage == "handled":
            assert answered
        if report.closed and report.receipt:
            assert answered or report.closure in ENDS_WITHOUT_ANSWER

    @invariant()
    def no_deadline_moves_without_a_leaf_of_its_own(self) -> None:
        if not hasattr(self, "report_id"):
            return
        now = self._dues()
        moved = [due for pk, due in now.items() if self.dues.get(pk, due) != due]
        assert sorted(self._moves_told()) == sorted((rule, iso_day(at)) for rule, at in moved)
        self.dues, self.leaf = now, self._last_leaf()

    @invariant()
    def what_is_open_stands_in_the_queue_and_what_is_closed_is_left_alone(self) -> None:
        if not hasattr(self, "report_id"):
            return
        report = self.report()
        queue = queue_page(self.network.helper.user).reports
        assert queue == ([] if report.closed else [report])
        if report.closed:
            assert not report.paused
            left = self._dues(), list(Pause.objects.for_the_rules()), list(SafeTry.objects.for_the_rules())
            assert not any(left)
            assert not ClosingProposal.objects.for_the_rules().exists()

    @invariant()
    def no_opening_is_missing(self) -> None:
        assert with_gaps() == 0

    @invariant()
    def her_browser_finds_nothing_forged(self) -> None:
        if not hasattr(self, "report_id") or not self.report().receipt:
            return
        keys = self.reporter.keys
        hers = her_words(signing_public(keys.signing_seed), signed_words(self.report()))
        messages = Message.objects.for_the_rules().select_related("text").order_by("place")
        texts = [bytes(row.text.sealed) for row in messages]
        events = [step_in(row, keys.identity).event for row in Opening.objects.of(self.report_id)]
        check_steps(events, stage=self.report().stage, words=hers, messages=texts)

    @invariant()
    def what_was_counted_stays(self) -> None:
        if not hasattr(self, "report_id"):
            return
        rows = Clock.objects.for_the_rules().filter(report=self.report_id, in_time__isnull=False)
        counted = dict(rows.values_list("pk", "in_time"))
        assert self.counted.items() <= counted.items()
        self.counted = counted


def _empty() -> None:
    """Every example begins with an empty database; each action commits as it would in life."""
    from django.core.management import call_command

    call_command("flush", verbosity=0, interactive=False)
    new_install()


@pytest.mark.slow
class LifeOfAReport(TransactionTestCase):
    def test_no_sequence_of_verbs_breaks_the_rules_of_the_clock(self) -> None:
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=25,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
