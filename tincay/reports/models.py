"""One report: what runs its clock is in the clear, everything else is in the vault.

The columns are the *open* class of domain §0 and nothing more.
"""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Exists, OuterRef, Q

from tincay.core.statements import Statement
from tincay.people.models import Desk, User
from tincay.people.tenancy import ScopedQuerySet
from tincay.vault.models import SealedText
from tincay.web.packs import rules


class ReportSet(ScopedQuerySet["Report"]):
    def visible_to(self, user: User) -> Self:
        """Reports of the desks where this user sits; nothing else exists for anybody."""
        return self._scope().filter(desk__in=user.memberships.values("desk"))

    def of_organisation(self, user: User) -> Self:
        """For those who see what is late in the own organisation: codes and dates."""
        return self._scope().filter(desk__organisation=user.organisation_id)

    def open(self) -> Self:
        return self.exclude(stage="closed")

    def waiting(self) -> Self:
        """The queue: open, not held, what is due first comes first."""
        return self.filter(next_due_at__isnull=False, held=False).order_by("next_due_at", "id")

    def held_apart(self) -> Self:
        """What came in a flood without work: kept and promised, looked at apart, in the same order."""
        return self.filter(next_due_at__isnull=False, held=True).order_by("next_due_at", "id")


class Report(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    key = models.CharField(max_length=22, unique=True)
    code_name = models.CharField(max_length=40)
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="reports", db_index=False)
    kind_group = models.CharField(max_length=20)
    priority = models.CharField(max_length=2)
    stage = models.CharField(max_length=20, default="received")
    verification_result = models.CharField(max_length=30, blank=True)
    classification = models.CharField(max_length=30, blank=True)
    handling_result = models.CharField(max_length=30, blank=True)
    closure = models.CharField(max_length=30, blank=True)
    retention_class = models.CharField(max_length=20)
    held = models.BooleanField(default=False)
    # Whether a pause is open now (Pause holds why and since when).
    paused = models.BooleanField(default=False)
    sealed_by = models.CharField(max_length=10)

    locator = models.BinaryField(unique=True, max_length=32)
    receipt = models.CharField(max_length=80)
    signing = models.BinaryField(max_length=32)
    # The thread's public key (vault.Compartment.recipient): every leaf's opening is sealed to it.
    thread = models.CharField(max_length=80)
    promise = models.TextField()

    # To the minute while open, gone at closing; months stay.
    received_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)
    received_month = models.CharField(max_length=7)
    closed_month = models.CharField(max_length=7, blank=True)
    purge_on = models.DateField(null=True)
    # How many people on call were paged for a p0 that nobody has opened.
    paged = models.PositiveSmallIntegerField(default=0)
    times_opened = models.PositiveIntegerField(default=0)
    # How many leaves of the log are about this report: its openings are numbered up to here.
    steps = models.PositiveIntegerField(default=0)
    # Its count row stands in a batch that was written: it can be found no more.
    counted = models.BooleanField(default=False)

    objects = ReportSet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["desk", "next_due_at", "id"],
                name="queue",
                condition=Q(next_due_at__isnull=False, held=False),
            ),
            models.Index(
                fields=["desk", "next_due_at", "id"],
                name="held_queue",
                condition=Q(next_due_at__isnull=False, held=True),
            ),
            models.Index(fields=["desk", "code_name"], name="code_names"),
            models.Index(fields=["purge_on"], name="purge", condition=Q(purge_on__isnull=False)),
            models.Index(fields=["closed_month"], name="closed", condition=Q(stage="closed")),
        ]

    def __str__(self) -> str:
        return self.code_name

    @property
    def closed(self) -> bool:
        return self.stage == "closed"

    @property
    def in_danger(self) -> bool:
        """Whether whoever is called for it is rung, and rung again."""
        return self.priority == "p0"

    @property
    def of_a_child(self) -> bool:
        """Said in the open, by how long it is kept; where its words are not kept only her code tells."""
        return self.retention_class == "r_child"


class ClockSet(ScopedQuerySet["Clock"]):
    def running(self) -> Self:
        return self.filter(met_at__isnull=True, due_at__isnull=False)

    def moving(self) -> Self:
        """What runs and is held by no pause; a pause that began after the deadline holds nothing."""
        pausable = [code for code, rule in rules().items() if rule.pausable]
        still = Pause.objects.for_the_rules().filter(
            report=OuterRef("report"), ended_at__isnull=True, begun_at__lte=OuterRef("due_at")
        )
        return self.running().exclude(Exists(still), rule__in=pausable)

    def late(self, now: datetime) -> Self:
        return self.moving().filter(due_at__lt=now)

    def first_words_owed(self) -> Self:
        """Where somebody may be in danger now and nobody has written to her yet, or helped: a look is not enough."""
        of_p0 = [
            code for code, one in rules().items() if one.priorities == {"p0"} and one.met == "first_action"
        ]
        return self.running().filter(rule__in=of_p0).order_by("started_at")

    def to_escalate(self, now: object) -> Self:
        return self.running().filter(next_escalation_at__lte=now).order_by("next_escalation_at")


