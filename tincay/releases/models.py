"""Published numbers and the budget of privacy, in rows that no code can change: the database itself refuses.

The triggers are in migrations/0001: on SQLite and PostgreSQL an UPDATE, DELETE, REPLACE or TRUNCATE of any
of these tables fails, and so does another number or file for a release that stands.
"""

from typing import Self

from django.db import models


class PrivacyBudget(models.Model):
    """The budget of a reporting year, in micro-rho (zero-concentrated differential privacy, millionths)."""

    code = models.SlugField(unique=True)
    micro_rho = models.PositiveBigIntegerField()
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(micro_rho__gt=0), name="a_budget_is_positive")
        ]


class Spend(models.Model):
    """A part of a budget that is gone. It is written before a true number is looked at, and stays if that fails."""

    budget = models.ForeignKey(PrivacyBudget, models.PROTECT, related_name="spends")
    purpose = models.SlugField(unique=True)
    micro_rho = models.PositiveBigIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(micro_rho__gt=0), name="a_spend_spends")]


class Release(models.Model):
    """One publication: what it cost, what the attacks found, and the leaf that records it.

    Its id is its spend's: numbers and files are written first, and this row closes them. `digest` is SHA-256
    over the published files; `opening` opens the leaf that proves when it was published.
    """

    spend = models.OneToOneField(Spend, models.PROTECT, related_name="release")
    day = models.DateField()
    version = models.CharField(max_length=20)
    people_rows = models.PositiveSmallIntegerField()
    findings = models.JSONField()
    refusals = models.JSONField()
    digest = models.CharField(max_length=64)
    opening = models.BinaryField()


class NumberSet(models.QuerySet["PublishedNumber"]):
    def of_table(self, columns: list[str]) -> Self:
        """The cells of one table, whatever the order in which its columns are named."""
        return self.filter(table="×".join(sorted(columns)))


class PublishedNumber(models.Model):
    """One figure, for good. `table` names its columns, `cell` the values in the same order."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="numbers")
    table = models.CharField(max_length=120)
    cell = models.CharField(max_length=120)
    value = models.BigIntegerField()
    expected_error = models.FloatField()

    objects = NumberSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "table", "cell"], name="one_number_for_a_question")
        ]


class PublishedFile(models.Model):
    """A file of a release, as it was published: tables, invented rows, dictionary, report."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="files")
    name = models.CharField(max_length=80)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="one_file_of_a_name")]
