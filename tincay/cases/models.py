"""What helpers add to a report: tries to reach her, a second person's view, and the row that is counted."""

from django.db import models

from tincay.intake.models import Report
from tincay.people.models import User


class SafeTry(models.Model):
    """A day on which somebody tried to reach her in a way that she called safe."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="safe_tries")
    day = models.DateField()
    by = models.ForeignKey(User, models.SET_NULL, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "day"], name="one_try_a_day")]


class ClosingProposal(models.Model):
    """One person says: nothing to answer here. A second person has to agree."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="closing_proposal")
    reason = models.CharField(max_length=30)
    by = models.ForeignKey(User, models.CASCADE)


class CountRow(models.Model):
    """What she agreed to have counted: a month and coarse codes. The link goes when the report closes.

    Only the *count* class of domain §0; nothing outside can follow a row to a report.
    """

    CODES = (
        "report_kind",
        "channel",
        "province",
        "primary_harm",
        "perpetrator_relation",
        "police_option",
        "age_group",
        "classification",
    )

    report = models.OneToOneField(Report, models.SET_NULL, null=True, related_name="count_row")
    month = models.CharField(max_length=7)
    codes = models.JSONField(default=dict)


class Heartbeat(models.Model):
    """When the scheduled work was done last: one row, for the steward's page."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_heartbeat")]
