"""Who can be asked for what, and on which days offices work."""

from datetime import date
from typing import Self

from django.db import models

from tincay.people.models import Desk, Organisation
from tincay.people.tenancy import PublicQuerySet


class Province(models.Model):
    """A province of the list in force. Its desk is the one her browser seals to; without one, the default desk."""

    code = models.CharField(max_length=10, primary_key=True)
    list_version = models.CharField(max_length=20)
    name_vi = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    old_codes = models.JSONField(default=list)
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, blank=True, related_name="provinces")

    objects = PublicQuerySet["Province"].as_manager()

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi


class Fallback(models.Model):
    """The install's default desks: for "abroad", "not said" and provinces without a desk; and for identity."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    triage = models.ForeignKey(Desk, models.PROTECT, related_name="+")
    case = models.ForeignKey(Desk, models.PROTECT, related_name="+")
    oversight = models.ForeignKey(Desk, models.PROTECT, null=True, related_name="+")

    objects = PublicQuerySet["Fallback"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_fallback")]


class ServiceSet(PublicQuerySet["Service"]):
    def offered(self) -> Self:
        return self.filter(active=True)

    def within_72_hours(self) -> Self:
        """Where PEP and emergency contraception can be had."""
        return self.offered().filter(urgent=True)


class Service(models.Model):
    """A service (after Open Referral HSDS: service, location, phone, schedule). `kinds` are service_type codes.

    The address of a shelter is never stored here.
    """

    code = models.SlugField(unique=True)
    name_vi = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    kinds = models.JSONField(default=list)
    province = models.ForeignKey(Province, models.PROTECT, null=True, blank=True, related_name="services")
    phone = models.CharField(max_length=40, blank=True)
    place_vi = models.CharField(max_length=200, blank=True)
    place_en = models.CharField(max_length=200, blank=True)
    hours_vi = models.CharField(max_length=120, blank=True)
    hours_en = models.CharField(max_length=120, blank=True)
    note_vi = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    urgent = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    objects = ServiceSet.as_manager()


class CalendarVersion(models.Model):
    """Each change of the calendar is a version with a reason; due times say which version made them."""

    number = models.PositiveIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    # What the leaf of the change says: a calendar is public, so its opening is too. Empty for the pack's own days.
    opening = models.BinaryField(default=bytes)


class CalendarDaySet(models.QuerySet["CalendarDay"]):
    def of(self, calendar: str) -> list[tuple[date, str]]:
        return list(self.filter(calendar=calendar).values_list("day", "kind"))


class CalendarDay(models.Model):
    """A day that is not what its weekday says. `calendar` is "state" or "organisation"; `kind` a day_kind code."""

    day = models.DateField()
    calendar = models.CharField(max_length=20)
    kind = models.CharField(max_length=30)
    name_vi = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=120, blank=True)
    version = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="days")

    objects = CalendarDaySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "calendar"], name="one_kind_a_day")]


class NumberCheck(models.Model):
    """Somebody of this install called a number of the pack and says whether it is right: the second reader.

    The first is whoever wrote the row with its source. `digest` is of the row as it stood then (directory.numbers):
    a row that says something else since has no second reader. The last word about a number stands.
    """

    number = models.SlugField(unique=True)
    digest = models.CharField(max_length=64)
    right = models.BooleanField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    # The function number within the organisation, as reporters see it too: never a name.
    by = models.PositiveSmallIntegerField()
    day = models.DateField()

    objects = PublicQuerySet["NumberCheck"].as_manager()
