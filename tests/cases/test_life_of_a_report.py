"""Whatever helpers, she and the clock do, in whatever order: no stage is skipped, nothing closes without an
answer but for the reasons that may, no deadline moves without a leaf. Hypothesis against a real database.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.cast import NOW, Network, Reporter, build_network, new_message_key, seal_words
from tests.conftest import new_install
from tincay.cases import actions as cases
from tincay.cases.schedule import tick
from tincay.core.priority import CannotLower
from tincay.core.stages import ENDS_WITHOUT_ANSWER, STAGES, WrongStage
from tincay.intake import actions as intake
from tincay.intake.models import Clock, Message, Report
from tincay.people.models import User
from tincay.record.models import Leaf

REFUSALS = (WrongStage, CannotLower, intake.CannotPause, intake.PastDay)


class Life(RuleBasedStateMachine):
    """One report; each rule is one thing that somebody may try. A refusal must change nothing."""

    network: Network
    reporter: Reporter
    now: datetime
    stages: list[str]
    dues: dict[str, datetime | None]
    moved: int

    @initialize(priority=st.sampled_from(["p0", "p1", "p2", "p3"]), keeps=st.booleans())
    def begin(self, priority: str, keeps: bool) -> None:
        transaction.set_autocommit(True)
        _empty()
        self.network = build_network()
        self.reporter, self.now = Reporter(), NOW
        grants = [self.reporter.grant("store_sealed")] if keeps else []
        kind = "question" if priority == "p3" else "substantive"
        self.report_id = self.reporter.send(priority=priority, kind_group=kind, grants=grants).id
        self.stages, self.dues, self.moved = ["received"], self._dues(), self._moves()

    def report(self) -> Report:
        return Report.objects.for_the_rules().select_related("desk").get(pk=self.report_id)

    def try_to(self, verb: Any, **what: Any) -> None:
        """Do it; when it is refused, all stays as it was."""
        leaves = Leaf.objects.count()
        before = self.report().stage, self._dues(), Message.objects.count()
        try:
            verb(report=self.report(), **what)
        except REFUSALS:
            assert Leaf.objects.count() == leaves
            assert before == (self.report().stage, self._dues(), Message.objects.count())

    def _dues(self) -> dict[str, datetime | None]:
        return dict(Clock.objects.filter(report=self.report_id, met_at=None).values_list("rule", "due_at"))

    def _moves(self) -> int:
        return Leaf.objects.filter(kind__in=["deadline_moved", "clock_paused", "extension_told"]).count()

    def _written(self, verb: Any, author: User) -> None:
        sealed = seal_words(self.report(), "…")
        self.try_to(verb, key=new_message_key(), sealed=sealed, author=author, now=self.now)

    def _gone(self) -> bool:
        return self.report().closed

    @rule(hours=st.integers(1, 24 * 12))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        tick(now=self.now)

    @rule()
    def open(self) -> None:
        self.try_to(cases.open_report, now=self.now)

    @rule(result=st.sampled_from(["enough", "need_more", "out_of_area"]))
    def verify(self, result: str) -> None:
        self.try_to(cases.verify, result=result, now=self.now)

    @rule(classification=st.sampled_from(["violence", "information"]))
    def classify(self, classification: str) -> None:
        self.try_to(
            cases.classify, classification=classification, count={"primary_harm": "threat"}, now=self.now
        )

    @rule()
    def begin_work(self) -> None:
        self.try_to(cases.begin, now=self.now)

    @rule()
    def ask(self) -> None:
        if not self._gone():
            self._written(cases.ask, self.network.helper.user)

    @rule()
    def write(self) -> None:
        if not self._gone():
            self._written(cases.write_message, self.network.helper.user)

    @rule()
    def answer(self) -> None:
        if not self._gone():
            self._written(cases.answer, self.network.helper.user)

    @rule()
    def she_writes(self) -> None:
        if not self._gone():
            self.reporter.write("…", now=self.now)

    @rule(result=st.sampled_from(["advice", "lost_contact", "no_basis", "listened"]))
    def handle(self, result: str) -> None:
        self.try_to(cases.handle, result=result, now=self.now)

    @rule()
    def try_to_reach(self) -> None:
        if not self._gone():
            cases.try_to_reach(report=self.report(), author=self.network.helper.user, now=self.now)

    @rule()
    def lose_contact(self) -> None:
        self.try_to(cases.lose_contact, now=self.now)

    @rule(reason=st.sampled_from(["spam_test", "duplicate", "enough"]))
    def propose(self, reason: str) -> None:
        if not self._gone():
            self.try_to(cases.propose_closing, reason=reason, author=self.network.helper.user)

    @rule(alone=st.booleans())
    def agree(self, alone: bool) -> None:
        who = self.network.helper if alone else self.network.supervisor
        self.try_to(cases.agree_to_closing, author=who.user, now=self.now)

    @rule(she_asked=st.booleans())
    def close(self, she_asked: bool) -> None:
        self.try_to(cases.close_handled, she_asked=she_asked, now=self.now)

    @rule(priority=st.sampled_from(["p0", "p1", "p2", "p3"]))
    def change_priority(self, priority: str) -> None:
        if not self._gone():
            author = self.network.helper.user
            self.try_to(
                cases.change_priority, priority=priority, author=author, danger="", reason=False, now=self.now
            )

    @rule(reason=st.sampled_from(["reporter_asked_pause", "safety", "holiday"]))
    def pause(self, reason: str) -> None:
        if not self._gone():
            self.try_to(intake.pause, reason=reason, now=self.now)

    @rule()
    def resume(self) -> None:
        if not self._gone():
            self.try_to(intake.resume, now=self.now)

    @rule(days=st.integers(-3, 9))
    def close_the_office(self, days: int) -> None:
        day = intake.today(self.now) + timedelta(days=days)
        late = {rule: at for rule, at in self._dues().items() if at and at < self.now}
        try:
            intake.change_calendar(
                day=day,
                calendar_name="organisation",
                kind="local_closure",
                name_vi="bão",
                name_en="storm",
                reason="bão",
                now=self.now,
            )
        except intake.PastDay:
            assert days <= 0
        assert {rule: self._dues()[rule] for rule in late} == late

    @invariant()
    def no_stage_is_skipped(self) -> None:
        if not hasattr(self, "report_id"):
            return
        stage = self.report().stage
        if stage == self.stages[-1]:
            return
        step = STAGES.index(stage) - STAGES.index(self.stages[-1])
        assert step == 1 or (stage == "closed" and self.report().closure in ENDS_WITHOUT_ANSWER), self.stages
        self.stages.append(stage)

    @invariant()
    def nothing_is_handled_or_closed_without_an_answer_but_for_the_reasons_that_may(self) -> None:
        if not hasattr(self, "report_id"):
            return
        report = self.report()
        answered = Message.objects.filter(report=report, kind="answer").exists()
        if report.stage == "handled":
            assert answered
        if report.closed:
            assert answered or report.closure in ENDS_WITHOUT_ANSWER

    @invariant()
    def no_deadline_moves_without_a_leaf(self) -> None:
        if not hasattr(self, "report_id"):
            return
        now, moves = self._dues(), self._moves()
        moved = {rule for rule, at in now.items() if self.dues.get(rule) not in {None, at}}
        if moved and not self._gone():
            assert moves > self.moved, moved
        self.dues, self.moved = now, moves


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
