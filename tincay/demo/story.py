"""What happened in the demo's year, in order: each step through its action at its time, a tick every day."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tincay.core.authorship import make_reply
from tincay.core.clock import URGENT, local_day
from tincay.core.consent import Grant
from tincay.core.counting import count_row
from tincay.core.priority import is_child, kind_group, retention_class
from tincay.core.sealing import Identity, Recipient, Stretched, new_key, pad, seal
from tincay.demo.answers import contact_answers, narrative_answers, row_answers
from tincay.demo.rows import RowPlan, plan_rows
from tincay.directory.queries import calendar, case_desk, desk_for, fallback
from tincay.intake.seal_on_server import ReportContent, dumps, seal_message, seal_report, signed_grant
from tincay.operations.scheduled import tick
from tincay.people.models import Desk, Membership, User
from tincay.reports import consents, messages, steps
from tincay.reports.ending import rewrite_closed
from tincay.reports.models import Report
from tincay.reports.receiving import receive_report
from tincay.reports.rewriting import put_off
from tincay.reports.signed_words import signed_words
from tincay.vault.queries import recipient
from tincay.web.packs import pack_text, pack_toml, rules, text_version

Table = Mapping[str, Any]
Say = Callable[[str], None]
OPERATOR = frozenset({"hotline_call", "hotline_chat", "walk_in", "outreach", "peer_club", "referral_in"})
"""Channels whose reports are sealed by somebody who listened."""


class DescribedReport(NamedTuple):
    """A described report of the pack, and the keys behind its receipt."""

    table: Table
    receipt: Stretched


class Story(NamedTuple):
    """Everything that is played: the described reports, the pack, and the moment at which the demo begins."""

    described: list[DescribedReport]
    pack: Table
    start: datetime
    desk_keys: Mapping[str, Identity]


@dataclass(frozen=True)
class StoryEvent:
    """Something that happened at a time; what happened at once keeps the order in which it is told."""

    at: datetime
    happen: Callable[[datetime], object]


def play(story: Story, say: Say) -> None:
    """Let everything happen, day by day; each day ends with the scheduled work. What closed is rewritten at the end."""
    with put_off():
        _play(story, say)
    rewrite_closed(now=story.start, whole=True)


def _play(story: Story, say: Say) -> None:
    rows = _rows(story)
    events = sorted([*_described(story), *_planned(rows, story.desk_keys)], key=lambda event: event.at)
    day: list[StoryEvent] = []
    first, done = True, 0
    for event in events:
        if day and event.at.date() != day[-1].at.date():
            _play_day(day, first=first)
            first, done = False, done + len(day)
            say(f"{done * 100 // len(events)} %")
            for quiet in range(1, (event.at.date() - day[-1].at.date()).days):
                _scheduled(day[-1].at + timedelta(days=quiet))
            day = []
        day.append(event)
    _play_day(day, first=first)
    _scheduled(story.start)
    say("100 %")


def _play_day(day: list[StoryEvent], *, first: bool) -> None:
    for event in day:
        event.happen(event.at)
    _scheduled(day[-1].at)


def _scheduled(now: datetime) -> None:
    tick(now=now)


def _rows(story: Story) -> list[RowPlan]:
    return plan_rows(
        json.loads(pack_text("golden.json", "demo")),
        [report.table for report in story.described],
        story.pack["seed"],
        figures=pack_toml("figures.toml", "demo"),
        rules=rules(),
        calendar=calendar(),
        now=story.start,
    )


# --- the described reports


def desk_message(
    report: Report, desk_keys: Mapping[str, Identity], words: str, *, kind: str, author: User, now: datetime
) -> dict[str, Any]:
    """A reply as a helper's browser makes it: signed with the desk's key, sealed to the thread."""
    key, thread = secrets.token_urlsafe(16), Recipient(report.thread)
    reply = make_reply(
        desk_keys[report.desk.code],
        desk=report.desk.code,
        thread=thread,
        key=key,
        kind=kind,
        by=author.number,
        day=local_day(now).isoformat(),
        words=words,
    )
    sealed = bytes(seal(pad(dumps(reply)), thread))
    return {"report": report, "key": key, "sealed": sealed, "thread": thread, "author": author}


class Scene:
    """One described report while its steps happen."""

    def __init__(self, described: DescribedReport, desk_keys: Mapping[str, Identity]) -> None:
        self.table, self.receipt = described
        self.desk_keys = desk_keys
        self.report: Report
        self.words_given = 0

    def events(self) -> Iterator[StoryEvent]:
        yield StoryEvent(self.table["received"], self.receive)
        for step in self.table["steps"]:
            yield StoryEvent(step["at"], self._taking(step))

    def _taking(self, step: Table) -> Callable[[datetime], object]:
        return lambda now: getattr(self, f"_{step['do']}")(step, now)

    def receive(self, now: datetime) -> None:
        table, answers = self.table, self.table["answers"]
        desk = Desk.objects.get(code=table["desk"])
        group = kind_group(answers["report_kind"][0])
        keeps = "store_sealed" in table["consents"]
        contact = table.get("contact", {})
        envelope = seal_report(
            content=ReportContent(
                narrative_answers(answers), table["words"], contact_answers(answers), contact
            ),
            receipt=self.receipt,
            key=secrets.token_urlsafe(16),
            desk=desk,
            case=case_desk(desk),
            kind_group=group,
            priority=table["priority"],
            retention_class=retention_class(
                group,
                keeps_words=keeps,
                child=is_child(answers.get("age_band", [""])[0], answers.get("harm_type", ())),
            ),
            grants=[self._grant(scope, True, now) for scope in table["consents"]],
            text_version=text_version(),
        )
        self.report = receive_report(
            envelope=envelope, sealed_by=table["sealed_by"], code_name=table["code_name"], now=now
        ).report

    def _grant(self, scope: str, given: bool, now: datetime) -> Grant:
        self.words_given += 1
        return Grant(scope, None, frozenset(), given, self.words_given, local_day(now))

    def _fresh(self) -> Report:
        self.report = Report.objects.for_the_rules().select_related("desk").get(pk=self.report.pk)
        return self.report

    def _author(self, step: Table) -> User:
        return User.objects.for_the_rules().get(username=step["by"])

    def _from_desk(self, step: Table, kind: str, now: datetime) -> dict[str, Any]:
        author = self._author(step)
        return desk_message(self._fresh(), self.desk_keys, step["words"], kind=kind, author=author, now=now)

    def _open(self, step: Table, now: datetime) -> None:
        steps.open_report(report=self._fresh(), now=now)

    def _say(self, step: Table, now: datetime) -> None:
        messages.write_message(**self._from_desk(step, "message", now), now=now)

    def _ask(self, step: Table, now: datetime) -> None:
        messages.ask(**self._from_desk(step, "question", now), now=now)

    def _reply(self, step: Table, now: datetime) -> None:
        report, key = self._fresh(), secrets.token_urlsafe(16)
        before = signed_words(report)
        sealed, words = seal_message(
            step["words"],
            thread=recipient(report.id, "thread"),
            receipt=self.receipt,
            key=key,
            before=before[-1],
            number=len(before) + 1,
        )
        messages.receive_message(
            report=report, key=key, sealed=sealed, words=words, sealed_by="browser", now=now
        )

    def _verify(self, step: Table, now: datetime) -> None:
        steps.verify(report=self._fresh(), result=step["result"], now=now)

    def _classify(self, step: Table, now: datetime) -> None:
        count = count_row(narrative_answers(self.table["answers"]))
        steps.classify(report=self._fresh(), classification=step["classification"], count=count, now=now)

    def _begin(self, step: Table, now: datetime) -> None:
        steps.begin(report=self._fresh(), now=now)

    def _answer(self, step: Table, now: datetime) -> None:
        steps.answer(**self._from_desk(step, "answer", now), now=now)

    def _handle(self, step: Table, now: datetime) -> None:
        steps.handle(report=self._fresh(), result=step["result"], now=now)

    def _try(self, step: Table, now: datetime) -> None:
        steps.try_to_reach(report=self._fresh(), author=self._author(step), now=now)

    def _propose(self, step: Table, now: datetime) -> None:
        steps.propose_closing(report=self._fresh(), reason=step["reason"], author=self._author(step))

    def _agree(self, step: Table, now: datetime) -> None:
        steps.agree_to_closing(report=self._fresh(), author=self._author(step), now=now)

    def _close(self, step: Table, now: datetime) -> None:
        steps.close_handled(report=self._fresh(), she_asked=step.get("she_asked", False), now=now)

    def _consent(self, step: Table, now: datetime) -> None:
        grant = signed_grant(self._grant(step["scope"], step["given"], now), self.receipt, text_version())
        consents.change_consent(report=self._fresh(), grant=grant, now=now)


def _described(story: Story) -> Iterator[StoryEvent]:
    for report in story.described:
        yield from Scene(report, story.desk_keys).events()


# --- the further rows


class Rota:
    """Who works where, asked once: for each place the desk that is asked, its case desk, its members."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Desk, Desk, list[User]]] = {}

    def of(self, plan: RowPlan) -> tuple[Desk, Desk, list[User]]:
        place = "oversight" if plan.oversight else plan.province
        if place not in self._known:
            desk = fallback().oversight if plan.oversight else desk_for(plan.province)
            assert desk
            seats = Membership.objects.for_the_rules().filter(desk=desk).select_related("user").order_by("id")
            self._known[place] = desk, case_desk(desk), [seat.user for seat in seats]
        return self._known[place]


