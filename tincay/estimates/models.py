"""Claims about how many people there are, runs on tables of counts, and what was published of them.

A row here describes a population, a place no smaller than a province and some years; never a person.
PublishedRun is written once: the triggers are in migrations/0001.
"""

from datetime import datetime, timedelta
from typing import Self

from django.db import models

from tincay.core.estimate.histories import Table, table_of
from tincay.directory.models import Province
from tincay.people.models import Organisation, User
from tincay.people.rights import May
from tincay.people.tenancy import PublicQuerySet, ScopedQuerySet

STUCK_AFTER = timedelta(minutes=20)
"""The longest run takes a few minutes; one that is older has lost its server."""
BUSY = ("waiting", "running")


class Period(models.Model):
    """The years that a figure speaks of; none means undated."""

    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def years(self) -> str:
        """ "2016–2017", "2017", or nothing."""
        years = sorted({year for year in (self.first_year, self.last_year) if year})
        return "–".join(str(year) for year in years)


class Claim(Period):
    """A figure that somebody published. `kind` is a code of estimate_kind; no province means the whole country."""

    code = models.SlugField(unique=True)
    kind = models.CharField(max_length=40)
    value = models.PositiveBigIntegerField(null=True, blank=True)
    low = models.PositiveBigIntegerField(null=True, blank=True)
    high = models.PositiveBigIntegerField(null=True, blank=True)
    at_least = models.BooleanField(default=False)
    place = models.ForeignKey(Province, models.PROTECT, null=True, blank=True, related_name="claims")
    population_vi = models.CharField(max_length=120)
    population_en = models.CharField(max_length=120)
    source_vi = models.CharField(max_length=300)
    source_en = models.CharField(max_length=300)
    caveat_vi = models.CharField(max_length=300, blank=True)
    caveat_en = models.CharField(max_length=300, blank=True)

    objects = PublicQuerySet["Claim"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value__isnull=False)
                | models.Q(low__isnull=False, high__isnull=False, low__lte=models.F("high")),
                name="a_claim_says_a_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="mse") | models.Q(low__isnull=False, high__isnull=False),
                name="an_estimate_from_lists_has_an_interval",
            ),
        ]

    def text(self, name: str, language: str) -> str:
        """`population`, `source` or `caveat` in the reader's language; Vietnamese where the other is missing."""
        return str(getattr(self, f"{name}_{language}", "") or getattr(self, f"{name}_vi"))


class AboutTable(Period):
    """What a table of counts is about."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    place = models.ForeignKey(Province, models.PROTECT, null=True, blank=True, related_name="+")
    population = models.CharField(max_length=120)
    linkage = models.CharField(max_length=20)
    counts = models.JSONField()
    table_hash = models.CharField(max_length=64)
    salt = models.CharField(max_length=64, default="")
    seed = models.PositiveIntegerField()
    effort = models.CharField(max_length=10)
    version = models.CharField(max_length=40)
    result = models.JSONField(null=True)
    made_with = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def table(self) -> Table:
        return table_of(self.counts["lists"], [0, *self.counts["counts"]])

    @property
    def lists(self) -> list[str]:
        return list(self.counts["lists"])


class RunSet(ScopedQuerySet["Run"]):
    def visible_to(self, user: User) -> Self:
        """The runs of the own organisation, for those who may make them."""
        runs = self._scope()
        return runs.filter(organisation=user.organisation_id) if user.may(May.RUN_ESTIMATES) else runs.none()


class Run(AboutTable):
    """What one table of 2^K − 1 counts was asked. Working papers: never public, and not yet for good."""

    STATES = [(state, state) for state in ("waiting", "running", "done", "failed")]

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="derived")
    change = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = RunSet.as_manager()

    @property
    def busy(self) -> bool:
        return self.state in BUSY

    def stuck(self, now: datetime) -> bool:
        """Nobody works on it any more: the server that did was stopped. One that waits is not stuck."""
        return self.state == "running" and self.begun_at is not None and now - self.begun_at > STUCK_AFTER


class PublishedRun(AboutTable):
    """What a run may say in public, for good: a rounded range, its seed, code version, table hash and leaf.

    The counts stay inside, so that anybody who works here can repeat the run. The salt of its hashes and the
    keyed hash of its counts stay inside too.
    """

    day = models.DateField()
    counts_key = models.CharField(max_length=64, null=True)
    digest = models.CharField(max_length=64)
    seen = models.PositiveBigIntegerField()
    bound = models.PositiveBigIntegerField()
    lower = models.PositiveBigIntegerField()
    upper = models.PositiveBigIntegerField(null=True)
    opening = models.BinaryField()

    objects = PublicQuerySet["PublishedRun"].as_manager()

    class Meta:
        constraints = [
            # One answer for one table: nobody tries seeds until one pleases.
            models.UniqueConstraint(fields=["counts_key"], name="one_answer_for_a_table")
        ]
