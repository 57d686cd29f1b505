"""What the published numbers can be asked: always the stored answer, so that asking again gains nothing."""

from django.db.models import Sum

from tincay.releases.models import Plan, PublishedNumber, Release


class NeverPublished(LookupError):
    """No release holds this figure."""


def answer(release: Release, **chosen: str) -> PublishedNumber:
    """The stored number for these answers. Raises NeverPublished."""
    names = sorted(chosen)
    found = (
        PublishedNumber.objects.filter(release=release)
        .of_table(names)
        .filter(cell="×".join(chosen[name] for name in names))
        .first()
    )
    if found is None:
        raise NeverPublished
    return found


def left(plan: Plan) -> int:
    """Micro-rho of the plan that may still be spent."""
    return plan.micro_rho - (plan.spends.aggregate(sum=Sum("micro_rho"))["sum"] or 0)