class RowScene:
    """One planned row while its steps happen."""

    def __init__(self, plan: RowPlan, rota: Rota, desk_keys: Mapping[str, Identity]) -> None:
        self.plan, self.rota, self.desk_keys = plan, rota, desk_keys
        self.report: Report

    def events(self) -> Iterator[StoryEvent]:
        plan = self.plan
        yield StoryEvent(plan.received_at, self.receive)
        planned: list[tuple[datetime | None, Callable[[datetime], object]]] = [
            (plan.acknowledged_at, lambda now: steps.open_report(report=self.report, now=now)),
            (plan.spoken_at, self.speak),
            (plan.verified_at, self.verify),
            (plan.classified_at, self.classify),
            (plan.begun_at, self.begin),
            (plan.answered_at, self.answer),
            (plan.handled_at, self.handle),
            (plan.closed_at, self.close),
        ]
        for at, happen in planned:
            if at is not None:
                yield StoryEvent(at, happen)
        for attempt in plan.attempts:
            at = datetime.combine(attempt.day, plan.received_at.timetz())
            yield StoryEvent(at, self.ask_again if attempt.way == "message" else self.try_to_reach)

    def receive(self, now: datetime) -> None:
        plan = self.plan
        desk, case, members = self.rota.of(plan)
        self.author, self.second = members[0], members[-1]
        envelope = seal_report(
            content=ReportContent(row_answers(plan), plan.words, {}, {}),
            receipt=Stretched(secrets.token_bytes(32), new_key()[0], secrets.token_bytes(32)),
            key=secrets.token_urlsafe(16),
            desk=desk,
            case=case,
            kind_group=plan.kind_group,
            priority=plan.priority,
            retention_class=retention_class(plan.kind_group, keeps_words=True),
            grants=[
                Grant(scope, None, frozenset(), True, number, local_day(now))
                for number, scope in enumerate(("store_sealed", "count_statistics"), start=1)
            ],
            text_version=text_version(),
        )
        sealed_by = "operator" if plan.channel in OPERATOR else "browser"
        self.report = receive_report(envelope=envelope, sealed_by=sealed_by, now=now).report

    def _message(self, words: str, kind: str, now: datetime) -> dict[str, Any]:
        return desk_message(self.report, self.desk_keys, words, kind=kind, author=self.author, now=now)

    def speak(self, now: datetime) -> None:
        words = "Chúng tôi đã đọc tin của bạn (mẫu)."
        messages.write_message(**self._message(words, "message", now), now=now)

    def ask_again(self, now: datetime) -> None:
        words = "Bạn còn cần chúng tôi không? (mẫu)"
        messages.write_message(**self._message(words, "message", now), now=now)

    def try_to_reach(self, now: datetime) -> None:
        steps.try_to_reach(report=self.report, author=self.author, now=now)

    def verify(self, now: datetime) -> None:
        steps.verify(report=self.report, result=self.plan.verification_result, now=now)

    def classify(self, now: datetime) -> None:
        plan = self.plan
        count = count_row(row_answers(plan))
        steps.classify(report=self.report, classification=plan.classification, count=count, now=now)

    def begin(self, now: datetime) -> None:
        steps.begin(report=self.report, now=now)
        if self.plan.priority == "p2":  # the others were written to at once, or only asked
            words = "Chúng tôi bắt đầu làm việc bạn nhờ (mẫu)."
            messages.write_message(**self._message(words, "message", now), now=now)

    def answer(self, now: datetime) -> None:
        steps.answer(**self._message(self.plan.answer_words, "answer", now), now=now)

    def handle(self, now: datetime) -> None:
        steps.handle(report=self.report, result=self.plan.handling_result, now=now)

    def close(self, now: datetime) -> None:
        if self.plan.closure == "lost_contact":
            steps.lose_contact(report=self.report, author=self.author, now=now)
            if self.plan.priority in URGENT:
                steps.agree_to_closing(report=self.report, author=self.second, now=now)
        elif self.plan.excluded:
            steps.propose_closing(
                report=self.report, reason=self.plan.verification_result, author=self.author
            )
            steps.agree_to_closing(report=self.report, author=self.second, now=now)
        elif self.plan.closure == "person_asked":
            steps.close_handled(report=self.report, she_asked=True, now=now)
        # "goals_met" happens by itself: the day's scheduled work closes what is handled and quiet.


def _planned(rows: list[RowPlan], desk_keys: Mapping[str, Identity]) -> Iterator[StoryEvent]:
    rota = Rota()
    for plan in rows:
        yield from RowScene(plan, rota, desk_keys).events()