class Clock(models.Model):
    """A deadline that runs for a subject, the `place`-th of its clocks. `rule` is a clock_rule code; `level` the last
    escalation (e0…e4).

    A subject is a row of whatever app, named by kind and id: apps above this one have subjects of their own. `report`
    is the subject where it is a report. A met clock keeps `in_time`; at closing its times go and a band stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject_kind = models.CharField(max_length=20, default="report")
    subject = models.UUIDField(db_index=True)
    report = models.ForeignObject(
        Report, models.DO_NOTHING, from_fields=["subject"], to_fields=["id"], related_name="clocks"
    )
    place = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=30)
    started_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    calendar_version = models.PositiveIntegerField()
    met_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)
    band = models.CharField(max_length=10, blank=True)
    level = models.CharField(max_length=2, default="e0")
    next_escalation_at = models.DateTimeField(null=True)

    objects = ClockSet.as_manager()

    class Meta:
        # A rule may begin anew when she writes again or opens it again; what was counted stays beside it.
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "rule"],
                name="one_running_clock_of_a_rule",
                condition=Q(met_at__isnull=True, due_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["next_escalation_at"],
                name="to_escalate",
                condition=Q(met_at__isnull=True, next_escalation_at__isnull=False),
            )
        ]


class Pause(models.Model):
    """A stretch in which the check, sort and answer clocks stand still (pause_reason)."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=30)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["Pause"].as_manager()


class Task(models.Model):
    """Something that a desk has to do about a subject (as Clock names one). `kind` says what: `ask_receiver`."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject_kind = models.CharField(max_length=20, default="report")
    subject = models.UUIDField(db_index=True)
    report = models.ForeignObject(
        Report, models.DO_NOTHING, from_fields=["subject"], to_fields=["id"], related_name="tasks"
    )
    kind = models.CharField(max_length=30)
    # What it is about, as a code: the scope of a wish.
    about = models.CharField(max_length=30, blank=True)

    objects = ScopedQuerySet["Task"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "about"], name="one_task_about_a_thing")
        ]


class Escalation(models.Model):
    """A reminder that went up: which clock, which level, to which post. Never to which person."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    clock = models.ForeignKey(Clock, models.CASCADE, related_name="escalations")
    level = models.CharField(max_length=2)
    at = models.DateTimeField()

    objects = ScopedQuerySet["Escalation"].as_manager()


class ConsentGrant(models.Model):
    """A word of hers about one scope, as `signer` signed it. Append-only: taking back is a new word."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, models.CASCADE, related_name="grants", db_index=False)
    number = models.PositiveIntegerField()
    scope = models.CharField(max_length=30)
    receiver = models.CharField(max_length=80, blank=True)
    items = models.JSONField(default=list)
    given = models.BooleanField()
    day = models.DateField()
    until = models.DateField(null=True)
    document = models.BinaryField()
    signature = models.BinaryField()
    method = models.CharField(max_length=40)
    signer = models.CharField(max_length=12)
    # What was verified and cannot be any more (reports/grants.py `mark_of`): closed since, or another code.
    mark = models.BinaryField(default=b"", max_length=32)

    objects = ScopedQuerySet["ConsentGrant"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "signer", "number"], name="one_word_a_number")
        ]


class SignedWords(models.Model):
    """What she signed of one thing that she sent: the hashes of what is sealed, and to which desk."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, models.CASCADE, related_name="signed_words", db_index=False)
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=22)
    document = models.BinaryField()
    signature = models.BinaryField()

    @property
    def statement(self) -> Statement:
        return Statement(bytes(self.document), bytes(self.signature))

    objects = ScopedQuerySet["SignedWords"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="one_statement_a_number")]


class ReceiptChange(models.Model):
    """The old code's word for the new one: who verifies her signatures follows from the first leaf through these."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, models.CASCADE, related_name="receipt_changes", db_index=False)
    number = models.PositiveIntegerField()
    document = models.BinaryField()
    signature = models.BinaryField()

    objects = ScopedQuerySet["ReceiptChange"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_receipt_change_a_number")
        ]


class Message(models.Model):
    """The `place`-th message of the thread; its words are in the vault. `number` is the helper's ("Người hỗ trợ số
    3")."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, models.CASCADE, related_name="messages", db_index=False)
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=22)
    text = models.OneToOneField(SealedText, models.CASCADE)
    from_reporter = models.BooleanField()
    kind = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField(null=True)
    posted_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["Message"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="one_message_a_key")]


class SafeTry(models.Model):
    """A day on which somebody tried to reach her in a way that she called safe (safe_try_way): a message behind the
    receipt, or another way. Which other way is sealed, and so is not said here."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.ForeignKey(Report, models.CASCADE, related_name="safe_tries", db_index=False)
    day = models.DateField()
    way = models.CharField(max_length=10)
    by = models.ForeignKey(User, models.SET_NULL, null=True)

    objects = ScopedQuerySet["SafeTry"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "day"], name="one_try_a_day")]


class ClosingProposal(models.Model):
    """One person says: nothing to answer here, or nobody can be reached. A second person has to agree."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.OneToOneField(Report, models.CASCADE, related_name="closing_proposal")
    reason = models.CharField(max_length=30)
    by = models.ForeignKey(User, models.CASCADE)

    objects = ScopedQuerySet["ClosingProposal"].as_manager()


class CountEntry(models.Model):
    """What waits to be counted. It leads to its report while that is open; afterwards to nothing."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    report = models.OneToOneField(Report, models.CASCADE, null=True, related_name="count_entry")
    quarter = models.CharField(max_length=7)
    codes = models.JSONField(default=dict)

    objects = ScopedQuerySet["CountEntry"].as_manager()


class CountRow(models.Model):
    """What somebody agreed to have counted: a quarter ("2026-Q2") and the codes of core.counting.

    Only the *count* class of domain §0. Written in batches, in no order, and never led to a report.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    quarter = models.CharField(max_length=7)
    codes = models.JSONField(default=dict)

    objects = ScopedQuerySet["CountRow"].as_manager()


class Rewriting(models.Model):
    """On which day the rows of closed reports were rewritten last: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    day = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_rewriting")]
