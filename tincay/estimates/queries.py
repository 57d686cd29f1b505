"""What the register can be asked."""

from django.db.models import QuerySet

from tincay.estimates.models import Claim, PublishedRun


def claims() -> QuerySet[Claim]:
    """All claims, oldest first. No order by place or by size: figures are not a ranking."""
    return Claim.objects.select_related("place").order_by("first_year", "pk")


def published_runs() -> QuerySet[PublishedRun]:
    return PublishedRun.objects.select_related("place", "organisation").order_by("-day", "-pk")
